# The module alone, as another root would use it.

mock_provider "proxmox" {}

variables {
  name     = "web-1"
  stamp    = { app = "shop", environment = "dev", request_id = "4f1c2a9e" }
  node     = "pve1"
  vm_id    = 4101
  storage  = "local-lvm"
  image    = { template_vm_id = 9000 }
  user     = "deploy"
  ssh_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzN6eHkYWwFQk5Jr2kXbT0mW8Q4cJq0o9v1m2n3b4c5 someone@example.com"]
}

run "needs_no_more_than_that" {
  command = plan
  module {
    source = "./modules/vm"
  }
}

run "refuses_a_wrong_name" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    name = "Web_1"
  }
  expect_failures = [var.name]
}

run "refuses_a_wrong_stamp" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    stamp = { app = "shop", environment = "dev", request_id = "a b" }
  }
  expect_failures = [var.stamp]
}

run "refuses_a_wrong_node" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    node = "-pve"
  }
  expect_failures = [var.node]
}

run "refuses_a_wrong_vm_id" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    vm_id = 99
  }
  expect_failures = [var.vm_id]
}

run "refuses_a_wrong_cores" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    cores = 129
  }
  expect_failures = [var.cores]
}

run "refuses_a_wrong_memory_mb" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    memory_mb = 64
  }
  expect_failures = [var.memory_mb]
}

run "refuses_a_wrong_disk_gb" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    disk_gb = 0.5
  }
  expect_failures = [var.disk_gb]
}

run "refuses_a_wrong_storage" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    storage = ""
  }
  expect_failures = [var.storage]
}

run "refuses_a_wrong_image" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    image = { template_vm_id = 1 }
  }
  expect_failures = [var.image]
}

run "refuses_a_wrong_network_1" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    network = { vlan = 0 }
  }
  expect_failures = [var.network]
}

run "refuses_a_wrong_network_2" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    network = { address = "10.30.0.300/24", gateway = "10.30.0.1" }
  }
  expect_failures = [var.network]
}

run "refuses_a_wrong_network_3" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    network = { address = "10.30.0.14/24" }
  }
  expect_failures = [var.network]
}

run "refuses_a_wrong_network_4" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    network = { gateway = "10.30.0.1" }
  }
  expect_failures = [var.network]
}

run "refuses_a_wrong_ssh_keys_1" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    ssh_keys = []
  }
  expect_failures = [var.ssh_keys]
}

run "refuses_a_wrong_ssh_keys_2" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    ssh_keys = ["no key"]
  }
  expect_failures = [var.ssh_keys]
}

run "refuses_a_wrong_tags" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    tags = ["a b"]
  }
  expect_failures = [var.tags]
}

run "refuses_a_wrong_pool" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    pool = "/"
  }
  expect_failures = [var.pool]
}

run "refuses_a_wrong_user" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    user = "0root"
  }
  expect_failures = [var.user]
}

run "refuses_no_image" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    image = {}
  }
  expect_failures = [var.image]
}

run "refuses_two_images" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    image = { template_vm_id = 9000, import_file = "local:import/debian-12.qcow2" }
  }
  expect_failures = [var.image]
}

run "refuses_a_wrong_import_file" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    image = { import_file = "/srv/debian-12.qcow2" }
  }
  expect_failures = [var.image]
}

run "refuses_a_wrong_cpu_type" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    cpu_type = "a b"
  }
  expect_failures = [var.cpu_type]
}

run "refuses_a_wrong_disks_interface" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    disks = [{ interface = "virtio1", size_gb = 10 }]
  }
  expect_failures = [var.disks]
}

run "refuses_one_disks_interface_twice" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    disks = [{ interface = "scsi1", size_gb = 10 }, { interface = "scsi1", size_gb = 10 }]
  }
  expect_failures = [var.disks]
}

run "refuses_a_wrong_disks_size" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    disks = [{ interface = "scsi1", size_gb = 0 }]
  }
  expect_failures = [var.disks]
}

run "refuses_a_wrong_disks_storage" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    disks = [{ interface = "scsi1", size_gb = 10, storage = "" }]
  }
  expect_failures = [var.disks]
}

run "refuses_too_many_networks" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    networks = [for number in range(8) : {}]
  }
  expect_failures = [var.networks]
}

run "refuses_a_wrong_networks_bridge" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    networks = [{ bridge = "" }]
  }
  expect_failures = [var.networks]
}

run "refuses_a_wrong_networks_vlan" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    networks = [{ vlan = 0 }]
  }
  expect_failures = [var.networks]
}

run "refuses_a_wrong_networks_address" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    networks = [{ address = "10.40.0.14" }]
  }
  expect_failures = [var.networks]
}
