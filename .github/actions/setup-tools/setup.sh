#!/usr/bin/env bash
# Finds Terraform, Ansible and Helm on the runner, or gets pinned ones into its tool cache; see action.yml for the inputs.
title='Set up the tools of Nante'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pinned.sh
source "$lib/pinned.sh"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Oldest versions that work.
terraform_minimum=1.11
ansible_minimum=2.17
helm_minimum=3.14

# Makes a folder the first of the PATH for the steps that follow.
use() {
  printf '%s\n' "$1" >>"$GITHUB_PATH"
}

check_inputs() {
  local problems=()
  [[ $WANT_TERRAFORM =~ ^(path|pinned|none)$ ]] || problems+=("terraform: choose path, pinned or none")
  [[ $WANT_ANSIBLE =~ ^(path|pinned|none)$ ]] || problems+=("ansible: choose path, pinned or none")
  [[ $WANT_HELM =~ ^(path|pinned|none)$ ]] || problems+=("helm: choose path, pinned or none")
  [[ -z $TERRAFORM_VERSION || $TERRAFORM_VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] ||
    problems+=("terraform-version: a version such as 1.11.4")
  [[ -z $TERRAFORM_SHA256 || $TERRAFORM_SHA256 =~ ^[0-9a-f]{64}$ ]] ||
    problems+=("terraform-sha256: 64 hexadecimal digits in lower case")
  [[ -n $TERRAFORM_VERSION && -z $TERRAFORM_SHA256 || -z $TERRAFORM_VERSION && -n $TERRAFORM_SHA256 ]] &&
    problems+=("terraform-version and terraform-sha256 go together")
  [[ $TERRAFORM_MIRROR =~ ^https?://[^[:space:]]+$ ]] || problems+=("terraform-mirror: an address with http or https")
  fail_with ${problems[@]+"${problems[@]}"}
}

terraform_of_path() {
  command -v terraform >/dev/null || return 0
  # Without asking its vendor whether there is a newer one.
  CHECKPOINT_DISABLE=1 terraform version -json 2>/dev/null |
    sed -n 's/.*"terraform_version": *"\([^"]*\)".*/\1/p' || true
}

pinned_terraform() {
  version=${TERRAFORM_VERSION:-1.11.4}
  case "$(uname -s)_$(uname -m)" in
    Linux_x86_64)
      platform=linux_amd64
      sum=1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc
      ;;
    Linux_aarch64 | Linux_arm64)
      platform=linux_arm64
      sum=a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633
      ;;
    Darwin_x86_64)
      platform=darwin_amd64
      sum=a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b
      ;;
    Darwin_arm64)
      platform=darwin_arm64
      sum=867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18
      ;;
    *) fail "There is no pinned Terraform for $(uname -s) on $(uname -m). Put Terraform $terraform_minimum or newer on the PATH of the runner." ;;
  esac
  sum=${TERRAFORM_SHA256:-$sum}
}

get_terraform() {
  local folder=$1 archive work actual url
  [[ -x $folder/terraform ]] && return
  archive="terraform_${version}_$platform.zip"
  url="${TERRAFORM_MIRROR%/}/$version/$archive"
  work=$(mktemp -d "$cache/terraform.XXXXXX")
  echo "Getting $url"
  curl --fail --silent --show-error --location --retry 3 --max-time 300 --output "$work/$archive" "$url" ||
    fail "$url cannot be fetched. Put Terraform $terraform_minimum or newer on the PATH of the runner, or name a mirror by terraform-mirror."
  actual=$(checksum "$work/$archive")
  if [[ $actual != "$sum" ]]; then
    rm -rf "$work"
    fail "$url has the checksum $actual, not $sum: it was not used."
  fi
  if command -v unzip >/dev/null; then
    unzip -q "$work/$archive" terraform -d "$work/bin"
  else
    "$WANT_PYTHON" -m zipfile -e "$work/$archive" "$work/bin"
  fi
  chmod 0755 "$work/bin/terraform"
  mkdir -p "$(dirname "$folder")"
  mv "$work/bin" "$folder"
  rm -rf "$work"
}

setup_terraform() {
  local found='' version platform sum folder
  if [[ $WANT_TERRAFORM == path ]]; then
    found=$(terraform_of_path)
  fi
  if at_least "$found" "$terraform_minimum"; then
    echo "Terraform $found of the runner"
  else
    [[ -z $found ]] || echo "Terraform $found of the runner is older than $terraform_minimum"
    pinned_terraform
    folder="$cache/terraform/$version-${sum:0:12}"
    alone get_terraform "$folder"
    use "$folder"
    found=$version
    echo "Terraform $found, pinned"
  fi
  echo "terraform=$found" >>"$GITHUB_OUTPUT"
}

# Version of the ansible-core that a program belongs to; asked of its Python, which is four times as fast as the program.
ansible_version() {
  local program=$1 first='' python
  IFS= read -r first <"$program" || true
  python=${first#\#!}
  if [[ $first == '#!'/* && -x $python ]]; then
    "$python" -c 'from importlib.metadata import version; print(version("ansible-core"))' 2>/dev/null && return
  fi
  "$program" --version 2>/dev/null | sed -n '1s/.*core \([0-9.]*\).*/\1/p' || true
}

get_ansible() {
  local folder=$1
  [[ -f $folder/.complete ]] && return
  "$WANT_PYTHON" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null ||
    fail "Ansible needs Python 3.10 to 3.13, and $WANT_PYTHON is none of them. Install one on the runner, or name it by the input python."
  echo "Installing Ansible into the tool cache"
  "$WANT_PYTHON" -m venv --clear "$folder" ||
    fail "$WANT_PYTHON cannot make an environment. Install its venv module on the runner (Debian: python3-venv)."
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --only-binary :all: --require-hashes --requirement "$here/requirements.txt" ||
    fail "Ansible cannot be installed. Check that the runner reaches a package index of Python (pip config list), or put ansible-core $ansible_minimum or newer on its PATH."
  touch "$folder/.complete"
}

setup_ansible() {
  local program found='' folder key
  program=$(command -v ansible-playbook || true)
  if [[ $WANT_ANSIBLE == path && -n $program ]]; then
    found=$(ansible_version "$program")
  fi
  if at_least "$found" "$ansible_minimum"; then
    echo "ansible-core $found of the runner"
  else
    [[ -z $found ]] || echo "ansible-core $found of the runner is older than $ansible_minimum"
    command -v "$WANT_PYTHON" >/dev/null || fail "There is no $WANT_PYTHON on the runner; Ansible needs Python 3.10 to 3.13."
    # Another Python, or other requirements, get an environment of their own.
    key=$(checksum "$here/requirements.txt")
    folder="$cache/ansible/${key:0:12}-$("$WANT_PYTHON" -c 'import hashlib, sys; print(hashlib.sha256((sys.version + sys.executable).encode()).hexdigest()[:12])')"
    alone get_ansible "$folder"
    use "$folder/bin"
    found=$(ansible_version "$folder/bin/ansible-playbook")
    echo "ansible-core $found, pinned"
  fi
  echo "ansible=$found" >>"$GITHUB_OUTPUT"
}

setup_helm() {
  local found=''
  if [[ $WANT_HELM == path ]] && command -v helm >/dev/null; then
    found=$(helm version --template '{{.Version}}' 2>/dev/null | sed -n 's/^v\([0-9.]*\).*/\1/p' || true)
  fi
  if at_least "$found" "$helm_minimum"; then
    echo "Helm $found of the runner"
  else
    [[ -z $found ]] || echo "Helm $found of the runner is older than $helm_minimum"
    use_pinned helm "$TOOLS_MIRROR" ||
      fail "Helm cannot be fetched. Put Helm $helm_minimum or newer on the PATH of the runner, or name a mirror by tools-mirror."
    found=$(helm version --template '{{.Version}}' | sed -n 's/^v\([0-9.]*\).*/\1/p')
  fi
  echo "helm=$found" >>"$GITHUB_OUTPUT"
}

check_inputs
if [[ $WANT_TERRAFORM != none ]]; then setup_terraform; fi
if [[ $WANT_ANSIBLE != none ]]; then setup_ansible; fi
if [[ $WANT_HELM != none ]]; then setup_helm; fi
