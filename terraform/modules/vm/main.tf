module "stamp" {
  source = "../stamp"

  stamp = merge(var.stamp, { host = var.name })
  tags  = var.tags
}

locals {
  static = var.network.address != "dhcp"

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
  on_boot     = true

  clone {
    vm_id     = var.image.template_vm_id
    node_name = var.image.template_node
    full      = var.image.full_clone
    # A full copy goes straight to its storage instead of being moved there afterwards; Proxmox refuses a storage for a
    # linked clone, whose disk lies beside the template's.
    datastore_id = var.image.full_clone ? var.storage : null
    # Clones of one template wait for its lock, and lose when it takes too long.
    retries = 3
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
    # The baseline that every x86-64 server of the last ten years has, so that guests can migrate between nodes.
    type = "x86-64-v2-AES"
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
  }

  network_device {
    bridge  = var.network.bridge
    vlan_id = var.network.vlan
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

    ip_config {
      ipv4 {
        address = var.network.address
        gateway = var.network.gateway
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
    # What a guest was cloned from is history: a newer template must not replace the guests made from the older one.
    ignore_changes = [clone]
  }
}
