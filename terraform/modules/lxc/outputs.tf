output "vm_id" {
  description = "Proxmox guest id."
  value       = proxmox_virtual_environment_container.this.vm_id
}

output "address" {
  description = "IPv4 address: the given one, or what Proxmox reports for eth0; null while nobody knows it."
  value       = local.static ? split("/", var.network.address)[0] : try(split("/", proxmox_virtual_environment_container.this.ipv4["eth0"])[0], null)
}
