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
    import_file    = each.value.image.import_file
  }
  cpu_type      = each.value.cpu_type
  disks         = each.value.disks
  network       = each.value.network
  networks      = each.value.networks
  user          = each.value.user
  ssh_keys      = each.value.ssh_keys
  tags          = each.value.tags
  pool          = each.value.pool
  agent         = each.value.agent
  protection    = each.value.protection
  start_on_boot = each.value.start_on_boot
}
