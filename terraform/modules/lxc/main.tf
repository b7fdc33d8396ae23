module "stamp" {
  source = "../stamp"

  stamp = merge(var.stamp, { host = var.name })
  tags  = var.tags
}

locals {
  static  = var.network.address != "dhcp"
  cloned  = var.image.template_ct_id != null
  nesting = var.nesting || contains(var.features, "nesting")

  # Only the first card has a gateway: a second default route would take answers another way than their questions came.
  cards = concat([var.network], [for network in var.networks : merge(network, { gateway = null })])
}

resource "proxmox_virtual_environment_container" "this" {
  description = module.stamp.description
  tags        = module.stamp.tags
  node_name   = var.node
  vm_id       = var.vm_id
  pool_id     = var.pool
  started     = true

  start_on_boot = var.start_on_boot
  protection    = var.protection
  # The provider's default is a privileged container, whose root is root on the node.
  unprivileged = true

  cpu {
    cores = var.cores
  }

  memory {
    dedicated = var.memory_mb
    swap      = 0
  }

  dynamic "clone" {
    for_each = local.cloned ? [var.image] : []
    content {
      vm_id        = clone.value.template_ct_id
      node_name    = clone.value.template_node
      datastore_id = var.storage
      full         = true
    }
  }

  # A clone is what its template is: Proxmox takes neither system nor keys for it.
  dynamic "operating_system" {
    for_each = local.cloned ? [] : [var.image]
    content {
      template_file_id = operating_system.value.template_file
      type             = operating_system.value.os_type
    }
  }

  disk {
    datastore_id = var.storage
    size         = var.disk_gb
  }

  dynamic "mount_point" {
    for_each = var.mounts
    content {
      volume    = coalesce(mount_point.value.storage, var.storage)
      path      = mount_point.value.path
      size      = "${mount_point.value.size_gb}G"
      backup    = mount_point.value.backup
      read_only = mount_point.value.read_only
    }
  }

  dynamic "network_interface" {
    for_each = local.cards
    content {
      name    = "eth${network_interface.key}"
      bridge  = network_interface.value.bridge
      vlan_id = network_interface.value.vlan
    }
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

    dynamic "ip_config" {
      for_each = local.cards
      content {
        ipv4 {
          address = ip_config.value.address
          gateway = ip_config.value.gateway
        }
      }
    }

    dynamic "user_account" {
      for_each = local.cloned ? [] : [true]
      content {
        keys = var.ssh_keys
      }
    }
  }

  # An update sends every feature again, and a token may set nesting only: the block stays away unless it is asked for.
  dynamic "features" {
    for_each = local.nesting ? [true] : []
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
    ignore_changes = [
      # Create-only in the API. The provider would replace the container for a new key, template or pool; what it was made
      # from is history, and keys are changed inside.
      clone, operating_system, pool_id, initialization[0].user_account,
      # What a clone has from its template. Of features the provider sends all in every change, which a token may not.
      console, device_passthrough, features,
    ]
  }
}

check "nesting" {
  assert {
    condition     = local.cloned || try(proxmox_virtual_environment_container.this.features[0].nesting, false) == local.nesting
    error_message = "${var.name}: nesting is set when a container is made, and stays as it is now: a token may not change it. Let root change it in the options of the container."
  }
}

# A clone begins with its template's disk; the provider makes it larger with the next change only.
check "disk" {
  assert {
    condition     = proxmox_virtual_environment_container.this.disk[0].size == var.disk_gb
    error_message = "${var.name} has the disk of its template, ${proxmox_virtual_environment_container.this.disk[0].size} GiB: apply once more to grow it to ${var.disk_gb} GiB. A disk_gb smaller than the template's would replace the container."
  }
}
