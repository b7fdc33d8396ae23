output "adopted" {
  description = "Guest ids of what the state holds, by name."
  value = merge(
    { for name, vm in proxmox_virtual_environment_vm.adopted : name => vm.vm_id },
    { for name, container in proxmox_virtual_environment_container.adopted : name => tonumber(container.id) },
  )
}
