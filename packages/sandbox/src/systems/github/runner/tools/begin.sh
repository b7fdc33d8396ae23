#!/bin/bash
# The begin of each job: says what only act can evaluate, and waits while another job of its concurrency group runs.
echo "::nante-job gate=$$::$NANTE_JOB"
[[ -z $NANTE_GROUP ]] || until [[ -e $NANTE_RUNNER_RUN/gate-$$ ]]; do sleep 0.05; done
