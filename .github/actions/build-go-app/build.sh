#!/usr/bin/env bash
# Builds a Go program; see action.yml for the inputs.
title='Build'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pinned.sh
source "$lib/pinned.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/go.sh
source "$lib/go.sh"

problems=()
[[ $APP =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] || problems+=("app: a DNS label")
[[ $VERSION =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$ ]] || problems+=("version: letters, digits, dots, _ and -")
[[ $COMMIT =~ ^[0-9a-f]{7,64}$ ]] || problems+=("commit: hexadecimal digits")
[[ $PLATFORM =~ ^linux/(amd64|arm64)$ ]] || problems+=("platform: linux/amd64 or linux/arm64")
[[ -z $PACKAGE || $PACKAGE =~ ^\.(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$ ]] ||
  problems+=("package: a path in the module such as ./cmd/shop")
folder=$(inside_workspace "$DIRECTORY") || problems+=("working-directory: there is no folder $DIRECTORY in the checkout")
fail_with ${problems[@]+"${problems[@]}"}
[[ -f $folder/go.mod ]] || fail "There is no go.mod in $DIRECTORY."

cd "$folder"
use_go "$folder" "$TOOLS_MIRROR"
if [[ -z $PACKAGE ]]; then
  PACKAGE=.
  [[ -d cmd/$APP ]] && PACKAGE=./cmd/$APP
fi

out=$(own_folder build-go-app)
mkdir "$out/bin"
binary="$out/bin/$APP"
# Without the path of the checkout, the build's id and what git says: the same sources give the same bytes.
as_text env CGO_ENABLED=0 GOOS="${PLATFORM%/*}" GOARCH="${PLATFORM#*/}" \
  go build -trimpath -buildvcs=false \
  -ldflags "-s -w -buildid= -X main.version=$VERSION -X main.commit=$COMMIT" \
  -o "$binary" "$PACKAGE" ||
  fail "The program does not build; the lines above say why. On your machine: go build $PACKAGE"
[[ -x $binary && -f $binary ]] || fail "$PACKAGE is no program: it has no package main."

sbom="$out/$APP.cdx.json"
go version -m "$binary" | python "$lib/sbom.py" "$sbom" "$APP" "$VERSION"

output binary "$binary"
output folder "$out/bin"
output sbom "$sbom"
output go "$go_version"
summary "**Build**: $(code "$APP") $(code "$VERSION") with Go $go_version, $(($(wc -c <"$binary") / 1024)) KiB. Its modules are listed by \`go version -m\`."
