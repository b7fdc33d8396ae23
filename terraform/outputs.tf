output "hosts" {
  description = "What was made, by name: kind, node, guest id, IPv4 address (null while nobody knows it) and the user that logs in."
  value = {
    for name, host in var.hosts : name => {
      kind    = host.kind
      node    = host.node
      vm_id   = host.vm_id
      address = host.kind == "vm" ? module.vm[name].address : module.lxc[name].address
      user    = host.kind == "vm" ? host.user : "root"
    }
  }
}
