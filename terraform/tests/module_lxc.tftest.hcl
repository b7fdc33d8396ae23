# The module alone, as another root would use it.

mock_provider "proxmox" {}

variables {
  name    = "web-1"
  stamp   = { app = "shop", environment = "dev", request_id = "4f1c2a9e" }
  node    = "pve1"
  vm_id   = 4101
  storage = "local-lvm"
  image   = { template_file = "local:vztmpl/debian-12.tar.zst" }

  ssh_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzN6eHkYWwFQk5Jr2kXbT0mW8Q4cJq0o9v1m2n3b4c5 someone@example.com"]
}

run "needs_no_more_than_that" {
  command = plan
  module {
    source = "./modules/lxc"
  }
}

run "refuses_a_wrong_name" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    name = "Web_1"
  }
  expect_failures = [var.name]
}

run "refuses_a_wrong_stamp" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    stamp = { app = "shop", environment = "dev", request_id = "a b" }
  }
  expect_failures = [var.stamp]
}

run "refuses_a_wrong_node" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    node = "-pve"
  }
  expect_failures = [var.node]
}

run "refuses_a_wrong_vm_id" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    vm_id = 99
  }
  expect_failures = [var.vm_id]
}

run "refuses_a_wrong_cores" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    cores = 129
  }
  expect_failures = [var.cores]
}

run "refuses_a_wrong_memory_mb" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    memory_mb = 64
  }
  expect_failures = [var.memory_mb]
}

run "refuses_a_wrong_disk_gb" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    disk_gb = 0.5
  }
  expect_failures = [var.disk_gb]
}

run "refuses_a_wrong_storage" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    storage = ""
  }
  expect_failures = [var.storage]
}

run "refuses_a_wrong_image" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    image = { template_file = "debian-12" }
  }
  expect_failures = [var.image]
}

run "refuses_a_wrong_network_1" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    network = { vlan = 0 }
  }
  expect_failures = [var.network]
}

run "refuses_a_wrong_network_2" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    network = { address = "10.30.0.300/24", gateway = "10.30.0.1" }
  }
  expect_failures = [var.network]
}

run "refuses_a_wrong_network_3" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    network = { address = "10.30.0.14/24" }
  }
  expect_failures = [var.network]
}

run "refuses_a_wrong_network_4" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    network = { gateway = "10.30.0.1" }
  }
  expect_failures = [var.network]
}

run "refuses_a_wrong_ssh_keys_1" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    ssh_keys = []
  }
  expect_failures = [var.ssh_keys]
}

run "refuses_a_wrong_ssh_keys_2" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    ssh_keys = ["no key"]
  }
  expect_failures = [var.ssh_keys]
}

run "refuses_a_wrong_tags" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    tags = ["a b"]
  }
  expect_failures = [var.tags]
}

run "refuses_a_wrong_pool" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    pool = "/"
  }
  expect_failures = [var.pool]
}

run "refuses_no_image" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    image = {}
  }
  expect_failures = [var.image]
}

run "refuses_two_images" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    image = { template_file = "local:vztmpl/debian-12.tar.zst", template_ct_id = 9100 }
  }
  expect_failures = [var.image]
}

run "refuses_a_wrong_template_ct_id" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    image = { template_ct_id = 1 }
  }
  expect_failures = [var.image]
}

run "refuses_a_wrong_mounts_path" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    mounts = [{ path = "data", size_gb = 10 }]
  }
  expect_failures = [var.mounts]
}

run "refuses_one_mounts_path_twice" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    mounts = [{ path = "/srv", size_gb = 10 }, { path = "/srv", size_gb = 10 }]
  }
  expect_failures = [var.mounts]
}

run "refuses_a_wrong_mounts_size" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    mounts = [{ path = "/srv", size_gb = 1.5 }]
  }
  expect_failures = [var.mounts]
}

run "refuses_a_folder_of_the_node" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    mounts = [{ path = "/srv", size_gb = 10, storage = "/mnt/data" }]
  }
  expect_failures = [var.mounts]
}

run "refuses_a_feature_that_no_token_may_set" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    features = ["fuse"]
  }
  expect_failures = [var.features]
}

run "refuses_features_of_a_clone" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    image    = { template_ct_id = 9100 }
    features = ["nesting"]
  }
  expect_failures = [var.features]
}

run "refuses_too_many_networks" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    networks = [for number in range(8) : {}]
  }
  expect_failures = [var.networks]
}

run "refuses_a_wrong_networks_bridge" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    networks = [{ bridge = "" }]
  }
  expect_failures = [var.networks]
}

run "refuses_a_wrong_networks_vlan" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    networks = [{ vlan = 0 }]
  }
  expect_failures = [var.networks]
}

run "refuses_a_wrong_networks_address" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    networks = [{ address = "10.40.0.14" }]
  }
  expect_failures = [var.networks]
}
