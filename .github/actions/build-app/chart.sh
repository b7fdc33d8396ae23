#!/usr/bin/env bash
# Checks and packs a Helm chart.
title='Build'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

chart=$(inside_workspace "$DIRECTORY/$CHART_FOLDER") || fail "chart_folder: there is no folder $CHART_FOLDER in $DIRECTORY."
[[ -f $chart/Chart.yaml ]] || fail "There is no Chart.yaml in $DIRECTORY/$CHART_FOLDER."
name=$(sed -n 's/^name: *["'\'']\{0,1\}\([a-z0-9][a-z0-9-]*\)["'\'']\{0,1\} *$/\1/p' "$chart/Chart.yaml")
[[ -n $name ]] || fail "Chart.yaml has no name of lower case letters, digits and -."

as_text helm lint --strict "$chart" || fail "The chart has faults; the lines above name them. On your machine: helm lint --strict $CHART_FOLDER"
out=$(own_folder build-chart)
as_text helm package "$chart" --version "$VERSION" --app-version "$VERSION" --destination "$out" ||
  fail "The chart cannot be packed; the lines above say why."
# Helm packs the time of the moment; packed again, the same files are the same bytes.
mkdir "$out/unpacked"
tar -xzf "$out/$name-$VERSION.tgz" -C "$out/unpacked"
rm "$out/$name-$VERSION.tgz"
problem=$(python "$lib/pack.py" tgz "$out/$name-$VERSION.tgz" "$EPOCH" "$out/unpacked/$name" 2>&1) ||
  fail "The chart cannot be packed: $problem"
output chart "$out/$name-$VERSION.tgz"
output name "$name"
summary "**Chart**: $(code "$name") $(code "$VERSION"), sha256 $(checksum "$out/$name-$VERSION.tgz")."
