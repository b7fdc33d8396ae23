#!/usr/bin/env bash
# Builds an image into an archive; see action.yml for the inputs.
title='Build'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pinned.sh
source "$lib/pinned.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

problems=()
[[ $IMAGE =~ ^[a-z0-9]+([._/-][a-z0-9]+)*$ && ${#IMAGE} -le 128 ]] ||
  problems+=("image_name: lower case letters and digits, with single dots, -, _ or / between them")
[[ $VERSION =~ ^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$ ]] || problems+=("version: letters, digits, dots, _ and -, as a tag has them")
[[ $COMMIT =~ ^[0-9a-f]{7,64}$ ]] || problems+=("commit: hexadecimal digits")
[[ $EPOCH =~ ^[0-9]{1,11}$ ]] || problems+=("epoch: seconds since 1970")
[[ $PLATFORM =~ ^linux/(amd64|arm64)$ ]] || problems+=("platform: linux/amd64 or linux/arm64")
[[ $BUILDER =~ ^(auto|buildkit|buildah)$ ]] || problems+=("builder: choose auto, buildkit or buildah")
[[ $DOCKERFILE =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$ ]] ||
  problems+=("dockerfile: a path in the folder such as Dockerfile")
context=$(inside_workspace "${CONTEXT:?}") || problems+=("working-directory: there is no folder $CONTEXT in the checkout")
fail_with ${problems[@]+"${problems[@]}"}
[[ -f $context/$DOCKERFILE ]] || fail "There is no $DOCKERFILE in $CONTEXT."

has_engine() {
  command -v docker >/dev/null && docker buildx version >/dev/null 2>&1 && docker info >/dev/null 2>&1
}

if [[ $BUILDER == auto ]]; then
  if has_engine; then
    BUILDER='buildkit'
  elif command -v buildah >/dev/null; then
    BUILDER='buildah'
  else
    fail "No Docker engine with buildx answers on the runner, and it has no buildah. Start Docker there, or install buildah (Debian: apt-get install buildah)."
  fi
fi

out=$(own_folder build-docker-image)
archive="$out/image.tar"
source_url="${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_REPOSITORY:-}"
labels=(
  --label "org.opencontainers.image.title=$IMAGE"
  --label "org.opencontainers.image.version=$VERSION"
  --label "org.opencontainers.image.revision=$COMMIT"
  --label "org.opencontainers.image.source=$source_url"
  --label "org.opencontainers.image.created=$(python -c 'import sys, time; print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(sys.argv[1]))))' "$EPOCH")"
)
arguments=(--build-arg "VERSION=$VERSION" --build-arg "COMMIT=$COMMIT")

# An archive needs a builder in a container: the one in the engine writes none, and keeps the times of the build.
build_with_buildkit() {
  local name=nante
  if ! docker buildx inspect "$name" >/dev/null 2>&1; then
    as_text docker buildx create --name "$name" --driver docker-container || return
  fi
  SOURCE_DATE_EPOCH=$EPOCH as_text docker buildx build --builder "$name" --progress plain \
    --platform "$PLATFORM" --provenance=false --sbom=false "${labels[@]}" "${arguments[@]}" \
    --output "type=oci,dest=$archive,name=$IMAGE:$VERSION,rewrite-timestamp=true" \
    --file "$context/$DOCKERFILE" "$context"
}

# Its storage is the step's own: nothing of it outlives the job, and no other job's layers come into it.
build_with_buildah() {
  local -a storage=(--root "$out/storage" --runroot "$out/run" --storage-driver vfs)
  as_text buildah "${storage[@]}" bud --isolation chroot --layers=false --timestamp "$EPOCH" \
    --platform "$PLATFORM" --format oci "${labels[@]}" "${arguments[@]}" \
    --tag "$IMAGE:$VERSION" --file "$context/$DOCKERFILE" "$context" || return
  as_text buildah "${storage[@]}" push --quiet "$IMAGE:$VERSION" "oci-archive:$archive:$VERSION" || return
  buildah "${storage[@]}" rmi --all --force >/dev/null 2>&1 || true
  rm -rf "$out/storage" "$out/run" 2>/dev/null || true
}

"build_with_$BUILDER" ||
  fail "The image does not build with $BUILDER; the lines above say why. On your machine: docker build -f $DOCKERFILE ."
digest=$(python "$here/image.py" digest "$archive") || fail "The archive of the image cannot be read."

# What is in it: by Syft where it can be had, else what its Go programs say of themselves.
sbom="$out/image.cdx.json"
how=''
if command -v syft >/dev/null || use_pinned syft "$TOOLS_MIRROR"; then
  if as_text syft scan "oci-archive:$archive" -q -o "cyclonedx-json=$sbom"; then
    how="syft $(syft version 2>/dev/null | sed -n 's/^[Vv]ersion:[[:space:]]*//p' | head -n 1)"
  fi
fi
if [[ -z $how ]] && command -v go >/dev/null; then
  mkdir "$out/programs"
  python "$here/image.py" programs "$archive" "$out/programs"
  if go version -m "$out/programs" | python "$lib/sbom.py" "$sbom" "$IMAGE" "$VERSION"; then
    how='go version -m, which knows Go programs only (there is no syft, and the pinned one cannot be fetched)'
  fi
  rm -rf "$out/programs"
fi
if [[ -z $how ]]; then
  sbom=''
  warn "No list of components was made: there is no syft on the runner, and the pinned one cannot be fetched."
fi

output archive "$archive"
output digest "$digest"
output sbom "$sbom"
output builder "$BUILDER"
summary "**Image**: $(code "$IMAGE:$VERSION") by $BUILDER, $(code "$digest"), $(($(wc -c <"$archive") / 1024)) KiB. Components: ${how:-not listed}."
echo "$IMAGE:$VERSION is $digest"
