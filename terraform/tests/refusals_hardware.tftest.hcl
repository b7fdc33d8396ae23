# Wrong images, cards, disks, mounts and features are refused before anything is planned. Each run changes one value of an
# otherwise good document; `refusals.tftest.hcl` does the same for all other fields.

mock_provider "proxmox" {}

variables {
  schema_version = 1
  app            = "shop"
  environment    = "dev"
  hosts = {
    web-1 = {
      kind       = "vm"
      request_id = "4f1c2a9e"
      owner      = "group:default/shop"
      node       = "pve1"
      vm_id      = 4101
      cores      = 2
      memory_mb  = 2048
      disk_gb    = 20
      storage    = "local-lvm"
      image      = { template_vm_id = 9000 }
      network    = { bridge = "vmbr0", vlan = 30, address = "dhcp" }
      user       = "deploy"
      ssh_keys   = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzN6eHkYWwFQk5Jr2kXbT0mW8Q4cJq0o9v1m2n3b4c5 someone@example.com"]
    }
    cache-1 = {
      kind       = "lxc"
      request_id = "77ab01d2"
      owner      = "group:default/shop"
      node       = "pve2"
      vm_id      = 4102
      cores      = 1
      memory_mb  = 512
      disk_gb    = 8
      storage    = "local-lvm"
      image      = { template_file = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst", os_type = "debian" }
      network    = { bridge = "vmbr0", vlan = 30, address = "10.30.0.15/24", gateway = "10.30.0.1", nameservers = ["10.30.0.1"], domain = "dev.example.com" }
      user       = "root"
      ssh_keys   = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzN6eHkYWwFQk5Jr2kXbT0mW8Q4cJq0o9v1m2n3b4c5 someone@example.com"]
      tags       = ["Cache", "nante"]
      pool       = "dev"
      nesting    = true
    }
  }
}

run "refuses_a_vm_from_a_template_and_an_image" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { image = { template_vm_id = 9000, import_file = "local:import/debian-12.qcow2" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_template_id_below_100" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { image = { template_vm_id = 9 } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_an_image_that_is_no_import_volume" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { image = { import_file = "local:iso/debian-12.iso" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_an_image_whose_format_proxmox_cannot_tell" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { image = { import_file = "local:import/debian-12.img" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_container_from_a_file_and_a_template" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { image = { template_file = "local:vztmpl/debian-12.tar.zst", template_ct_id = 9100 }, nesting = false }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_container_template_id_below_100" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { image = { template_ct_id = 9 }, nesting = false }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_more_than_eight_cards" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { networks = [for number in range(8) : { bridge = "vmbr0" }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_card_on_a_bridge_that_is_no_bridge_name" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { networks = [{ bridge = "-x" }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_card_with_a_vlan_tag_that_does_not_exist" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { networks = [{ bridge = "vmbr0", vlan = 4095 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_card_with_an_address_without_its_prefix" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { networks = [{ bridge = "vmbr0", address = "10.40.0.14" }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_two_cards_of_one_host_with_one_address" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { networks = [{ vlan = 40, address = "10.40.0.14/24" }, { vlan = 40, address = "10.40.0.14/24" }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_disks_of_a_container" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { disks = [{ interface = "scsi1", size_gb = 10 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_cpu_type_of_a_container" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { cpu_type = "host" }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_mounts_of_a_vm" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { mounts = [{ path = "/srv/data", size_gb = 10 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_features_of_a_vm" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { features = ["nesting"] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_cpu_type_that_is_none" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { cpu_type = "host,flags=+aes" }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_disk_in_the_place_of_the_system_disk" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { disks = [{ interface = "scsi0", size_gb = 10 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_two_disks_on_one_interface" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { disks = [{ interface = "scsi1", size_gb = 10 }, { interface = "scsi1", size_gb = 20 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_disk_of_half_a_gibibyte" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { disks = [{ interface = "scsi1", size_gb = 0.5 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_disk_on_a_storage_that_is_no_storage_name" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { disks = [{ interface = "scsi1", size_gb = 10, storage = "/dev/sdb" }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_mount_on_a_relative_path" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { mounts = [{ path = "srv/data", size_gb = 10 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_mount_that_leaves_its_folder" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { mounts = [{ path = "/srv/../etc", size_gb = 10 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_two_mounts_on_one_path" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { mounts = [{ path = "/srv", size_gb = 10 }, { path = "/srv", size_gb = 20 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_mount_of_half_a_gibibyte" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { mounts = [{ path = "/srv", size_gb = 0.5 }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_folder_of_the_node_as_a_mount" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { mounts = [{ path = "/srv", size_gb = 10, storage = "/mnt/data" }] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_feature_that_no_token_may_set" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { features = ["nesting", "keyctl"] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_features_of_a_clone" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { image = { template_ct_id = 9100 }, nesting = false, features = ["nesting"] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_nesting_of_a_clone" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { image = { template_ct_id = 9100 } }) }
  }
  expect_failures = [var.hosts]
}
