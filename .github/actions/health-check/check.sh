#!/usr/bin/env bash
# Asks an address until it has answered several times in a row; see action.yml for the inputs.
title='Health check'
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

problems=()
# Without a user in it, which would stand in the log.
[[ $ADDRESS =~ ^https?://[^[:space:]@\"\\]+$ ]] || problems+=("url: an address with http or https, without a user")
[[ $EXPECTED =~ ^[1-5]([0-9][0-9]|xx)$ ]] || problems+=("status: a number such as 200, or 2xx")
[[ $TIMES =~ ^[1-9][0-9]?$ ]] || problems+=("times: 1 to 99")
[[ $INTERVAL =~ ^[0-9]{1,3}(\.[0-9])?$ ]] || problems+=("interval: seconds such as 1 or 0.5")
[[ $LIMIT =~ ^[1-9][0-9]{0,3}$ ]] || problems+=("seconds: 1 to 9999")
fail_with ${problems[@]+"${problems[@]}"}

body="$(own_folder health-check)/body"
SECONDS=0
good=0
asked=0
status=000
problem=''
while :; do
  asked=$((asked + 1))
  # A number each time, also where nothing answers; what curl says of it is kept for the message.
  status=$(curl --silent --show-error --globoff --max-time 5 --max-filesize 1000000 --output "$body" \
    --write-out '%{http_code}' -- "$ADDRESS" 2>"$body.problem") || true
  problem=$(head -c 300 "$body.problem")
  if [[ $status =~ ^${EXPECTED//x/[0-9]}$ ]]; then
    good=$((good + 1))
    if ((good >= TIMES)); then break; fi
  else
    good=0
  fi
  if ((SECONDS >= LIMIT)); then
    output status "$status"
    answer=$problem
    if [[ $status != 000 ]]; then answer="$status: $(head -c 300 "$body" | tr -c '[:print:]' ' ')"; fi
    summary "**Health**: $(code "$ADDRESS") did not answer $EXPECTED $TIMES times in a row within $LIMIT s."
    fail "$ADDRESS did not answer $EXPECTED $TIMES times in a row within $LIMIT seconds ($asked questions). The last answer: ${answer:-none}"
  fi
  sleep "$INTERVAL"
done
output status "$status"
echo "$ADDRESS answers $status"
summary "**Health**: $(code "$ADDRESS") answered $status $TIMES times in a row, after ${SECONDS} s."
