#!/usr/bin/env bash
# Names the version of what is built; see action.yml for the inputs.
title='Name the version'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

number='(0|[1-9][0-9]*)'
# What all of them take: an Octopus release, a Maven version, a tag of an image.
numbers="$number(\\.$number){1,3}"
suffix='-[0-9A-Za-z]+([.-][0-9A-Za-z]+)*'
# A chart has a semantic version: three numbers, and no number in the suffix that begins with 0.
identifier="($number|[0-9A-Za-z-]*[A-Za-z-][0-9A-Za-z-]*)"
semantic="$number\\.$number\\.$number(-$identifier(\\.$identifier)*)?"

commit=$(git rev-parse HEAD 2>/dev/null || printf '%s' "${GITHUB_SHA:-}")
epoch=$(git log -1 --no-show-signature --format=%ct HEAD 2>/dev/null || true)
# Without a history the time is that of nothing, but the same each time.
[[ $epoch =~ ^[0-9]+$ ]] || epoch=315532800

named() {
  if [[ -n $VERSION ]]; then
    printf '%s' "${VERSION#v}"
  elif [[ ${GITHUB_REF:-} =~ ^refs/tags/v($numbers($suffix)?)$ ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  else
    local more=''
    [[ ${GITHUB_REF:-} == "refs/heads/${DEFAULT_BRANCH:-main}" ]] || more="-g${commit:0:7}"
    printf '0.1.%s%s' "${GITHUB_RUN_NUMBER:-0}" "$more"
  fi
}

version=$(named)
problems=()
[[ $APP =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] ||
  problems+=("app_name: use lower case letters, digits and -, at most 63, a letter or digit at both ends")
[[ $commit =~ ^[0-9a-f]{40,64}$ ]] ||
  problems+=("There is no commit: check the sources out before this step")
if [[ $version == *-SNAPSHOT ]]; then
  problems+=("version: a SNAPSHOT is another thing each time; name a version of its own")
elif [[ ! $version =~ ^$numbers($suffix)?$ || ${#version} -gt 100 ]]; then
  problems+=("version: use numbers such as 1.2.3, if need be with a suffix such as -rc.1 of letters, digits, dots and -, at most 100 characters")
elif [[ $IS_CHART == true && ! $version =~ ^$semantic$ ]]; then
  problems+=("version: a Helm chart needs three numbers such as 1.2.3, and no number in the suffix that begins with 0")
fi
fail_with ${problems[@]+"${problems[@]}"}

output version "$version"
output commit "$commit"
output epoch "$epoch"
echo "$APP $version, of $commit"
