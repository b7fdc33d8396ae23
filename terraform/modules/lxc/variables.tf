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
  description = "Size of the system disk in GiB."
  type        = number
  default     = 8
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
  description = "What the container is made from. Either `template_file`, a container template such as `local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst`, and `os_type`; or `template_ct_id`, a prepared container template to clone, with `template_node` when it lies on another node. A clone has what only root may set (a device such as /dev/net/tun, features, keys) from its template."
  type = object({
    template_file  = optional(string)
    os_type        = optional(string, "unmanaged")
    template_ct_id = optional(number)
    template_node  = optional(string)
  })
  nullable = false

  validation {
    condition     = (var.image.template_file == null) != (var.image.template_ct_id == null)
    error_message = "Set one of image.template_file (a template file) and image.template_ct_id (a container template to clone), not both and not none."
  }

  validation {
    condition     = var.image.template_file == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*:vztmpl/\\S+$", var.image.template_file))
    error_message = "image.template_file is a volume such as local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst."
  }

  validation {
    condition     = var.image.template_ct_id == null ? true : var.image.template_ct_id >= 100 && floor(var.image.template_ct_id) == var.image.template_ct_id
    error_message = "image.template_ct_id is the id of a container template, at least 100."
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

variable "mounts" {
  description = "Volumes beside the system disk: `path` inside the container, `size_gb` in GiB, `storage` unless it is the system disk's, `backup = false` to leave it out of backups, `read_only`. They are made with the container: a later change replaces the container, with all that it holds."
  type = list(object({
    path      = string
    size_gb   = number
    storage   = optional(string)
    backup    = optional(bool, true)
    read_only = optional(bool, false)
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for mount in var.mounts : can(regex("^(?:/[A-Za-z0-9._-]+)+$", mount.path)) && !can(regex("/\\.\\.?(?:/|$)", mount.path))])
    error_message = "mounts: path is an absolute path inside the container, such as /srv/data."
  }

  validation {
    condition     = length(distinct([for mount in var.mounts : mount.path])) == length(var.mounts)
    error_message = "mounts: two of them have the same path; give each its own."
  }

  validation {
    condition     = alltrue([for mount in var.mounts : mount.size_gb >= 1 && floor(mount.size_gb) == mount.size_gb])
    error_message = "mounts: size_gb is a whole number of GiB, at least 1."
  }

  validation {
    condition     = alltrue([for mount in var.mounts : mount.storage == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*$", mount.storage))])
    error_message = "mounts: storage is the name of a Proxmox storage, such as local-lvm. A folder of the node cannot be mounted: Proxmox allows that to root@pam with a password only, never to a token."
  }
}

variable "ssh_keys" {
  description = "Public keys that may log in as root, one line of OpenSSH each. A clone keeps those of its template: Proxmox takes keys only when it makes a container from a template file."
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

variable "nesting" {
  description = "Lets the container run containers of its own; the same as the feature `nesting`."
  type        = bool
  default     = false
  nullable    = false
}

variable "features" {
  description = "Features by name. A token may set `nesting` only; a clone has those of its template."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for feature in var.features : feature == "nesting"])
    error_message = "features holds \"nesting\" or nothing: Proxmox lets an API token set no other (fuse, keyctl, mknod and mount take root@pam with a password, and a token of root will not do). Let root set them in a container template, and clone that: image.template_ct_id."
  }

  validation {
    condition     = var.image.template_ct_id == null || (length(var.features) == 0 && !var.nesting)
    error_message = "A clone has the features of its template: leave features and nesting out, or set them in the template."
  }
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
