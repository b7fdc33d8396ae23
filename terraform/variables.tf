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
    - `image`: for a VM `template_vm_id` to clone (with `template_node` when it lies on another node, and `full_clone`) or
      `import_file`, a disk image; for a container `template_file` and `os_type`, or `template_ct_id` to clone a prepared
      container template (with `template_node`).
    - `network`: `bridge`, `vlan` (null for untagged), `address` (`dhcp` or CIDR notation), `gateway` (with an address
      only), `nameservers`, `domain`.
    - `networks`: more cards, each with `bridge`, `vlan` and `address`; they have no gateway.
    - `disks`: more disks of a VM, each with `interface` (scsi1 to scsi13), `size_gb`, `storage` and `backup`.
    - `mounts`: more volumes of a container, each with `path`, `size_gb`, `storage`, `backup` and `read_only`.
    - `user`: login user of a VM; containers are entered as root.
    - `ssh_keys`: public keys that may log in, one line of OpenSSH each; a cloned container has its template's.
    - `tags`: Proxmox tags beside those of the stamp. `pool`: Proxmox pool, null for none.
    - `agent`: the VM's template holds the QEMU guest agent.
    - `nesting`, `features`: lets a container run containers; `features` takes `nesting` only, what a token may set.
    - `cpu_type`: CPU that a VM sees, null for one that all servers of the last ten years have.
    - `protection`: Proxmox refuses to remove it. `start_on_boot`: it starts when its node does.
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
      import_file    = optional(string)
      template_file  = optional(string)
      os_type        = optional(string, "unmanaged")
      template_ct_id = optional(number)
    })
    network = object({
      bridge      = string
      vlan        = optional(number)
      address     = string
      gateway     = optional(string)
      nameservers = optional(list(string), [])
      domain      = optional(string)
    })
    networks = optional(list(object({
      bridge  = optional(string, "vmbr0")
      vlan    = optional(number)
      address = optional(string, "dhcp")
    })), [])
    disks = optional(list(object({
      interface = string
      size_gb   = number
      storage   = optional(string)
      backup    = optional(bool, true)
    })), [])
    mounts = optional(list(object({
      path      = string
      size_gb   = number
      storage   = optional(string)
      backup    = optional(bool, true)
      read_only = optional(bool, false)
    })), [])
    user          = string
    ssh_keys      = list(string)
    tags          = optional(list(string), [])
    pool          = optional(string)
    agent         = optional(bool, true)
    nesting       = optional(bool, false)
    features      = optional(list(string), [])
    cpu_type      = optional(string)
    protection    = optional(bool, false)
    start_on_boot = optional(bool, true)
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
    condition     = alltrue([for host in var.hosts : host.kind != "vm" || (host.image.template_vm_id == null) != (host.image.import_file == null)])
    error_message = "A VM is cloned or made from an image: set one of image.template_vm_id (the id of a template) and image.import_file (such as local:import/debian-12-generic-amd64.qcow2). Correct: ${join(", ", [for name, host in var.hosts : name if !(host.kind != "vm" || (host.image.template_vm_id == null) != (host.image.import_file == null))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.image.template_vm_id == null ? true : host.image.template_vm_id >= 100 && floor(host.image.template_vm_id) == host.image.template_vm_id])
    error_message = "image.template_vm_id is the id of a template, at least 100. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.image.template_vm_id == null ? true : host.image.template_vm_id >= 100 && floor(host.image.template_vm_id) == host.image.template_vm_id)])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.image.import_file == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*:import/[^/\\s]+\\.(?:qcow2|raw|vmdk)$", host.image.import_file))])
    error_message = "image.import_file is a qcow2, raw or vmdk image on a storage with the content type import, such as local:import/debian-12-generic-amd64.qcow2; an image published as .img is stored under a name that ends in .qcow2. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.image.import_file == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*:import/[^/\\s]+\\.(?:qcow2|raw|vmdk)$", host.image.import_file)))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.kind != "lxc" || (host.image.template_file == null) != (host.image.template_ct_id == null)])
    error_message = "A container is made from a template file or cloned: set one of image.template_file (such as local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst) and image.template_ct_id (the id of a container template). Correct: ${join(", ", [for name, host in var.hosts : name if !(host.kind != "lxc" || (host.image.template_file == null) != (host.image.template_ct_id == null))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.image.template_file == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*:vztmpl/\\S+$", host.image.template_file))])
    error_message = "image.template_file is a volume such as local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.image.template_file == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*:vztmpl/\\S+$", host.image.template_file)))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.image.template_ct_id == null ? true : host.image.template_ct_id >= 100 && floor(host.image.template_ct_id) == host.image.template_ct_id])
    error_message = "image.template_ct_id is the id of a container template, at least 100. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.image.template_ct_id == null ? true : host.image.template_ct_id >= 100 && floor(host.image.template_ct_id) == host.image.template_ct_id)])}."
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
    condition = alltrue([
      for places in values({
        for place in flatten([
          for host in var.hosts : [
            for card in concat([{ vlan = host.network.vlan, address = host.network.address }], [for card in host.networks : { vlan = card.vlan, address = card.address }]) :
            "${coalesce(card.vlan, 0)} ${split("/", card.address)[0]}" if card.address != "dhcp"
          ]
        ]) : place => place...
      }) : length(places) == 1
    ])
    error_message = "Two hosts or cards ask for the same address; give each its own: ${join(", ", flatten([for name, host in var.hosts : [for address in concat([host.network.address], host.networks[*].address) : "${name} ${address}" if address != "dhcp"]]))}."
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
    condition     = alltrue([for host in var.hosts : length(host.networks) <= 7])
    error_message = "networks holds at most 7 cards beside the first one. Correct: ${join(", ", [for name, host in var.hosts : name if !(length(host.networks) <= 7)])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for card in host.networks : can(regex("^[A-Za-z][A-Za-z0-9_.-]*$", card.bridge))])])
    error_message = "networks: bridge is the name of a bridge on the node, such as vmbr0. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for card in host.networks : can(regex("^[A-Za-z][A-Za-z0-9_.-]*$", card.bridge))]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for card in host.networks : card.vlan == null ? true : card.vlan >= 1 && card.vlan <= 4094 && floor(card.vlan) == card.vlan])])
    error_message = "networks: vlan is a whole number from 1 to 4094, or null for untagged. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for card in host.networks : card.vlan == null ? true : card.vlan >= 1 && card.vlan <= 4094 && floor(card.vlan) == card.vlan]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for card in host.networks : card.address == "dhcp" || can(cidrnetmask(card.address))])])
    error_message = "networks: address is \"dhcp\" or an IPv4 address in CIDR notation such as 10.30.0.14/24. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for card in host.networks : card.address == "dhcp" || can(cidrnetmask(card.address))]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.kind == "vm" || (length(host.disks) == 0 && host.cpu_type == null)])
    error_message = "disks and cpu_type are for VMs; a container has mounts, and the CPU of its node. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.kind == "vm" || (length(host.disks) == 0 && host.cpu_type == null))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.kind == "lxc" || (length(host.mounts) == 0 && length(host.features) == 0)])
    error_message = "mounts and features are for containers; a VM has disks. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.kind == "lxc" || (length(host.mounts) == 0 && length(host.features) == 0))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.cpu_type == null || can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", host.cpu_type))])
    error_message = "cpu_type is a CPU type of Proxmox, such as x86-64-v2-AES or host. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.cpu_type == null || can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", host.cpu_type)))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for disk in host.disks : can(regex("^scsi(?:[1-9]|1[0-3])$", disk.interface))])])
    error_message = "disks: interface is scsi1 to scsi13; scsi0 is the system disk. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for disk in host.disks : can(regex("^scsi(?:[1-9]|1[0-3])$", disk.interface))]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : length(distinct([for disk in host.disks : disk.interface])) == length(host.disks)])
    error_message = "disks: two of them name the same interface; give each its own. Correct: ${join(", ", [for name, host in var.hosts : name if !(length(distinct([for disk in host.disks : disk.interface])) == length(host.disks))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for disk in host.disks : disk.size_gb >= 1 && floor(disk.size_gb) == disk.size_gb])])
    error_message = "disks: size_gb is a whole number of GiB, at least 1. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for disk in host.disks : disk.size_gb >= 1 && floor(disk.size_gb) == disk.size_gb]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for disk in host.disks : disk.storage == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*$", disk.storage))])])
    error_message = "disks: storage is the name of a Proxmox storage, such as local-lvm. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for disk in host.disks : disk.storage == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*$", disk.storage))]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for mount in host.mounts : can(regex("^(?:/[A-Za-z0-9._-]+)+$", mount.path)) && !can(regex("/\\.\\.?(?:/|$)", mount.path))])])
    error_message = "mounts: path is an absolute path inside the container, such as /srv/data. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for mount in host.mounts : can(regex("^(?:/[A-Za-z0-9._-]+)+$", mount.path)) && !can(regex("/\\.\\.?(?:/|$)", mount.path))]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : length(distinct([for mount in host.mounts : mount.path])) == length(host.mounts)])
    error_message = "mounts: two of them have the same path; give each its own. Correct: ${join(", ", [for name, host in var.hosts : name if !(length(distinct([for mount in host.mounts : mount.path])) == length(host.mounts))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for mount in host.mounts : mount.size_gb >= 1 && floor(mount.size_gb) == mount.size_gb])])
    error_message = "mounts: size_gb is a whole number of GiB, at least 1. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for mount in host.mounts : mount.size_gb >= 1 && floor(mount.size_gb) == mount.size_gb]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for mount in host.mounts : mount.storage == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*$", mount.storage))])])
    error_message = "mounts: storage is the name of a Proxmox storage, such as local-lvm. A folder of the node cannot be mounted: Proxmox allows that to root@pam with a password only, never to a token. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for mount in host.mounts : mount.storage == null || can(regex("^[A-Za-z][A-Za-z0-9._-]*$", mount.storage))]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : alltrue([for feature in host.features : feature == "nesting"])])
    error_message = "features holds \"nesting\" or nothing: Proxmox lets an API token set no other (fuse, keyctl, mknod and mount take root@pam with a password, and a token of root will not do). Let root set them in a container template, and clone that: image.template_ct_id. Correct: ${join(", ", [for name, host in var.hosts : name if !(alltrue([for feature in host.features : feature == "nesting"]))])}."
  }

  validation {
    condition     = alltrue([for host in var.hosts : host.image.template_ct_id == null || (length(host.features) == 0 && !host.nesting)])
    error_message = "A clone has the features of its container template: leave features and nesting out, or set them in the template. Correct: ${join(", ", [for name, host in var.hosts : name if !(host.image.template_ct_id == null || (length(host.features) == 0 && !host.nesting))])}."
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
