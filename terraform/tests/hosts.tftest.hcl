# What a good document makes: one guest each, stamped, with every default of the provider that matters set.

mock_provider "proxmox" {
  mock_resource "proxmox_virtual_environment_container" {
    defaults = { ipv4 = { eth0 = "10.30.0.78/24" } }
  }
}

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

run "each_host_becomes_one_guest" {
  command = plan

  assert {
    condition     = join(" ", keys(module.vm)) == "web-1" && join(" ", keys(module.lxc)) == "cache-1"
    error_message = "The kind decides which module makes the host."
  }

  assert {
    condition = output.hosts["cache-1"] == {
      kind = "lxc", node = "pve2", vm_id = 4102, address = "10.30.0.15", user = "root"
    }
    error_message = "A static address is known at plan time, and a container is entered as root."
  }
}

run "no_hosts_is_a_good_document_too" {
  command = plan
  variables {
    hosts = {}
  }

  assert {
    condition     = length(output.hosts) == 0
    error_message = "Without hosts there is nothing to report."
  }
}

run "a_vm_is_a_stamped_clone_with_short_deadlines" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    name     = "web-1"
    stamp    = { app = "shop", environment = "dev", request_id = "4f1c2a9e" }
    node     = "pve1"
    vm_id    = 4101
    storage  = "local-lvm"
    image    = { template_vm_id = 9000, template_node = "pve3" }
    user     = "deploy"
    ssh_keys = var.hosts["web-1"].ssh_keys
    tags     = ["Web", "env.dev"]
  }

  assert {
    condition     = proxmox_virtual_environment_vm.this.description == "Made by Nante. Changes made by hand are reported as drift.\nnante: app=shop environment=dev host=web-1 request=4f1c2a9e"
    error_message = "The description carries the stamp."
  }
  assert {
    condition     = proxmox_virtual_environment_vm.this.tags == tolist(["app.shop", "env.dev", "nante", "web"])
    error_message = "Tags are lower case, sorted, each once."
  }
  assert {
    condition = (
      proxmox_virtual_environment_vm.this.clone[0].full && proxmox_virtual_environment_vm.this.clone[0].datastore_id == "local-lvm" &&
      proxmox_virtual_environment_vm.this.clone[0].node_name == "pve3" && proxmox_virtual_environment_vm.this.clone[0].retries == 3
    )
    error_message = "A full clone goes to its storage at once and waits for the template's lock."
  }
  assert {
    condition = (
      proxmox_virtual_environment_vm.this.agent[0].timeout == "30s" && proxmox_virtual_environment_vm.this.timeout_clone == 300 &&
      proxmox_virtual_environment_vm.this.timeout_create == 300 && proxmox_virtual_environment_vm.this.timeout_start_vm == 300 &&
      proxmox_virtual_environment_vm.this.timeout_shutdown_vm == 120 && proxmox_virtual_environment_vm.this.timeout_stop_vm == 120
    )
    error_message = "No wait is left to the provider's defaults."
  }
  assert {
    condition     = proxmox_virtual_environment_vm.this.agent[0].wait_for_ip[0].ipv4 && proxmox_virtual_environment_vm.this.stop_on_destroy
    error_message = "With DHCP the agent is waited for; a destroy never waits for a guest that does not listen."
  }
  assert {
    condition     = proxmox_virtual_environment_vm.this.network_device[0].bridge == "vmbr0" && proxmox_virtual_environment_vm.this.initialization[0].ip_config[0].ipv4[0].address == "dhcp"
    error_message = "Untagged DHCP on vmbr0 is the default network."
  }
}

run "a_linked_clone_without_agent_names_no_storage_and_waits_for_nobody" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    name     = "web-1"
    stamp    = { app = "shop", environment = "dev", request_id = "4f1c2a9e" }
    node     = "pve1"
    vm_id    = 4101
    storage  = "local-lvm"
    image    = { template_vm_id = 9000, full_clone = false }
    network  = { vlan = 30, address = "10.30.0.14/24", gateway = "10.30.0.1", nameservers = ["10.30.0.1"] }
    user     = "deploy"
    ssh_keys = var.hosts["web-1"].ssh_keys
    agent    = false
  }

  assert {
    condition     = proxmox_virtual_environment_vm.this.clone[0].datastore_id == null && !proxmox_virtual_environment_vm.this.clone[0].full
    error_message = "Proxmox refuses a storage for a linked clone."
  }
  assert {
    condition     = !proxmox_virtual_environment_vm.this.agent[0].enabled && proxmox_virtual_environment_vm.this.agent[0].wait_for_ip[0].disabled
    error_message = "Nobody waits for an agent that is not there, or for an address that is known."
  }
  assert {
    condition     = output.address == "10.30.0.14" && proxmox_virtual_environment_vm.this.initialization[0].dns[0].servers == tolist(["10.30.0.1"])
    error_message = "The static address is the address, and name servers are passed on."
  }
}

run "a_container_is_unprivileged_on_eth0_and_stamped" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    name     = "cache-1"
    stamp    = { app = "shop", environment = "dev", request_id = "77ab01d2" }
    node     = "pve2"
    vm_id    = 4102
    storage  = "local-lvm"
    image    = { template_file = "local:vztmpl/debian-12.tar.zst" }
    ssh_keys = var.hosts["web-1"].ssh_keys
  }

  assert {
    condition     = proxmox_virtual_environment_container.this.unprivileged && length(proxmox_virtual_environment_container.this.features) == 0
    error_message = "Unprivileged, and no feature that was not asked for."
  }
  assert {
    condition     = proxmox_virtual_environment_container.this.network_interface[0].name == "eth0" && proxmox_virtual_environment_container.this.initialization[0].hostname == "cache-1"
    error_message = "One card, eth0, and the host's name."
  }
  assert {
    condition     = proxmox_virtual_environment_container.this.tags == tolist(["app.shop", "env.dev", "nante"]) && endswith(proxmox_virtual_environment_container.this.description, "nante: app=shop environment=dev host=cache-1 request=77ab01d2")
    error_message = "Tags and description carry the stamp."
  }
  assert {
    condition     = proxmox_virtual_environment_container.this.timeout_create == 300 && proxmox_virtual_environment_container.this.timeout_delete == 120
    error_message = "No wait is left to the provider's defaults."
  }
}

run "a_container_may_nest_when_asked" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    name     = "cache-1"
    stamp    = { app = "shop", environment = "dev", request_id = "77ab01d2" }
    node     = "pve2"
    vm_id    = 4102
    storage  = "local-lvm"
    image    = { template_file = "local:vztmpl/debian-12.tar.zst" }
    ssh_keys = var.hosts["web-1"].ssh_keys
    nesting  = true
  }

  assert {
    condition     = proxmox_virtual_environment_container.this.features[0].nesting
    error_message = "Nesting is set when it is asked for."
  }
}

run "a_container_with_dhcp_reports_its_address" {
  variables {
    hosts = {
      web-1   = var.hosts["web-1"]
      cache-1 = merge(var.hosts["cache-1"], { network = { bridge = "vmbr0", address = "dhcp" } })
    }
  }
  assert {
    condition     = output.hosts["cache-1"].address == "10.30.0.78"
    error_message = "A container's address comes without its prefix."
  }
}

run "the_stamp_is_what_the_portal_reads" {
  command = plan
  module {
    source = "./modules/stamp"
  }
  variables {
    stamp = { app = "shop", environment = "dev", host = "web-1", request_id = "4f1c2a9e" }
    tags  = ["Zeta", "alpha", "nante"]
  }

  assert {
    condition     = output.tags == tolist(["alpha", "app.shop", "env.dev", "nante", "zeta"])
    error_message = "Lower case, sorted, each once."
  }
}

run "refuses_a_stamp_with_a_space" {
  command = plan
  module {
    source = "./modules/stamp"
  }
  variables {
    stamp = { app = "shop", environment = "dev", host = "web-1", request_id = "4f1c host=other" }
  }
  expect_failures = [var.stamp]
}

run "refuses_a_stamp_with_a_wrong_tag" {
  command = plan
  module {
    source = "./modules/stamp"
  }
  variables {
    stamp = { app = "shop", environment = "dev", host = "web-1", request_id = "4f1c2a9e" }
    tags  = ["a;b"]
  }
  expect_failures = [var.tags]
}
