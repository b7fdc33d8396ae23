module "stamp" {
  source = "../stamp"

  stamp = merge(var.stamp, { host = var.name })
  tags  = var.tags
}

locals {
  static = var.network.address != "dhcp"

  # Only the first card has a gateway: a second default route would take answers another way than their questions came.
  cards = concat([var.network], [for network in var.networks : merge(network, { gateway = null })])

  # By the card's MAC address: inside the guest, bridges of Docker or K3s have addresses as well.
  card = try(upper(proxmox_virtual_environment_vm.this.network_device[0].mac_address), null)
  reported = try([
    for address in flatten([
      for index, mac in proxmox_virtual_environment_vm.this.mac_addresses :
      proxmox_virtual_environment_vm.this.ipv4_addresses[index] if upper(mac) == local.card
    ]) : split("/", address)[0] if !startswith(address, "169.254.")
  ][0], null)
}

resource "proxmox_virtual_environment_vm" "this" {
  name        = var.name
  description = module.stamp.description
  tags        = module.stamp.tags
  node_name   = var.node
  vm_id       = var.vm_id
  pool_id     = var.pool
  started     = true
  on_boot     = var.start_on_boot
  protection  = var.protection

  dynamic "clone" {
    for_each = var.image.template_vm_id == null ? [] : [var.image]
    content {
      vm_id     = clone.value.template_vm_id
      node_name = clone.value.template_node
      full      = clone.value.full_clone
      # A full copy goes straight to its storage instead of being moved there afterwards; Proxmox refuses a storage for a
      # linked clone, whose disk lies beside the template's.
      datastore_id = clone.value.full_clone ? var.storage : null
      # Clones of one template wait for its lock, and lose when it takes too long.
      retries = 3
    }
  }

  agent {
    enabled = var.agent
    # The provider's own 15 minutes hide a template without an agent; it only warns when the time is over, and whoever wants
    # to log in goes on waiting.
    timeout = "30s"

    # A static address is known: nothing is gained by waiting for the agent to report it, at apply or in a later plan.
    wait_for_ip {
      disabled = local.static
      ipv4     = !local.static
    }
  }

  cpu {
    cores = var.cores
    type  = var.cpu_type
  }

  memory {
    dedicated = var.memory_mb
  }

  operating_system {
    type = "l26"
  }

  disk {
    datastore_id = var.storage
    # The template's system disk: another interface would add a second disk.
    interface = "scsi0"
    size      = var.disk_gb
    discard   = "on"
    # Proxmox copies the image into the new disk itself: this needs a token only, where `file_id` would need SSH to the node.
    import_from = var.image.import_file
  }

  # By interface, not by place in the list: taking one away must not turn the next one into another disk.
  dynamic "disk" {
    for_each = var.disks
    content {
      datastore_id = coalesce(disk.value.storage, var.storage)
      interface    = disk.value.interface
      size         = disk.value.size_gb
      backup       = disk.value.backup
      discard      = "on"
    }
  }

  dynamic "network_device" {
    for_each = local.cards
    content {
      bridge  = network_device.value.bridge
      vlan_id = network_device.value.vlan
    }
  }

  # Cloud images write to a serial console, and some of them do not boot without one. A template brings its own.
  dynamic "serial_device" {
    for_each = var.image.import_file == null ? [] : [true]
    content {}
  }

  initialization {
    datastore_id = var.storage

    dynamic "dns" {
      for_each = length(var.network.nameservers) > 0 || var.network.domain != null ? [true] : []
      content {
        servers = var.network.nameservers
        domain  = var.network.domain
      }
    }

    dynamic "ip_config" {
      for_each = local.cards
      content {
        ipv4 {
          address = ip_config.value.address
          gateway = ip_config.value.gateway
        }
      }
    }

    user_account {
      username = var.user
      keys     = var.ssh_keys
    }
  }

  # A new size takes effect at the next boot only. Nante has asked the VM to shut down by then, after somebody agreed, so
  # that this restarts only what is changed by hand or by a request that says that a change is meant; without it the
  # provider refuses to grow the disk along with the memory.
  reboot_after_update = true

  # The power is cut. A shutdown would be waited for exactly as long as Proxmox waits before it cuts the power itself, so
  # a guest that ignores it (no agent, a hung service) fails the destroy; and its disk is deleted in the next second
  # anyway. What has to be signed off elsewhere is signed off before.
  stop_on_destroy = true

  # The provider waits half an hour for most of these. A run that hangs should end while somebody still looks at it.
  timeout_clone       = 300
  timeout_create      = 300
  timeout_migrate     = 300
  timeout_start_vm    = 300
  timeout_reboot      = 300
  timeout_shutdown_vm = 120
  timeout_stop_vm     = 120

  lifecycle {
    # What a guest was made from is history: a newer template or image must not touch the guests made from the older one.
    # Its disk controller came from there as well.
    ignore_changes = [clone, disk[0].import_from, scsi_hardware, serial_device]
  }
}
