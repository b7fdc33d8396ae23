# Address and token come from the environment: PROXMOX_VE_ENDPOINT (https://host:8006) and PROXMOX_VE_API_TOKEN
# (user@realm!token=secret). A variable would stand in every saved plan in clear. A private CA comes in by SSL_CERT_FILE,
# a PEM file with the system's authorities and the private one: the provider has no option for it.
provider "proxmox" {}
