output "vm_id" {
  description = "Proxmox guest id."
  value       = proxmox_virtual_environment_vm.this.vm_id
}

output "address" {
  description = "IPv4 address: the given one, or what the agent reports for the guest's own network card; null while nobody knows it."
  value       = local.static ? split("/", var.network.address)[0] : local.reported
}
