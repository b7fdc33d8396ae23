# Virtual machines. Containers are in lxc.tf; `module.vm["web-1"]` is what a plan for one host targets.
module "vm" {
  source   = "./modules/vm"
  for_each = { for name, host in var.hosts : name => host if host.kind == "vm" }

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
    template_vm_id = each.value.image.template_vm_id
    template_node  = each.value.image.template_node
    full_clone     = each.value.image.full_clone
  }
  network  = each.value.network
  user     = each.value.user
  ssh_keys = each.value.ssh_keys
  tags     = each.value.tags
  pool     = each.value.pool
  agent    = each.value.agent
}
