#!/usr/bin/env bash
# Scans for known vulnerabilities; see action.yml for the inputs.
title='Scan'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pinned.sh
source "$lib/pinned.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

problems=()
[[ $TYPE =~ ^(image|sbom|directory)$ ]] || problems+=("type: choose image, sbom or directory")
[[ $THRESHOLD =~ ^(none|negligible|low|medium|high|critical)$ ]] ||
  problems+=("scan_threshold: choose none, negligible, low, medium, high or critical")
[[ $ONLY_FIXED =~ ^(true|false)$ ]] || problems+=("only-fixed: choose true or false")
[[ $SCANNER =~ ^(auto|grype|trivy)$ ]] || problems+=("scanner: choose auto, grype or trivy")
[[ -e $TARGET ]] || problems+=("target: there is no $TARGET")
fail_with ${problems[@]+"${problems[@]}"}

work=$(own_folder security-scan)
report="$work/report.json"
sarif=${SARIF:-$work/report.sarif}

if [[ $SCANNER == auto ]]; then
  SCANNER=grype
  if ! command -v grype >/dev/null && command -v trivy >/dev/null; then SCANNER=trivy; fi
fi
if ! command -v "$SCANNER" >/dev/null; then
  # Trivy is taken only where its owner has put it: releases of it have been replaced by others' once.
  [[ $SCANNER == grype ]] || fail "There is no trivy on the PATH of the runner."
  use_pinned grype "$TOOLS_MIRROR" ||
    fail "There is no grype and no trivy on the PATH of the runner, and the pinned Grype cannot be fetched. Put one of them there, or name a mirror by tools_mirror. Nothing is published without a scan."
fi

scan_with_grype() {
  local source
  case $TYPE in
    image) source=oci-archive:$TARGET ;;
    sbom) source=sbom:$TARGET ;;
    directory) source=dir:$TARGET ;;
  esac
  as_text grype "$source" -q -o "json=$report" -o "sarif=$sarif"
}

scan_with_trivy() {
  local -a what
  case $TYPE in
    image)
      # It takes a folder with the layout of OCI, no archive of it.
      mkdir "$work/image"
      tar -xf "$TARGET" -C "$work/image"
      what=(image --input "$work/image")
      ;;
    sbom) what=(sbom "$TARGET") ;;
    directory) what=(filesystem "$TARGET") ;;
  esac
  local -a always=(--quiet --scanners vuln)
  if [[ $TYPE == sbom ]]; then always=(--quiet); fi
  as_text trivy "${what[@]}" "${always[@]}" --format json --output "$report" || return
  as_text trivy convert --quiet --format sarif --output "$sarif" "$report"
}

"scan_with_$SCANNER" ||
  fail "$SCANNER could not scan; the lines above say why. Nothing is published without a scan."
[[ -s $report ]] || fail "$SCANNER wrote no report. Nothing is published without a scan."
version=$("$SCANNER" version 2>/dev/null | sed -n 's/^[Vv]ersion:[[:space:]]*//p' | head -n 1)

python "$here/report.py" "$SCANNER" "$report" "$THRESHOLD" "$ONLY_FIXED" "$work" ||
  fail "The report of $SCANNER cannot be read. Nothing is published without a scan."
counts=$(cat "$work/counts")
failing=$(cat "$work/failing")
output findings "$counts"
output failing "$failing"
output sarif "$sarif"
output scanner "$SCANNER ${version:-}"

if [[ -n $UPLOAD_TOKEN ]]; then
  python "$here/upload.py" "$sarif" || fail "The report cannot be handed to code scanning; the lines above say why."
fi

summary "**Scan** by $SCANNER ${version:-}: $(cat "$work/sentence")" '' "$(cat "$work/table")" ''
if ((failing > 0)); then
  fail "$(cat "$work/problem")"
fi
cat "$work/sentence"
