terraform {
  # 1.11 is the first release whose S3 backend locks natively (use_lockfile) outside of an experiment.
  required_version = ">= 1.11"

  required_providers {
    proxmox = {
      source = "bpg/proxmox"
      # Exact: a workspace is applied from the portal, from workflows and by hand, and all must plan the same.
      version = "0.111.1"
    }
  }
}
