import { appDeploymentOptions } from './appDeploymentOptions';
import { deploymentOptions } from './deploymentOptions';
import { templateOptions } from './templateOptions';
import type { OptionDefinition } from './types';

const engine = 'Where things are:';
const output = 'Output:';

/** Every option of every verb: help, environment, completion, action.yml and docs/command-line.md come from here. */
export const options = [
  {
    name: 'name',
    type: 'text',
    placeholder: 'NAME',
    description:
      'Name of the host, template or repository, a DNS label; configure takes several, separated by commas',
  },
  {
    name: 'app',
    type: 'text',
    placeholder: 'APP',
    description: 'App that the host, release or artifact belongs to',
  },
  {
    name: 'environment',
    type: 'text',
    placeholder: 'ENV',
    description: 'Environment, by its name in the configuration',
  },
  {
    name: 'owner',
    type: 'text',
    placeholder: 'REF',
    description: 'Owner in the catalog, such as group:default/shop',
    whenAbsent: 'that of the host; a new one needs it',
  },
  {
    name: 'kind',
    type: 'text',
    placeholder: 'KIND',
    choices: ['vm', 'lxc'],
    description: 'Virtual machine or container',
    whenAbsent: 'that of the host; a new one is a vm',
  },
  {
    name: 'size',
    type: 'text',
    placeholder: 'SIZE',
    description:
      'Size, by its name in the configuration; custom with --cores, --memory-mb and --disk-gb',
    whenAbsent: 'custom where one of these is given, else that of the host',
  },
  {
    name: 'cores',
    type: 'number',
    placeholder: 'N',
    description: 'Virtual CPUs of a custom size',
  },
  {
    name: 'memory-mb',
    type: 'number',
    placeholder: 'MIB',
    description: 'Memory of a custom size, in MiB',
  },
  {
    name: 'disk-gb',
    type: 'number',
    placeholder: 'GIB',
    description: 'System disk of a custom size, in GiB; disks only grow',
  },
  {
    name: 'vlan',
    type: 'number',
    placeholder: 'ID',
    description:
      'VLAN of a new host: one that the environment allows beside its own; the address there comes by DHCP',
    whenAbsent: "the environment's",
  },
  {
    name: 'node',
    type: 'text',
    placeholder: 'NODE',
    description: 'Proxmox node',
    whenAbsent:
      'that of the host; for a new one the allowed with the most free memory',
  },
  {
    name: 'storage',
    type: 'text',
    placeholder: 'STORAGE',
    description: 'Proxmox storage of the system disk',
    whenAbsent:
      'that of the host; for a new one the allowed with the most free space',
  },
  {
    name: 'image',
    type: 'text',
    placeholder: 'IMAGE',
    description:
      'Id of a template VM, or volume id of a container template; template: a volume that is there, or for a container a file of the catalogue of Proxmox; deploy-docker: the image by its digest, REGISTRY/NAME@sha256:…',
    whenAbsent: 'that of the host; for a new one the newest',
  },
  {
    name: 'ssh-key',
    type: 'list',
    placeholder: 'KEY',
    description: 'Public key that may log in, one line',
    whenAbsent:
      'those of the host; a new one has only the key of the secret ANS_SSH_PUBLIC_KEY',
  },
  {
    name: 'ssh-key-file',
    type: 'list',
    placeholder: 'FILE',
    description: 'File with public keys that may log in',
  },
  {
    name: 'roles',
    type: 'text',
    placeholder: 'ROLES',
    description:
      'Roles in their order: names separated by commas, or JSON such as [{"name":"nginx","arguments":{}}]',
    whenAbsent: 'those that the host has',
  },
  {
    name: 'init-script-file',
    type: 'text',
    placeholder: 'FILE',
    description: 'Shell script that a new container runs once, as root',
  },
  {
    name: 'purpose',
    type: 'text',
    placeholder: 'TEXT',
    description: 'Free text, shown and never run',
  },
  {
    name: 'allow-change',
    type: 'flag',
    description:
      'A differing host of the same name is changed; otherwise the difference is refused',
  },
  {
    name: 'allow-reboot',
    type: 'flag',
    description: 'The host may restart for its new size',
  },
  {
    name: 'dry-run',
    type: 'flag',
    description: 'Show what would change, and change nothing',
  },
  {
    name: 'confirm',
    type: 'text',
    placeholder: 'NAME',
    description:
      'For what cannot be taken back: the name of the host, of the snapshot, of the workspace APP-ENV, of the Octopus environment, or of the environment (deploy-docker, deploy-k8s), once more',
  },
  {
    name: 'force',
    type: 'flag',
    description:
      "unlock: give up Terraform's own lock and a state on a machine that is gone for good, needs --confirm; deploy: install packages again that are there already",
  },
  {
    name: 'action',
    type: 'text',
    placeholder: 'ACTION',
    description:
      'power: start, shutdown, reboot, stop (cuts the power); snapshot: create, rollback, delete',
  },
  {
    name: 'snapshot',
    type: 'text',
    placeholder: 'NAME',
    description: 'Name of the snapshot',
  },
  {
    name: 'description',
    type: 'text',
    placeholder: 'TEXT',
    description: 'Description of the snapshot or project',
  },
  {
    name: 'address',
    type: 'text',
    placeholder: 'ADDRESS',
    description:
      'Address of the server; template: address in CIDR notation while it is made, where the environment has no pool',
  },
  {
    name: 'port',
    type: 'number',
    placeholder: 'N',
    description:
      'Port of its sshd; deploy-docker: port of the app on the host, which is looked at',
    whenAbsent: '22',
  },
  {
    name: 'login-user',
    type: 'text',
    placeholder: 'USER',
    description:
      'Who logs in now, by the key of the secret SSH_PRIVATE_KEY: root, or somebody with sudo',
    whenAbsent: 'root',
  },
  {
    name: 'admin-user',
    type: 'text',
    placeholder: 'USER',
    description: 'Administrator to make, who may log in afterwards',
  },
  {
    name: 'admin-ssh-key',
    type: 'list',
    placeholder: 'KEY',
    description: 'Public key of the administrator, one line',
  },
  {
    name: 'guest-connection',
    type: 'text',
    placeholder: 'NAME',
    description: 'Connection whose guest the server is, where it is one',
  },
  {
    name: 'guest-vm-id',
    type: 'number',
    placeholder: 'ID',
    description: 'Id of that guest',
  },
  {
    name: 'checked-run-id',
    type: 'text',
    placeholder: 'ID',
    description: 'Id of the check that was looked at',
    whenAbsent: 'this is the check, which changes nothing',
  },
  {
    name: 'run-id',
    type: 'text',
    placeholder: 'ID',
    description: 'Id of a run',
  },
  {
    name: 'remedy',
    type: 'text',
    placeholder: 'REMEDY',
    choices: ['finish', 'undo', 'adopt', 'forget'],
    description: 'What to do about the run',
    whenAbsent: 'show what exists and what is possible',
  },
  {
    name: 'log',
    type: 'flag',
    description: 'Show the lines of the run as well',
  },
  {
    name: 'limit',
    type: 'number',
    placeholder: 'N',
    description: 'How many runs at most',
    whenAbsent: '20',
  },
  {
    name: 'request-id',
    type: 'text',
    placeholder: 'ID',
    description:
      'Id of the request: the same id is the same run, taken up where it stopped',
    whenAbsent:
      'a new one; in a workflow one that a repeat of the workflow finds again',
  },
  ...deploymentOptions,
  ...appDeploymentOptions,
  ...templateOptions,
  {
    name: 'json',
    type: 'flag',
    group: output,
    description: 'Print one JSON document, and progress on standard error',
  },
  {
    name: 'result',
    type: 'text',
    group: output,
    placeholder: 'FILE',
    description: 'Write the same document into a file',
  },
  {
    name: 'verbose',
    type: 'flag',
    group: output,
    description: 'Every line of the run, also on a terminal',
  },
  {
    name: 'endpoints',
    type: 'text',
    group: engine,
    placeholder: 'FILE',
    description: 'endpoints.json of a sandbox: work there, with its secrets',
  },
  {
    name: 'secrets',
    type: 'text',
    group: engine,
    placeholder: 'SOURCE',
    choices: ['doppler', 'environment'],
    description: 'Where the values of docs/secrets.md come from',
    whenAbsent: 'doppler where DOPPLER_TOKEN is set, otherwise environment',
  },
  {
    name: 'work-directory',
    type: 'text',
    group: engine,
    placeholder: 'DIR',
    description:
      "Terraform's work, one folder for each workspace; has to survive the run, on a runner too",
    whenAbsent: '$XDG_STATE_HOME/nante, or ~/.local/state/nante',
  },
  {
    name: 'terraform',
    type: 'text',
    group: engine,
    placeholder: 'FILE',
    description: 'Path or name of terraform or tofu',
    whenAbsent: 'terraform',
  },
  {
    name: 'terraform-root',
    type: 'text',
    group: engine,
    placeholder: 'DIR',
    description: 'The Terraform root',
    whenAbsent: 'terraform/ of the repository that this program lies in',
  },
  {
    name: 'provider-mirror',
    type: 'text',
    group: engine,
    placeholder: 'DIR',
    description: 'Filesystem mirror with the provider bpg/proxmox',
    whenAbsent: 'the registry',
  },
  {
    name: 'ansible-bin',
    type: 'text',
    group: engine,
    placeholder: 'DIR',
    description: 'Folder with ansible-playbook',
    whenAbsent: '.tools/python/bin of the repository, else the PATH',
  },
  {
    name: 'ansible-project',
    type: 'text',
    group: engine,
    placeholder: 'DIR',
    description: 'Folder with the playbooks and roles',
    whenAbsent: 'ansible/ of the repository that this program lies in',
  },
  {
    name: 'state-ca-file',
    type: 'text',
    group: engine,
    placeholder: 'FILE',
    description: 'PEM file with a private CA of the S3 store',
  },
] as const satisfies readonly OptionDefinition[];

/** Name of an option of the table. */
export type OptionName = (typeof options)[number]['name'];

/** Options of every verb that works with the engine. */
export const commonOptions = options
  .filter(option => 'group' in option)
  .map(({ name }) => name);

/** Definition of an option. */
export function optionNamed(name: string): OptionDefinition {
  const found = options.find(option => option.name === name);
  if (!found) throw new Error(`There is no option ${name} in the table.`);
  return found;
}
