variable "name" {
  description = "Name of the host, a DNS label; the guest's hostname."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "name: use lower case letters, digits and inner hyphens, start with a letter, at most 40 characters."
  }
}

variable "stamp" {
  description = "Whose guest it is: app, environment and the request that created it. Stands in the description and the tags."
  type        = object({ app = string, environment = string, request_id = string })
  nullable    = false

  validation {
    condition     = alltrue([for value in values(var.stamp) : can(regex("^\\S+$", value))])
    error_message = "Every field of the stamp is a word without spaces: app, environment, request_id."
  }
}

variable "node" {
  description = "Proxmox node that the guest is made on."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$", var.node))
    error_message = "node is the name of a Proxmox node, such as pve1."
  }
}

variable "vm_id" {
  description = "Proxmox guest id. Given, never drawn at apply time: two applies at once could draw the same."
  type        = number
  nullable    = false

  validation {
    condition     = var.vm_id >= 100 && var.vm_id <= 999999999 && floor(var.vm_id) == var.vm_id
    error_message = "vm_id is a whole number from 100 to 999999999."
  }
}

variable "cores" {
  description = "Virtual CPUs."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.cores >= 1 && var.cores <= 128 && floor(var.cores) == var.cores
    error_message = "cores is a whole number from 1 to 128."
  }
}

variable "memory_mb" {
  description = "Memory in MiB."
  type        = number
  default     = 2048
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb is a whole number of MiB, at least 128."
  }
}

variable "disk_gb" {
  description = "Size of the system disk in GiB, at least that of the template."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.disk_gb >= 1 && floor(var.disk_gb) == var.disk_gb
    error_message = "disk_gb is a whole number of GiB, at least 1."
  }
}

variable "storage" {
  description = "Proxmox storage of the system disk."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9._-]*$", var.storage))
    error_message = "storage is the name of a Proxmox storage, such as local-lvm."
  }
}

variable "image" {
  description = "Template VM to clone, the node that holds it when it is another one, and whether the copy is full or linked."
  type = object({
    template_vm_id = number
    template_node  = optional(string)
    full_clone     = optional(bool, true)
  })
  nullable = false

  validation {
    condition     = try(var.image.template_vm_id >= 100, false)
    error_message = "image.template_vm_id is the id of a template VM, at least 100."
  }
}

variable "network" {
  description = "Where the guest is reachable: bridge, VLAN tag (null for untagged), `dhcp` or an address in CIDR notation with its gateway, name servers, search domain."
  type = object({
    bridge      = optional(string, "vmbr0")
    vlan        = optional(number)
    address     = optional(string, "dhcp")
    gateway     = optional(string)
    nameservers = optional(list(string), [])
    domain      = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.network.vlan == null ? true : var.network.vlan >= 1 && var.network.vlan <= 4094 && floor(var.network.vlan) == var.network.vlan
    error_message = "network.vlan is a whole number from 1 to 4094, or null for untagged."
  }

  validation {
    condition     = var.network.address == "dhcp" || can(cidrnetmask(var.network.address))
    error_message = "network.address is \"dhcp\" or an IPv4 address in CIDR notation such as 10.30.0.14/24."
  }

  validation {
    condition     = (var.network.address == "dhcp") == (var.network.gateway == null)
    error_message = "network.gateway goes with a static address and never with \"dhcp\", which brings its own."
  }
}

variable "user" {
  description = "Login user that cloud-init makes."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_-]{0,31}$", var.user))
    error_message = "user is a Linux user name: lower case letters, digits, _ and -, at most 32 characters."
  }
}

variable "ssh_keys" {
  description = "Public keys that may log in, one line of OpenSSH each."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.ssh_keys) > 0 && alltrue([for key in var.ssh_keys : can(regex("^(ssh|sk-ssh|ecdsa|sk-ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}( [ -~]*)?$", key))])
    error_message = "ssh_keys holds at least one line of an OpenSSH public key, such as the content of ~/.ssh/id_ed25519.pub."
  }
}

variable "tags" {
  description = "Proxmox tags beside those of the stamp."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for tag in var.tags : can(regex("^[a-z0-9_][a-z0-9_+.-]*$", lower(tag)))])
    error_message = "tags are words of letters, digits, _, -, + and dots."
  }
}

variable "pool" {
  description = "Proxmox pool, null for none."
  type        = string
  default     = null

  validation {
    condition     = var.pool == null || can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.pool))
    error_message = "pool is the name of a Proxmox pool, or null."
  }
}

variable "agent" {
  description = "The template holds the QEMU guest agent: with DHCP its report of the address is waited for."
  type        = bool
  default     = true
  nullable    = false
}
