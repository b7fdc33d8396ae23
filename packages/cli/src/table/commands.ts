import { appDeploymentCommands } from './appDeploymentCommands';
import { deploymentCommands, targetOfHost } from './deploymentCommands';
import type { Command } from './types';

const size = ['size', 'cores', 'memory-mb', 'disk-gb'] as const;
const host = ['name', 'app', 'environment'] as const;
const provision = [
  'owner',
  'kind',
  ...size,
  'vlan',
  'node',
  'storage',
  'image',
  'ssh-key',
  'ssh-key-file',
  'roles',
  'init-script-file',
  'purpose',
  'allow-change',
  ...targetOfHost,
  'no-target',
] as const;
const onboard = [
  'port',
  'login-user',
  'admin-ssh-key',
  'guest-connection',
  'guest-vm-id',
  'checked-run-id',
  ...targetOfHost,
] as const;

/** Every verb, in the order of the help. */
export const commands: readonly Command[] = [
  {
    name: 'provision',
    summary: 'Make a host, or bring one to what is asked for',
    description: [
      'Repeating it makes no second host: what is as it was asked for is left alone.',
      'For a host that exists, an option left out keeps what is there. A new one needs --owner and --size.',
    ],
    required: host,
    optional: [...provision, 'request-id'],
    changes: true,
    example:
      'nante provision --name web-1 --app shop --environment dev --owner group:default/shop --size small',
  },
  {
    name: 'destroy',
    summary: 'Destroy one host; the others of its app stay',
    required: [...host, 'confirm'],
    optional: ['request-id'],
    changes: true,
    example:
      'nante destroy --name web-1 --app shop --environment dev --confirm web-1',
  },
  {
    name: 'configure',
    summary: 'Apply roles to hosts, or show what they would change',
    required: host,
    optional: ['roles', 'dry-run', 'request-id'],
    changes: true,
    example:
      'nante configure --name web-1,web-2 --app shop --environment dev --dry-run',
  },
  {
    name: 'onboard',
    summary: 'Take a server into our care that somebody else made',
    description: [
      'Twice: first without --checked-run-id, which looks and changes nothing; then the same with the id that it answers.',
    ],
    required: [...host, 'owner', 'address'],
    optional: [...onboard, 'admin-user', 'roles', 'request-id'],
    changes: true,
  },
  {
    name: 'bootstrap',
    summary: 'Onboard a server with an administrator and no roles',
    description: [
      'What onboard does with --admin-user and without --roles: user, keys and Python, so that roles can follow.',
    ],
    required: [...host, 'owner', 'address', 'admin-user'],
    optional: [...onboard, 'request-id'],
    changes: true,
  },
  {
    name: 'plan',
    summary: 'Show what provision would change, by a real Terraform plan',
    required: host,
    optional: provision,
  },
  {
    name: 'power',
    summary: 'Start, shut down, reboot or cut off a host',
    required: [...host, 'action'],
    optional: ['request-id'],
    changes: true,
  },
  {
    name: 'resize',
    summary: 'Give a host another size, or show what that would mean',
    required: host,
    optional: [...size, 'allow-reboot', 'dry-run', 'request-id'],
    changes: true,
  },
  {
    name: 'snapshot',
    summary: 'Make a snapshot, return to one, or remove one',
    required: [...host, 'action', 'snapshot'],
    optional: ['description', 'confirm', 'request-id'],
    changes: true,
  },
  ...deploymentCommands,
  ...appDeploymentCommands,
  {
    name: 'status',
    summary: 'Hosts and servers, and who holds the lock of their workspace',
    optional: ['name', 'app', 'environment'],
  },
  {
    name: 'history',
    summary: 'Runs of all doors, newest first; or one of them',
    optional: ['name', 'app', 'environment', 'run-id', 'log', 'limit'],
  },
  {
    name: 'repair',
    summary: 'What a failed run left, and the ways out of it',
    required: ['run-id'],
    optional: ['remedy', 'request-id'],
    changes: true,
  },
  {
    name: 'cancel',
    summary: 'Ask a run to end; whoever executes it sees it in seconds',
    required: ['run-id'],
  },
  {
    name: 'unlock',
    summary: 'Give back the lock of a run that is provably dead',
    description: [
      'Refused while the holder lives. With --force and the name of the workspace it also gives up what lies on a machine that is gone.',
    ],
    required: ['app', 'environment'],
    optional: ['force', 'confirm'],
  },
  {
    name: 'template',
    summary: 'Make a template that hosts are made from, on a Proxmox',
    description: [
      'A virtual machine with the guest agent from the image of a cloud, or a container with our key; docs/templates.md says more.',
      'Repeating it changes nothing. Old templates are never removed.',
    ],
    required: ['name', 'environment'],
    optional: [
      ...(['kind', 'image-url', 'image-checksum', 'image'] as const),
      ...(['image-storage', 'node', 'storage', 'disk-gb'] as const),
      ...(['vm-id', 'address', 'request-id'] as const),
    ],
    changes: true,
    example: 'nante template --name debian-13 --kind lxc --environment dev',
  },
  {
    name: 'doctor',
    summary: 'Check what has to be right, and say who repairs what is not',
    description: [
      'With the options of a request it checks that request too. Ends with 1 when something is wrong.',
    ],
    optional: [...host, ...provision],
  },
  {
    name: 'config push',
    summary: 'Publish the configuration that all doors share',
    description: [
      'For sites without a portal, which publishes its own at each start.',
    ],
    argument: { name: 'file', description: 'JSON file' },
  },
  {
    name: 'config show',
    summary: 'Print the configuration that all doors share',
  },
  {
    name: 'completion',
    summary: 'Print a script that completes verbs and options',
    argument: {
      name: 'shell',
      description: 'bash, zsh or fish',
      choices: ['bash', 'zsh', 'fish'],
    },
    example: 'source <(nante completion bash)',
  },
];

/** Exit codes, for help and the page. */
export const exitCodeTexts: readonly [number, string][] = [
  [0, 'done; repeating something that is done is that too'],
  [1, 'failed'],
  [2, 'wrong use: a flag, a value, or a name that there is not'],
  [3, 'refused by policy, or in conflict with what is there'],
  [4, 'locked by another run'],
  [5, 'a system does not answer, or refuses our credentials'],
  [130, 'cancelled'],
];
