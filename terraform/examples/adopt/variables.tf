variable "vms" {
  description = "Virtual machines to adopt by name, described as they are: what differs is shown by the plan. `disks` and `networks` are in the order of their numbers in Proxmox."
  type = map(object({
    node        = string
    vm_id       = number
    cores       = number
    memory_mb   = number
    cpu_type    = optional(string, "x86-64-v2-AES")
    agent       = optional(bool, true)
    description = optional(string, "")
    tags        = optional(list(string), [])
    protection  = optional(bool, false)
    on_boot     = optional(bool, true)
    started     = optional(bool, true)
    disks       = list(object({ interface = string, storage = string, size_gb = number, discard = optional(string, "ignore") }))
    networks    = list(object({ bridge = string, vlan = optional(number), mac = string }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for vm in var.vms : alltrue([for network in vm.networks : can(regex("^(?:[0-9A-F]{2}:){5}[0-9A-F]{2}$", network.mac))])])
    error_message = "networks: mac is the address of the card as Proxmox shows it, such as BC:24:11:00:00:01; another one would be given to the guest."
  }
}

variable "containers" {
  description = "Containers to adopt by name, described as they are; `mounts` with their volumes as Proxmox names them. `networks` and `mounts` are in the order of their numbers."
  type = map(object({
    node          = string
    vm_id         = number
    cores         = number
    memory_mb     = number
    swap_mb       = optional(number, 512)
    disk_gb       = number
    storage       = string
    os_type       = optional(string, "debian")
    nesting       = optional(bool, false)
    description   = optional(string, "")
    tags          = optional(list(string), [])
    protection    = optional(bool, false)
    start_on_boot = optional(bool, true)
    started       = optional(bool, true)
    unprivileged  = optional(bool, true)
    mounts        = optional(list(object({ path = string, volume = string, size = string, backup = optional(bool, false), read_only = optional(bool, false) })), [])
    nameservers   = optional(list(string), [])
    domain        = optional(string)
    networks      = list(object({ name = string, bridge = string, vlan = optional(number), mac = string, address = string, gateway = optional(string) }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for container in var.containers : alltrue([for network in container.networks : can(regex("^(?:[0-9A-F]{2}:){5}[0-9A-F]{2}$", network.mac))])])
    error_message = "networks: mac is the address of the card as Proxmox shows it, such as BC:24:11:00:00:01; another one would be given to the container."
  }
}
