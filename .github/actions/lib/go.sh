# shellcheck shell=bash
# The Go that a module asks for. After common.sh and pinned.sh.

# Puts a Go on the PATH that fits go.mod: use_go FOLDER [MIRROR]. Sets `go_version`.
use_go() {
  local folder=$1 wanted found=''
  wanted=$(sed -n 's/^go  *\([0-9][0-9.]*\).*/\1/p' "$folder/go.mod" | head -n 1)
  # It is said here which Go is used; no other is got behind our back.
  export GOTOOLCHAIN=local
  if command -v go >/dev/null; then
    found=$(go env GOVERSION 2>/dev/null | sed -n 's/^go\([0-9][0-9.]*\).*/\1/p')
  fi
  if ! at_least "$found" "${wanted:-1.0}"; then
    use_pinned go "${2:-}" ||
      fail "The module asks for Go $wanted, the runner has ${found:-none}, and the pinned one cannot be fetched. Put Go $wanted or newer on the PATH of the runner, or name a mirror by tools_mirror."
    found=$(go env GOVERSION | sed -n 's/^go\([0-9][0-9.]*\).*/\1/p')
    at_least "$found" "${wanted:-1.0}" ||
      fail "The module asks for Go $wanted, and the pinned one is $found. Put Go $wanted or newer on the PATH of the runner."
  else
    echo "Go $found of the runner"
  fi
  # shellcheck disable=SC2034 # for the script that calls this
  go_version=$found
}
