# Containers. Virtual machines are in main.tf; `module.lxc["web-1"]` is what a plan for one host targets.
module "lxc" {
  source   = "./modules/lxc"
  for_each = { for name, host in var.hosts : name => host if host.kind == "lxc" }

  name = each.key
  stamp = {
    app         = var.app
    environment = var.environment
    request_id  = each.value.request_id
  }
  node      = each.value.node
  vm_id     = each.value.vm_id
  cores     = each.value.cores
  memory_mb = each.value.memory_mb
  disk_gb   = each.value.disk_gb
  storage   = each.value.storage
  image = {
    template_file  = each.value.image.template_file
    os_type        = each.value.image.os_type
    template_ct_id = each.value.image.template_ct_id
    template_node  = each.value.image.template_node
  }
  network       = each.value.network
  networks      = each.value.networks
  mounts        = each.value.mounts
  ssh_keys      = each.value.ssh_keys
  tags          = each.value.tags
  pool          = each.value.pool
  nesting       = each.value.nesting
  features      = each.value.features
  protection    = each.value.protection
  start_on_boot = each.value.start_on_boot
}
