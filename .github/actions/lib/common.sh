# shellcheck shell=bash
# What the scripts of the actions share; each sources it after it has set `title`, which heads its messages.

set -euo pipefail

cache="${RUNNER_TOOL_CACHE:-${HOME:-/tmp}/.cache}/nante"
# shellcheck disable=SC2034 # for the scripts that source this
lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PYTHONDONTWRITEBYTECODE=1

# A text as part of a command of the runner: no line of it may be a command of its own.
escaped() {
  local text=${1//%/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

fail() {
  printf '::error title=%s::%s\n' "${title:?}" "$(escaped "$1")"
  exit 1
}

warn() {
  printf '::warning title=%s::%s\n' "${title:?}" "$(escaped "$1")"
}

# Fails with all of the problems at once, where there are any.
fail_with() {
  if (($# > 0)); then fail "$(printf '%s\n' "$@")"; fi
}

# An output of the step. Values come from sources too: one with a line break would be several outputs.
output() {
  [[ $2 != *$'\n'* && $2 != *$'\r'* ]] || fail "The output $1 would have several lines."
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# Lines of Markdown for the summary of the job.
summary() {
  printf '%s\n' "$@" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
}

# A text as code in a table of the summary.
code() {
  local text=${1//[$'`|\r\n']/ }
  printf '\x60%s\x60' "$text"
}

# Runs what others wrote: what it prints is shown, and is no command of the runner.
as_text() {
  local token state=0
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$token"
  "$@" || state=$?
  printf '::%s::\n' "$token"
  return "$state"
}

# Succeeds where the first version is at least the second: up to three numbers.
at_least() {
  local -a have want
  local index
  IFS=. read -r -a have <<<"$1"
  IFS=. read -r -a want <<<"$2"
  for index in 0 1 2; do
    local one=${have[index]:-0} other=${want[index]:-0}
    [[ $one =~ ^[0-9]+$ && $other =~ ^[0-9]+$ ]] || return 1
    if ((10#$one > 10#$other)); then return 0; fi
    if ((10#$one < 10#$other)); then return 1; fi
  done
}

checksum() {
  if command -v sha256sum >/dev/null; then
    sha256sum "$1" | cut -d ' ' -f 1
  else
    shasum -a 256 "$1" | cut -d ' ' -f 1
  fi
}

# Runs the rest of its arguments while no other job of this machine does.
alone() {
  mkdir -p "$cache"
  if command -v flock >/dev/null; then
    (
      flock 9
      "$@"
    ) 9>"$cache/lock"
  else
    "$@"
  fi
}

# A folder of the step's own, which the runner removes after the job.
own_folder() {
  mktemp -d "${RUNNER_TEMP:-/tmp}/$1.XXXXXX"
}

# A folder of the checkout: inside of it, and there.
inside_workspace() {
  local workspace folder
  workspace=$(cd "${GITHUB_WORKSPACE:-.}" && pwd -P)
  folder=$(cd "$workspace" && cd -- "$1" 2>/dev/null && pwd -P) || return 1
  [[ $folder == "$workspace" || $folder == "$workspace"/* ]] || return 1
  printf '%s' "$folder"
}

python() {
  command -v python3 >/dev/null || fail "There is no python3 on the PATH of the runner. Install Python 3.9 or newer there."
  python3 "$@"
}
