# shellcheck shell=bash
# Tools that are got by version and checksum where the runner has none that fits. After common.sh.

# Prints `linux_amd64` or `linux_arm64`; for other machines nothing is pinned.
machine_of_runner() {
  case "$(uname -s)_$(uname -m)" in
    Linux_x86_64) printf linux_amd64 ;;
    Linux_aarch64 | Linux_arm64) printf linux_arm64 ;;
  esac
}

# What is pinned: pin TOOL MACHINE sets `pin_version`, `pin_sum`, `pin_url`, and `pin_program`, its path in the archive.
pin() {
  local tool=$1 arch=${2#linux_}
  case "${tool}_$2" in
    go_linux_amd64) pin_sum=d0f743b33e8d8945e6b1f432edd15785c70507121d6e2a723b21285eddf8b57b ;;
    go_linux_arm64) pin_sum=211ffced9dcb9633a55eac6364816ec0ddd951389a740e88fa8b3337971bdda0 ;;
    grype_linux_amd64) pin_sum=0122df7b655981abe547ad3d2190d65551dac6a2bfc80b4dc2a989b5d0587458 ;;
    grype_linux_arm64) pin_sum=a8d7504a149629324eb5f4ce3dc25dfd211bbfe047e64ee2bf7844b466c3d84d ;;
    syft_linux_amd64) pin_sum=bf7b29ff57f06da30918266a0e1c2885a8f99784798d1bdb1628886aa015d788 ;;
    syft_linux_arm64) pin_sum=887c57cbcc2d0e8c5c110a4571a3fc7150058b24d74f993ee4663516e5c8ce86 ;;
    helm_linux_amd64) pin_sum=258e830a9e613c8a7a302d6059b4bb3b9758f2f3e1bb8ea0d707ce10a9a72fea ;;
    helm_linux_arm64) pin_sum=5ea2d6bc2cda3f8edf985e028809f5a9278f404fb8ab24044de9b7cb9b79a691 ;;
    *) return 1 ;;
  esac
  case $tool in
    go)
      pin_version=1.26.8 pin_program=go/bin/go
      pin_url=https://go.dev/dl/go$pin_version.linux-$arch.tar.gz
      ;;
    grype)
      pin_version=0.116.1 pin_program=grype
      pin_url=https://github.com/anchore/grype/releases/download/v$pin_version/grype_${pin_version}_linux_$arch.tar.gz
      ;;
    syft)
      pin_version=1.50.0 pin_program=syft
      pin_url=https://github.com/anchore/syft/releases/download/v$pin_version/syft_${pin_version}_linux_$arch.tar.gz
      ;;
    helm)
      pin_version=3.20.2 pin_program=linux-$arch/helm
      pin_url=https://get.helm.sh/helm-v$pin_version-linux-$arch.tar.gz
      ;;
  esac
}

# Fetches and unpacks an archive, unless it is there: fetch_pinned URL SUM FOLDER PROGRAM. Without a message of its own where
# it cannot be fetched, so that the caller can say what else would do.
fetch_pinned() {
  local address=$1 expected=$2 folder=$3 program=$4 work actual
  [[ -x $folder/$program ]] && return
  work=$(mktemp -d "${cache:?}/fetch.XXXXXX")
  echo "Getting $address"
  if ! curl --fail --silent --show-error --location --retry 1 --connect-timeout 10 --max-time 300 \
    --output "$work/archive.tar.gz" "$address"; then
    rm -rf "$work"
    return 1
  fi
  actual=$(checksum "$work/archive.tar.gz")
  if [[ $actual != "$expected" ]]; then
    rm -rf "$work"
    echo "$address has the checksum $actual, not $expected: it was not used."
    return 1
  fi
  mkdir "$work/unpacked"
  if tar -xzf "$work/archive.tar.gz" -C "$work/unpacked" && [[ -x $work/unpacked/$program ]]; then
    mkdir -p "$(dirname "$folder")"
    rm -rf "$folder"
    mv "$work/unpacked" "$folder"
  fi
  rm -rf "$work"
  [[ -x $folder/$program ]]
}

# Gets a pinned tool and puts its folder first on the PATH, of the steps that follow as well: use_pinned TOOL [MIRROR].
# A mirror has the archives by their names: <mirror>/<name of the archive>.
use_pinned() {
  local tool=$1 mirror=${2:-} pin_version='' pin_sum='' pin_url='' pin_program='' folder
  pin "$tool" "$(machine_of_runner)" || return 1
  if [[ -n $mirror ]]; then pin_url=${mirror%/}/${pin_url##*/}; fi
  folder="${cache:?}/$tool/$pin_version-${pin_sum:0:12}"
  alone fetch_pinned "$pin_url" "$pin_sum" "$folder" "$pin_program" || return 1
  folder=$(dirname "$folder/$pin_program")
  export PATH="$folder:$PATH"
  printf '%s\n' "$folder" >>"$GITHUB_PATH"
  echo "$tool $pin_version, pinned"
}
