# What the optional fields make: images, more disks and cards, mounts, protection, a prepared container template.

mock_provider "proxmox" {}

variables {
  name     = "db-1"
  stamp    = { app = "shop", environment = "dev", request_id = "9d20e6ab" }
  node     = "pve1"
  vm_id    = 4104
  storage  = "vmdata"
  user     = "deploy"
  ssh_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzN6eHkYWwFQk5Jr2kXbT0mW8Q4cJq0o9v1m2n3b4c5 someone@example.com"]
}

run "a_vm_from_an_image_imports_it_and_is_no_clone" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    image = { import_file = "local:import/debian-12-generic-amd64.qcow2" }
  }

  assert {
    condition     = length(proxmox_virtual_environment_vm.this.clone) == 0 && proxmox_virtual_environment_vm.this.disk[0].import_from == "local:import/debian-12-generic-amd64.qcow2"
    error_message = "The system disk comes from the image, by import_from, which a token may use."
  }
  assert {
    condition     = length(proxmox_virtual_environment_vm.this.serial_device) == 1
    error_message = "A cloud image gets the serial console that it writes to."
  }
}

run "more_disks_and_cards_come_after_the_first_ones" {
  command = plan
  module {
    source = "./modules/vm"
  }
  variables {
    image      = { template_vm_id = 9000 }
    network    = { vlan = 30, address = "10.30.0.17/24", gateway = "10.30.0.1" }
    networks   = [{ vlan = 40, address = "10.40.0.17/24" }, {}]
    disks      = [{ interface = "scsi2", size_gb = 50, storage = "slow", backup = false }, { interface = "scsi1", size_gb = 100 }]
    protection = true
    cpu_type   = "host"

    start_on_boot = false
  }

  assert {
    condition     = [for disk in proxmox_virtual_environment_vm.this.disk : "${disk.interface} ${disk.datastore_id} ${disk.size}"] == ["scsi0 vmdata 20", "scsi2 slow 50", "scsi1 vmdata 100"]
    error_message = "Each disk has its own interface; without a storage it lies on that of the system disk."
  }
  assert {
    condition     = !proxmox_virtual_environment_vm.this.disk[1].backup && proxmox_virtual_environment_vm.this.disk[2].backup
    error_message = "A disk is left out of backups when that is asked for."
  }
  assert {
    condition     = [for card in proxmox_virtual_environment_vm.this.network_device : coalesce(card.vlan_id, 0)] == [30, 40, 0]
    error_message = "The first card stays the first one."
  }
  assert {
    condition = (
      proxmox_virtual_environment_vm.this.initialization[0].ip_config[0].ipv4[0].gateway == "10.30.0.1" &&
      proxmox_virtual_environment_vm.this.initialization[0].ip_config[1].ipv4[0].address == "10.40.0.17/24" &&
      proxmox_virtual_environment_vm.this.initialization[0].ip_config[1].ipv4[0].gateway == null &&
      proxmox_virtual_environment_vm.this.initialization[0].ip_config[2].ipv4[0].address == "dhcp"
    )
    error_message = "Every card has its address, and the default route is the first one's."
  }
  assert {
    condition     = proxmox_virtual_environment_vm.this.protection && !proxmox_virtual_environment_vm.this.on_boot && proxmox_virtual_environment_vm.this.cpu[0].type == "host"
    error_message = "Protection, start on boot and CPU type are what was asked for."
  }
}

run "a_container_gets_its_mounts_and_cards" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    image    = { template_file = "local:vztmpl/debian-12.tar.zst" }
    networks = [{ vlan = 40, address = "10.40.0.18/24" }]
    mounts   = [{ path = "/srv/data", size_gb = 50 }, { path = "/srv/archive", size_gb = 10, storage = "slow", backup = false, read_only = true }]
    features = ["nesting"]

    protection    = true
    start_on_boot = false
  }

  assert {
    condition     = [for mount in proxmox_virtual_environment_container.this.mount_point : "${mount.path} ${mount.volume} ${mount.size} ${mount.backup} ${mount.read_only}"] == ["/srv/data vmdata 50G true false", "/srv/archive slow 10G false true"]
    error_message = "Mounts are new volumes on their storage."
  }
  assert {
    condition     = [for card in proxmox_virtual_environment_container.this.network_interface : card.name] == ["eth0", "eth1"]
    error_message = "Cards are numbered as Linux numbers them."
  }
  assert {
    condition     = proxmox_virtual_environment_container.this.features[0].nesting && proxmox_virtual_environment_container.this.protection && !proxmox_virtual_environment_container.this.start_on_boot
    error_message = "The feature nesting is the same as nesting = true; protection and start on boot are what was asked for."
  }
}

run "a_clone_of_a_container_template_sends_nothing_that_only_a_new_container_takes" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    image = { template_ct_id = 9100, template_node = "pve2" }
  }

  assert {
    condition = (
      proxmox_virtual_environment_container.this.clone[0].vm_id == 9100 && proxmox_virtual_environment_container.this.clone[0].node_name == "pve2" &&
      proxmox_virtual_environment_container.this.clone[0].datastore_id == "vmdata" && proxmox_virtual_environment_container.this.clone[0].full
    )
    error_message = "A full clone on the storage of the host."
  }
  assert {
    condition = (
      length(proxmox_virtual_environment_container.this.operating_system) == 0 && length(proxmox_virtual_environment_container.this.features) == 0 &&
      length(proxmox_virtual_environment_container.this.initialization[0].user_account) == 0
    )
    error_message = "System, features and keys are the template's: Proxmox refuses them for a clone."
  }
}

run "a_container_is_made_without_nesting" {
  module {
    source = "./modules/lxc"
  }
  variables {
    image = { template_file = "local:vztmpl/debian-12.tar.zst" }
  }

  assert {
    condition     = length(proxmox_virtual_environment_container.this.features) == 0
    error_message = "Nothing is set that was not asked for."
  }
}

run "warns_of_nesting_that_comes_too_late" {
  command = plan
  module {
    source = "./modules/lxc"
  }
  variables {
    image   = { template_file = "local:vztmpl/debian-13.tar.zst" }
    pool    = "shop"
    nesting = true
  }
  expect_failures = [check.nesting]
}
