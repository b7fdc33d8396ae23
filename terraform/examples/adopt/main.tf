# Takes guests that nobody made by Terraform into a state. An import changes nothing in Proxmox; the plan shows whether the
# description below is what the guest is. Adopt when it says "0 to add, 0 to change, 0 to destroy", and not before.

import {
  for_each = var.vms
  to       = proxmox_virtual_environment_vm.adopted[each.key]
  id       = "${each.value.node}/${each.value.vm_id}"
}

import {
  for_each = var.containers
  to       = proxmox_virtual_environment_container.adopted[each.key]
  id       = "${each.value.node}/${each.value.vm_id}"
}

resource "proxmox_virtual_environment_vm" "adopted" {
  for_each = var.vms

  name        = each.key
  description = each.value.description
  tags        = sort([for tag in each.value.tags : lower(tag)])
  node_name   = each.value.node
  vm_id       = each.value.vm_id
  protection  = each.value.protection
  on_boot     = each.value.on_boot
  started     = each.value.started

  agent {
    enabled = each.value.agent
  }

  cpu {
    cores = each.value.cores
    type  = each.value.cpu_type
  }

  memory {
    dedicated = each.value.memory_mb
  }

  operating_system {
    type = "l26"
  }

  dynamic "disk" {
    for_each = each.value.disks
    content {
      interface    = disk.value.interface
      datastore_id = disk.value.storage
      size         = disk.value.size_gb
      discard      = disk.value.discard
    }
  }

  dynamic "network_device" {
    for_each = each.value.networks
    content {
      bridge      = network_device.value.bridge
      vlan_id     = network_device.value.vlan
      mac_address = network_device.value.mac
    }
  }

  lifecycle {
    # What was here before Terraform is not for Terraform to remove.
    prevent_destroy = true
    # The machine's own identity and firmware stay as they are, whatever they are.
    ignore_changes = [bios, boot_order, initialization, machine, pool_id, scsi_hardware, serial_device, smbios, vga]
  }
}

resource "proxmox_virtual_environment_container" "adopted" {
  for_each = var.containers

  description   = each.value.description
  tags          = sort([for tag in each.value.tags : lower(tag)])
  node_name     = each.value.node
  vm_id         = each.value.vm_id
  protection    = each.value.protection
  start_on_boot = each.value.start_on_boot
  started       = each.value.started
  unprivileged  = each.value.unprivileged

  cpu {
    cores = each.value.cores
  }

  memory {
    dedicated = each.value.memory_mb
    swap      = each.value.swap_mb
  }

  disk {
    datastore_id = each.value.storage
    size         = each.value.disk_gb
  }

  operating_system {
    type             = each.value.os_type
    template_file_id = ""
  }

  dynamic "mount_point" {
    for_each = each.value.mounts
    content {
      path      = mount_point.value.path
      volume    = mount_point.value.volume
      size      = mount_point.value.size
      backup    = mount_point.value.backup
      read_only = mount_point.value.read_only
    }
  }

  dynamic "features" {
    for_each = each.value.nesting ? [true] : []
    content {
      nesting = true
    }
  }

  dynamic "network_interface" {
    for_each = each.value.networks
    content {
      name        = network_interface.value.name
      bridge      = network_interface.value.bridge
      vlan_id     = network_interface.value.vlan
      mac_address = network_interface.value.mac
    }
  }

  initialization {
    hostname = each.key

    dynamic "dns" {
      for_each = length(each.value.nameservers) > 0 || each.value.domain != null ? [true] : []
      content {
        servers = each.value.nameservers
        domain  = each.value.domain
      }
    }

    dynamic "ip_config" {
      for_each = each.value.networks
      content {
        ipv4 {
          address = ip_config.value.address
          gateway = ip_config.value.gateway
        }
      }
    }
  }

  lifecycle {
    prevent_destroy = true
    # The last two lines: an import leaves them out of the state, though nothing in Proxmox differs.
    ignore_changes = [
      console, operating_system, pool_id,
      timeout_clone, timeout_create, timeout_delete, timeout_start, timeout_update,
      vm_id,
    ]
  }
}
