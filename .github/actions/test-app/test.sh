#!/usr/bin/env bash
# Runs the tests of an app; see action.yml for the inputs.
title='Test'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pinned.sh
source "$lib/pinned.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/go.sh
source "$lib/go.sh"

problems=()
[[ $KIND =~ ^(auto|go|npm|command|none)$ ]] || problems+=("kind: choose auto, go, npm, command or none")
[[ $KIND != command || -n $COMMAND ]] || problems+=("command: name the command that tests")
folder=$(inside_workspace "$DIRECTORY") || problems+=("working-directory: there is no folder $DIRECTORY in the checkout")
fail_with ${problems[@]+"${problems[@]}"}
cd "$folder"

# True where package.json has tests of its own.
has_npm_tests() {
  [[ -f package.json ]] &&
    python -c 'import json, sys; sys.exit(not json.load(open("package.json")).get("scripts", {}).get("test"))'
}

if [[ $KIND == auto ]]; then
  if [[ -n $COMMAND ]]; then
    KIND='command'
  elif [[ -f go.mod ]]; then
    KIND=go
  elif has_npm_tests; then
    KIND=npm
  else
    KIND=none
  fi
fi

log="$(own_folder test-app)/log"

# Shows what a command prints and keeps it for the summary.
kept() {
  "$@" 2>&1 | tee "$log"
}

test_go() {
  local race=()
  use_go "$folder" "$TOOLS_MIRROR"
  # The race detector is C: it needs a compiler for it on the runner.
  if command -v "${CC:-gcc}" >/dev/null && [[ $(go env CGO_ENABLED) == 1 ]]; then race=(-race); fi
  how="go test ${race[*]:+-race }./..."
  as_text kept go test ${race[@]+"${race[@]}"} ./...
}

test_npm() {
  command -v npm >/dev/null || fail "There is no npm on the PATH of the runner. Install Node there."
  how='npm test'
  [[ -f package-lock.json ]] || fail "There is no package-lock.json in $DIRECTORY: without it each run would test other packages. Commit it."
  as_text kept npm ci --no-audit --no-fund || return
  as_text kept npm test
}

test_command() {
  how='the command of the workflow'
  as_text kept bash -euo pipefail -c "$COMMAND"
}

# What the end of a log says of a failure, without the lines that passed.
failed_lines() {
  grep -aE '^(--- FAIL|FAIL|panic:|not ok|npm error|Error:|[[:space:]]+.*_test\.go:[0-9]+:)' "$log" | tail -n 20 || true
}

state=0
how=''
case $KIND in
  go) test_go || state=$? ;;
  npm) test_npm || state=$? ;;
  command) test_command || state=$? ;;
  none) how='nothing: there is no go.mod, no package.json with a test, and no command' ;;
esac

output kind "$KIND"
if ((state != 0)); then
  lines=$(failed_lines)
  [[ -n $lines ]] || lines=$(tail -n 20 "$log" 2>/dev/null || true)
  # Four spaces make it a text, whatever it says.
  summary "**Test**: failed, by $how." '' "    ${lines//$'\n'/$'\n'    }" ''
  fail "$how failed, so that nothing is published:"$'\n'"$lines"
fi
if [[ $KIND == none ]]; then warn "Nothing was tested: there is no go.mod, no package.json with a test, and no test_command."; fi
summary "**Test**: passed, by $how."
