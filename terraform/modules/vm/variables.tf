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
  description = "What the system disk is made from. Either `template_vm_id`, a template VM to clone, with `template_node` when it lies on another node, and `full_clone` for a copy of its own instead of a linked one; or `import_file`, a disk image on a storage with the content type import, such as `local:import/debian-12-generic-amd64.qcow2`."
  type = object({
    template_vm_id = optional(number)
    template_node  = optional(string)
    full_clone     = optional(bool, true)
    import_file    = optional(string)
  })
  nullable = false

  validation {
    condition     = (var.image.template_vm_id == null) != (var.image.import_file == null)
    error_message = "Set one of image.template_vm_id (a template VM to clone) and image.import_file (a disk image to import), not both and not none."
  }

  validation {
    condition     = var.image.template_vm_id == null ? true : var.image.template_vm_id >= 100 && floor(var.image.template_vm_id) == var.image.template_vm_id
    error_message = "image.template_vm_id is the id of a template VM, at least 100."
  }

  validation {
    condition     = var.image.import_file == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*:import/[^/\\s]+\\.(?:qcow2|raw|vmdk)$", var.image.import_file))
    error_message = "image.import_file is a qcow2, raw or vmdk image on a storage with the content type import, such as local:import/debian-12-generic-amd64.qcow2; an image published as .img is stored under a name that ends in .qcow2."
  }
}

variable "cpu_type" {
  description = "CPU that the guest sees. The default is what every x86-64 server of the last ten years has, so that guests can migrate between nodes."
  type        = string
  default     = "x86-64-v2-AES"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", var.cpu_type))
    error_message = "cpu_type is a CPU type of Proxmox, such as x86-64-v2-AES or host."
  }
}

variable "disks" {
  description = "Disks beside the system disk, which is scsi0: `interface` (scsi1 to scsi13; it names the disk and never changes), `size_gb` in GiB, `storage` unless it is the system disk's, `backup = false` to leave it out of backups. Proxmox makes them empty; taking one out of the list detaches it and keeps its volume as an unused one."
  type = list(object({
    interface = string
    size_gb   = number
    storage   = optional(string)
    backup    = optional(bool, true)
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for disk in var.disks : can(regex("^scsi(?:[1-9]|1[0-3])$", disk.interface))])
    error_message = "disks: interface is scsi1 to scsi13; scsi0 is the system disk."
  }

  validation {
    condition     = length(distinct([for disk in var.disks : disk.interface])) == length(var.disks)
    error_message = "disks: two of them name the same interface; give each its own."
  }

  validation {
    condition     = alltrue([for disk in var.disks : disk.size_gb >= 1 && floor(disk.size_gb) == disk.size_gb])
    error_message = "disks: size_gb is a whole number of GiB, at least 1."
  }

  validation {
    condition     = alltrue([for disk in var.disks : disk.storage == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*$", disk.storage))])
    error_message = "disks: storage is the name of a Proxmox storage, such as local-lvm."
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

variable "networks" {
  description = "Cards beside the first one, in their order: `bridge`, `vlan` (null for untagged), `address` (`dhcp` or CIDR notation). They have no gateway: the default route is the first card's."
  type = list(object({
    bridge  = optional(string, "vmbr0")
    vlan    = optional(number)
    address = optional(string, "dhcp")
  }))
  default  = []
  nullable = false

  validation {
    condition     = length(var.networks) <= 7
    error_message = "networks holds at most 7 cards beside the first one."
  }

  validation {
    condition     = alltrue([for network in var.networks : can(regex("^[A-Za-z][A-Za-z0-9_.-]*$", network.bridge))])
    error_message = "networks: bridge is the name of a bridge on the node, such as vmbr0."
  }

  validation {
    condition     = alltrue([for network in var.networks : network.vlan == null ? true : network.vlan >= 1 && network.vlan <= 4094 && floor(network.vlan) == network.vlan])
    error_message = "networks: vlan is a whole number from 1 to 4094, or null for untagged."
  }

  validation {
    condition     = alltrue([for network in var.networks : network.address == "dhcp" || can(cidrnetmask(network.address))])
    error_message = "networks: address is \"dhcp\" or an IPv4 address in CIDR notation such as 10.30.0.14/24."
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

variable "protection" {
  description = "Proxmox refuses to remove the guest or its disks. Before a destroy: set it to false and apply."
  type        = bool
  default     = false
  nullable    = false
}

variable "start_on_boot" {
  description = "The guest starts when its node does."
  type        = bool
  default     = true
  nullable    = false
}
