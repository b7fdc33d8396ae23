module "stamp" {
  source = "../stamp"

  stamp = merge(var.stamp, { host = var.name })
  tags  = var.tags
}

locals {
  static = var.network.address != "dhcp"
}

resource "proxmox_virtual_environment_container" "this" {
  description = module.stamp.description
  tags        = module.stamp.tags
  node_name   = var.node
  vm_id       = var.vm_id
  pool_id     = var.pool
  started     = true

  start_on_boot = true
  # The provider's default is a privileged container, whose root is root on the node.
  unprivileged = true

  cpu {
    cores = var.cores
  }

  memory {
    dedicated = var.memory_mb
    swap      = 0
  }

  operating_system {
    template_file_id = var.image.template_file
    type             = var.image.os_type
  }

  disk {
    datastore_id = var.storage
    size         = var.disk_gb
  }

  network_interface {
    name    = "eth0"
    bridge  = var.network.bridge
    vlan_id = var.network.vlan
  }

  initialization {
    hostname = var.name

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
      keys = var.ssh_keys
    }
  }

  # An update sends every feature again, and a token may set nesting only: the block stays away unless it is asked for.
  dynamic "features" {
    for_each = var.nesting ? [true] : []
    content {
      nesting = true
    }
  }

  # With a static address any address will do; with DHCP the one that is reported has to be an IPv4 one.
  wait_for_ip {
    ipv4 = !local.static
  }

  # The provider waits half an hour for most of these. A run that hangs should end while somebody still looks at it.
  timeout_clone  = 300
  timeout_create = 300
  timeout_update = 300
  # Shutdown and deletion together: Proxmox cuts the power five seconds before the end of it.
  timeout_delete = 120

  lifecycle {
    # Create-only in the API. The provider would replace the container for a new key or template; what it was made
    # from is history, and keys are changed inside.
    ignore_changes = [operating_system, initialization[0].user_account]
  }
}
