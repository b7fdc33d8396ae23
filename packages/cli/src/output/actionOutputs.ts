/** Outputs of the action, by name; see `action.yml`. */
export const actionOutputs = {
  'run-id': 'Id of the run',
  state: 'How it ended: succeeded, failed, cancelled',
  changed:
    'true where something was changed, false where all was as it should be',
  host: 'Name of the host',
  address: 'IPv4 address',
  user: 'Who logs in',
  ssh: 'Command that logs in',
  node: 'Proxmox node',
  'vm-id': 'Proxmox guest id',
  'exit-code': 'Exit code of nante',
} as const;
