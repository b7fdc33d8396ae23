#!/bin/bash
# Runs the command of a step for act, as GitHub's runner would: without a terminal, and with every line that it printed. act
# gives steps a terminal, and forgets the last lines of one that fails.
# When the run is cancelled, the step is held here until the runner has told act, so that no other begins before.
PATH=${PATH//"$NANTE_RUNNER_BIN:"/}
trap : INT TERM
type -P "$1" >/dev/null || echo "::error::$1 is not on the PATH of the runner"
exec 3>&1 4> >(trap '' INT TERM && exec grep --text --line-buffered '' >&3)
reader=$!
# What bash itself says of its children is not for the log.
exec 2>/dev/null
"$@" </dev/null >&4 2>&4 3>&- 4>&-
code=$?
exec 3>&- 4>&-
# A process that was left behind still has the output: it is not waited for.
for ((tries = 0; tries < 50; tries++)); do
  kill -0 "$reader" || break
  sleep 0.01
done
if [[ -e $NANTE_RUNNER_RUN/cancelled ]]; then
  : >"$NANTE_RUNNER_RUN/held-$$"
  while [[ -e $NANTE_RUNNER_RUN/cancelled ]]; do sleep 0.05; done
  # act ends this process when it hears of it.
  sleep 0.5
fi
((code == 0)) || sleep 0.05
exit "$code"
