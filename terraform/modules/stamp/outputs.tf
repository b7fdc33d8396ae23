output "description" {
  description = "Text for the description of the guest; its second line is read back before anything is adopted or destroyed."
  value = join("\n", [
    "Made by Nante. Changes made by hand are reported as drift.",
    "nante: app=${var.stamp.app} environment=${var.stamp.environment} host=${var.stamp.host} request=${var.stamp.request_id}",
  ])
}

# Proxmox sorts tags and makes them lower case: any other form would be a difference in every later plan.
output "tags" {
  description = "Tags of the stamp and of the host, lower case, sorted."
  value = sort(distinct([
    for tag in concat(["nante", "app.${var.stamp.app}", "env.${var.stamp.environment}"], var.tags) : lower(tag)
  ]))
}
