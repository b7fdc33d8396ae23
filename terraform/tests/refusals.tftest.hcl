# Every wrong value is refused before anything is planned. Each run changes one value of an otherwise good document.

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

run "the_document_itself_is_good" {
  command = plan
}

run "refuses_another_schema_version" {
  command = plan
  variables {
    schema_version = 2
  }
  expect_failures = [var.schema_version]
}

run "refuses_an_app_that_is_no_dns_label" {
  command = plan
  variables {
    app = "Shop_1"
  }
  expect_failures = [var.app]
}

run "refuses_an_environment_that_is_no_dns_label" {
  command = plan
  variables {
    environment = "dev-"
  }
  expect_failures = [var.environment]
}

run "refuses_a_host_name_that_is_no_dns_label" {
  command = plan
  variables {
    hosts = { "web_1" = var.hosts["web-1"] }
  }
  expect_failures = [var.hosts]
}

run "refuses_two_hosts_with_one_guest_id" {
  command = plan
  variables {
    hosts = { web-1 = var.hosts["web-1"], cache-1 = merge(var.hosts["cache-1"], { vm_id = 4101 }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_two_hosts_with_one_address" {
  command = plan
  variables {
    hosts = { cache-1 = var.hosts["cache-1"], cache-2 = merge(var.hosts["cache-1"], { vm_id = 4103 }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_kind_that_is_neither_vm_nor_lxc" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { kind = "docker" }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_request_id_with_a_space" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { request_id = "4f1c 2a9e" }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_an_owner_that_is_no_entity_ref" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { owner = "shop" }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_node_that_is_no_node_name" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { node = "pve 1" }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_guest_id_below_100" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { vm_id = 99 }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_guest_id_that_is_not_whole" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { vm_id = 100.5 }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_no_cores" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { cores = 0 }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_too_little_memory" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { memory_mb = 64 }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_an_empty_disk" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { disk_gb = 0 }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_storage_that_is_no_storage_name" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { storage = "local:lvm" }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_vm_without_a_template" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { image = {} }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_container_without_a_template_file" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { image = { template_vm_id = 9000 } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_template_file_that_is_no_template_volume" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { image = { template_file = "debian-12.tar.zst" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_an_unknown_operating_system_type" {
  command = plan
  variables {
    hosts = { cache-1 = merge(var.hosts["cache-1"], { image = { template_file = "local:vztmpl/debian-12.tar.zst", os_type = "solaris" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_bridge_that_is_no_bridge_name" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { network = { bridge = "vmbr0,tag=20", address = "dhcp" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_vlan_tag_that_does_not_exist" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { network = { bridge = "vmbr0", vlan = 4095, address = "dhcp" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_an_address_without_its_prefix" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { network = { bridge = "vmbr0", address = "10.30.0.14", gateway = "10.30.0.1" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_static_address_without_a_gateway" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { network = { bridge = "vmbr0", address = "10.30.0.14/24" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_gateway_beside_dhcp" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { network = { bridge = "vmbr0", address = "dhcp", gateway = "10.30.0.1" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_gateway_that_is_no_address" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { network = { bridge = "vmbr0", address = "10.30.0.14/24", gateway = "router" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_name_server_that_is_no_address" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { network = { bridge = "vmbr0", address = "dhcp", nameservers = ["dns.example.com"] } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_search_domain_that_is_no_domain" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { network = { bridge = "vmbr0", address = "dhcp", domain = "dev example" } }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_user_that_linux_does_not_take" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { user = "Deploy User" }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_no_key_at_all" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { ssh_keys = [] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_key_that_is_none" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { ssh_keys = ["-oProxyCommand=id"] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_key_of_two_lines" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { ssh_keys = ["${var.hosts["web-1"].ssh_keys[0]}\nssh-rsa AAAAB3"] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_tag_that_proxmox_does_not_take" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { tags = ["a;b"] }) }
  }
  expect_failures = [var.hosts]
}

run "refuses_a_pool_that_is_no_pool_name" {
  command = plan
  variables {
    hosts = { web-1 = merge(var.hosts["web-1"], { pool = "-x" }) }
  }
  expect_failures = [var.hosts]
}
