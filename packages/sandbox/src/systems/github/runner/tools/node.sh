#!/bin/bash
# The Node of JavaScript actions, see step.sh. act asks for its path once a job.
if [[ $* == '--no-warnings -e console.log(process.execPath)' ]]; then
  echo "$0"
else
  exec "$NANTE_RUNNER_TOOLS/step.sh" "$NANTE_RUNNER_NODE" "$@"
fi
