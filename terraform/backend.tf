# Partial on purpose: bucket, endpoint and credentials differ from site to site. `terraform init` gets the bucket by
# -backend-config, the endpoint from AWS_ENDPOINT_URL_S3 and the credentials from AWS_*: what is given by
# -backend-config is written to .terraform/ and into saved plans in clear, what comes from the environment is not.
terraform {
  backend "s3" {
    # One root, one key. Workspaces, `<app>-<environment>`, stand before it as `env:/<workspace>/`.
    key = "terraform.tfstate"

    # The backend insists on a region; S3 servers other than Amazon's ignore it.
    region = "us-east-1"

    # `https://server/bucket/key`: a name for each bucket would need wildcard DNS and certificates.
    use_path_style = true

    # Without it there is no lock at all.
    use_lockfile = true

    # Server-side encryption is the bucket's own setting; asking for it fails where no key service is configured.
    encrypt = false

    # These four ask services that only Amazon has.
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    skip_region_validation      = true

    # Uploads carry a checksum, so that a cut body is never taken for a state.
    skip_s3_checksum = false
  }
}
