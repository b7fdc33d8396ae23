#!/usr/bin/env bash
# Packs a program with its scripts, or a folder of files; puts a program where a Dockerfile copies it from.
title='Build'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

folder=$(inside_workspace "$DIRECTORY")
if [[ $KIND == image || $KIND == chart ]]; then
  if [[ -n $BINARY ]]; then
    # A Dockerfile takes it from bin/, so that the image has the program that was tested and listed.
    mkdir -p "$folder/bin"
    cp "$BINARY" "$folder/bin/$APP"
    touch -d "@$EPOCH" "$folder/bin/$APP"
  fi
  exit 0
fi

out=$(own_folder build-app)
package="$out/$APP-$VERSION.zip"
parts=()
if [[ $KIND == go ]]; then
  mkdir -p "$out/program/bin"
  cp "$BINARY" "$out/program/bin/$APP"
  [[ ! -d $folder/deploy ]] || parts+=("$folder/deploy")
  parts+=("$out/program")
else
  files=$(inside_workspace "$DIRECTORY/$SOURCE_FOLDER") ||
    fail "source_folder: there is no folder $SOURCE_FOLDER in $DIRECTORY. A site that is made first has to be made by the repository, or name the folder that has the files."
  parts+=("$files")
  output folder "$files"
fi
problem=$(python "$lib/pack.py" zip "$package" "$EPOCH" "${parts[@]}" 2>&1) ||
  fail "The package cannot be packed: $problem"
output package "$package"
summary "**Package**: $(code "${package##*/}"), $(($(wc -c <"$package") / 1024)) KiB, sha256 $(checksum "$package")."
