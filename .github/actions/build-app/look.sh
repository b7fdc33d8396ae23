#!/usr/bin/env bash
# Says whether a Go program is part of what is built.
title='Build'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

problems=()
[[ $KIND =~ ^(go|image|static|chart)$ ]] || problems+=("kind: choose go, image, static or chart")
folder=$(inside_workspace "$DIRECTORY") || problems+=("working_directory: there is no folder $DIRECTORY in the checkout")
fail_with ${problems[@]+"${problems[@]}"}

program=false
if [[ $KIND == go ]]; then
  [[ -f $folder/go.mod ]] || fail "There is no go.mod in $DIRECTORY, and kind is go."
  program=true
elif [[ $KIND != static && -f $folder/go.mod ]]; then
  program=true
fi
output program "$program"
