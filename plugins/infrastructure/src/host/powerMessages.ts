export const powerMessages = {
  label: 'What to do',
  now: '{{host}} now:',
  choose: 'Choose what to do',
  start: 'Start',
  shutdown: 'Shut down',
  reboot: 'Restart',
  stop: 'Cut the power',
  what: {
    start: 'Turns the host on.',
    shutdown:
      'Asks the guest to end its work, and turns it off when it has done so.',
    reboot:
      'Asks the guest to end its work, and starts it again. It is away for a moment.',
    stop: 'Turns the host off at once, as if its plug were pulled. For a guest that no longer answers.',
  },
  stopLoses: 'What the guest has not written to its disks is lost.',
  ask: '{{action}}: {{host}}?',
  second: 'The guest does not answer?',
  secondWhat: 'Cut the power instead…',
  keep: 'Leave it as it is',
  starting: 'Handing it over…',
  failed: 'It could not be started',
  noRun: 'The task ended before its run began',
  task: 'Show the task',
} as const;
