variable "schema_version" {
  description = "Version of the document that holds these variables; this root reads version 1."
  type        = number
  nullable    = false

  validation {
    condition     = var.schema_version == 1
    error_message = "schema_version is ${var.schema_version}, this root reads version 1: use the release of Nante that wrote the document, or write it anew with this one."
  }
}

variable "app" {
  description = "Application that the hosts belong to, a DNS label. With the environment it names the workspace."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$", var.app))
    error_message = "app: use lower case letters, digits and inner hyphens, start with a letter, at most 40 characters."
  }
}

variable "environment" {
  description = "Environment of the hosts, a DNS label such as `dev` or `prod`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$", var.environment))
    error_message = "environment: use lower case letters, digits and inner hyphens, start with a letter, at most 40 characters."
  }
}

variable "hosts" {
  description = <<-EOT
    Desired hosts by name. The name is a DNS label and becomes the guest's hostname.

    - `kind`: `vm` or `lxc`.
    - `request_id`, `owner`: request that created the host (part of its stamp) and its owner, an entity ref.
    - `node`, `vm_id`: Proxmox node and guest id.
    - `cores`, `memory_mb`, `disk_gb`, `storage`: virtual CPUs, MiB, GiB, and the storage of the system disk.
    - `image`: for a VM `template_vm_id` (with `template_node` when it lies on another node, and `full_clone`), for a
      container `template_file` and `os_type`.
    - `network`: `bridge`, `vlan` (null for untagged), `address` (`dhcp` or CIDR notation), `gateway` (with an address
      only), `nameservers`, `domain`.
    - `user`: login user of a VM; containers are entered as root.
    - `ssh_keys`: public keys that may log in, one line of OpenSSH each.
    - `tags`: Proxmox tags beside those of the stamp. `pool`: Proxmox pool, null for none.
    - `agent`: the VM's template holds the QEMU guest agent.
    - `nesting`: lets a container run containers.
  EOT
  type = map(object({
    kind       = string
    request_id = string
    owner      = string
    node       = string
    vm_id      = number
    cores      = number
    memory_mb  = number
    disk_gb    = number
    storage    = string
    image = object({
      template_vm_id = optional(number)
      template_node  = optional(string)
      full_clone     = optional(bool, true)
      template_file  = optional(string)
      os_type        = optional(string, "unmanaged")
    })
    network = object({
      bridge      = string
      vlan        = optional(number)
      address     = string
      gateway     = optional(string)
      nameservers = optional(list(string), [])
      domain      = optional(string)
    })
    user     = string
    ssh_keys = list(string)
    tags     = optional(list(string), [])
    pool     = optional(string)
    agent    = optional(bool, true)
    nesting  = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = alltrue([for name, host in var.hosts : can(regex("^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$", name))])
    error_message = "Host names are DNS labels (lower case letters, digits and inner hyphens, starting with a letter, at most 40 characters). Rename: ${join(", ", [for name, host in var.hosts : name if !can(regex("^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$", name))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : contains(["vm", "lxc"], host.kind)])
    error_message = "kind is \"vm\" or \"lxc\". Correct: ${join(", ", [for name, host in var.hosts : name if !contains(["vm", "lxc"], host.kind)])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : can(regex("^\\S+$", host.request_id))])
    error_message = "request_id is the id of a request, without spaces; it is part of the stamp. Correct: ${join(", ", [for name, host in var.hosts : name if !can(regex("^\\S+$", host.request_id))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : can(regex("^[^/:\\s]+:[^/:\\s]+/[^/:\\s]+$", host.owner))])
    error_message = "owner is an entity ref such as group:default/shop. Correct: ${join(", ", [for name, host in var.hosts : name if !can(regex("^[^/:\\s]+:[^/:\\s]+/[^/:\\s]+$", host.owner))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : can(regex("^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$", host.node))])
    error_message = "node is the name of a Proxmox node, such as pve1. Correct: ${join(", ", [for name, host in var.hosts : name if !can(regex("^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$", host.node))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.vm_id >= 100 && host.vm_id <= 999999999 && floor(host.vm_id) == host.vm_id])
    error_message = "vm_id is a whole number from 100 to 999999999. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.vm_id >= 100 && host.vm_id <= 999999999 && floor(host.vm_id) == host.vm_id)])}."
  }

  validation {
    condition     = length(distinct([for host in var.hosts : host.vm_id])) == length(var.hosts)
    error_message = "Two hosts ask for the same vm_id; give each its own: ${join(", ", [for name, host in var.hosts : "${name} ${host.vm_id}"])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.cores >= 1 && host.cores <= 128 && floor(host.cores) == host.cores])
    error_message = "cores is a whole number from 1 to 128. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.cores >= 1 && host.cores <= 128 && floor(host.cores) == host.cores)])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.memory_mb >= 128 && floor(host.memory_mb) == host.memory_mb])
    error_message = "memory_mb is a whole number of MiB, at least 128. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.memory_mb >= 128 && floor(host.memory_mb) == host.memory_mb)])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.disk_gb >= 1 && floor(host.disk_gb) == host.disk_gb])
    error_message = "disk_gb is a whole number of GiB, at least 1. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.disk_gb >= 1 && floor(host.disk_gb) == host.disk_gb)])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : can(regex("^[A-Za-z][A-Za-z0-9._-]*$", host.storage))])
    error_message = "storage is the name of a Proxmox storage, such as local-lvm. Correct: ${join(", ", [for name, host in var.hosts : name if !can(regex("^[A-Za-z][A-Za-z0-9._-]*$", host.storage))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.kind != "vm" || try(host.image.template_vm_id >= 100, false)])
    error_message = "A VM is cloned: set image.template_vm_id to the id of a template. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.kind != "vm" || try(host.image.template_vm_id >= 100, false))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.kind != "lxc" || can(regex("^[A-Za-z][A-Za-z0-9._-]*:vztmpl/\\S+$", host.image.template_file))])
    error_message = "A container is made from a template file: set image.template_file to a volume such as local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.kind != "lxc" || can(regex("^[A-Za-z][A-Za-z0-9._-]*:vztmpl/\\S+$", host.image.template_file)))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : contains(["alpine", "archlinux", "centos", "debian", "devuan", "fedora", "gentoo", "nixos", "opensuse", "ubuntu", "unmanaged"], host.image.os_type)])
    error_message = "image.os_type is alpine, archlinux, centos, debian, devuan, fedora, gentoo, nixos, opensuse, ubuntu or unmanaged. Correct: ${join(", ", [for name, host in var.hosts : name if !contains(["alpine", "archlinux", "centos", "debian", "devuan", "fedora", "gentoo", "nixos", "opensuse", "ubuntu", "unmanaged"], host.image.os_type)])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : can(regex("^[A-Za-z][A-Za-z0-9_.-]*$", host.network.bridge))])
    error_message = "network.bridge is the name of a bridge on the node, such as vmbr0. Correct: ${join(", ", [for name, host in var.hosts : name if !can(regex("^[A-Za-z][A-Za-z0-9_.-]*$", host.network.bridge))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.network.vlan == null ? true : host.network.vlan >= 1 && host.network.vlan <= 4094 && floor(host.network.vlan) == host.network.vlan])
    error_message = "network.vlan is a whole number from 1 to 4094, or null for untagged. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.network.vlan == null ? true : host.network.vlan >= 1 && host.network.vlan <= 4094 && floor(host.network.vlan) == host.network.vlan)])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.network.address == "dhcp" || can(cidrnetmask(host.network.address))])
    error_message = "network.address is \"dhcp\" or an IPv4 address in CIDR notation such as 10.30.0.14/24. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.network.address == "dhcp" || can(cidrnetmask(host.network.address)))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : (host.network.address == "dhcp") == (host.network.gateway == null)])
    error_message = "network.gateway goes with a static address and never with \"dhcp\", which brings its own. Correct: ${join(", ", [for name, host in var.hosts : name if(host.network.address == "dhcp") != (host.network.gateway == null)])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.network.gateway == null || can(cidrnetmask("${host.network.gateway}/32"))])
    error_message = "network.gateway is an IPv4 address such as 10.30.0.1. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.network.gateway == null || can(cidrnetmask("${host.network.gateway}/32")))])}."
  }

  validation {
    condition = length(distinct([
      for host in var.hosts : "${coalesce(host.network.vlan, 0)} ${split("/", host.network.address)[0]}" if host.network.address != "dhcp"
    ])) == length([for host in var.hosts : host if host.network.address != "dhcp"])
    error_message = "Two hosts ask for the same address; give each its own: ${join(", ", [for name, host in var.hosts : "${name} ${host.network.address}" if host.network.address != "dhcp"])}."
  }

  validation {
    condition     = alltrue(flatten([for host in var.hosts : [for server in host.network.nameservers : can(cidrnetmask("${server}/32"))]]))
    error_message = "network.nameservers are IPv4 addresses. Correct: ${join(", ", [for name, host in var.hosts : name if !alltrue([for server in host.network.nameservers : can(cidrnetmask("${server}/32"))])])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.network.domain == null || can(regex("^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$", host.network.domain))])
    error_message = "network.domain is a DNS domain such as dev.example.com. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.network.domain == null || can(regex("^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$", host.network.domain)))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : can(regex("^[a-z_][a-z0-9_-]{0,31}$", host.user))])
    error_message = "user is a Linux user name: lower case letters, digits, _ and -, at most 32 characters. Correct: ${join(", ", [for name, host in var.hosts : name if !can(regex("^[a-z_][a-z0-9_-]{0,31}$", host.user))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : length(host.ssh_keys) > 0])
    error_message = "Without a key nobody can log in: put at least one public key into ssh_keys of ${join(", ", [for name, host in var.hosts : name if length(host.ssh_keys) == 0])}."
  }

  validation {
    condition     = alltrue(flatten([for host in var.hosts : [for key in host.ssh_keys : can(regex("^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\\.com|sk-ecdsa-sha2-nistp256@openssh\\.com) [A-Za-z0-9+/]+={0,3}( [ -~]{0,200})?$", key))]]))
    error_message = "ssh_keys are lines of OpenSSH public keys, for example the content of ~/.ssh/id_ed25519.pub without its line end. Correct: ${join(", ", [for name, host in var.hosts : name if !alltrue([for key in host.ssh_keys : can(regex("^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\\.com|sk-ecdsa-sha2-nistp256@openssh\\.com) [A-Za-z0-9+/]+={0,3}( [ -~]{0,200})?$", key))])])}."
  }

  validation {
    condition     = alltrue(flatten([for host in var.hosts : [for tag in host.tags : can(regex("^[a-z0-9_][a-z0-9_+.-]*$", lower(tag)))]]))
    error_message = "tags are words of letters, digits, _, -, + and dots. Correct: ${join(", ", [for name, host in var.hosts : name if !alltrue([for tag in host.tags : can(regex("^[a-z0-9_][a-z0-9_+.-]*$", lower(tag)))])])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.pool == null || can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", host.pool))])
    error_message = "pool is the name of a Proxmox pool, or null. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.pool == null || can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", host.pool)))])}."
  }
}
