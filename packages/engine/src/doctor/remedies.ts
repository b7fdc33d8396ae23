import type { HostKind } from '@nante/model';

/** Who can repair something, and how. */
export interface Remedy {
  who: string;
  how: string;
}

const proxmoxAdministrator = 'whoever administers Proxmox';
const tailnetAdministrator = 'whoever administers the tailnet';
const octopusAdministrator = 'whoever administers Octopus';
const nexusAdministrator = 'whoever administers Nexus';
const githubOwner = 'an owner of the organization in GitHub';
const nanteOperator = 'an operator of Nante (whoever keeps its configuration)';
const machineOwner = 'whoever keeps this machine';
const you = 'you';

/** What to do where an environment has no template of a kind: the command that makes one. */
export function imageRemedy(environment: string, kind: HostKind): Remedy {
  const start = `nante template --kind ${kind} --environment ${environment}`;
  return {
    who: `${nanteOperator}, with a token that has the role NanteTemplates`,
    how:
      kind === 'vm'
        ? `${start} --name debian-12 --image-url https://cloud.debian.org/images/cloud/bookworm/BUILD/debian-12-genericcloud-amd64-BUILD.qcow2 --image-checksum sha512:… (docs/templates.md)`
        : `${start} --name debian (docs/templates.md); or by hand on a node: pveam update, pveam download STORAGE TEMPLATE`,
  };
}

/** By id of a check, or by code of an error. */
export const remedies: Partial<Record<string, Remedy>> = {
  failed: {
    who: machineOwner,
    how: 'Read the message; docs/TROUBLESHOOTING.md lists the known ones.',
  },
  unreachable: {
    who: machineOwner,
    how: 'Check the address, and that this machine reaches it: firewall, VPN, name server.',
  },
  unauthorized: {
    who: 'whoever keeps the secrets',
    how: 'Replace the credentials in the source of the secrets.',
  },
  node: {
    who: machineOwner,
    how: 'Install Node 22 or 24.',
  },
  'work-directory': {
    who: machineOwner,
    how: 'Make the folder writable for this user, or name another by --work-directory; it has to survive the run.',
  },
  space: {
    who: machineOwner,
    how: 'Make room: Terraform keeps its provider and the state of a run that could not be uploaded there.',
  },
  terraform: {
    who: machineOwner,
    how: 'Install Terraform 1.11 or newer (or OpenTofu), or name its path by --terraform.',
  },
  ansible: {
    who: machineOwner,
    how: 'Install ansible-core (node scripts/python.mjs does, into .tools/python), or name its folder by --ansible-bin. Without it hosts are made and not configured.',
  },
  ssh: {
    who: machineOwner,
    how: 'Install the OpenSSH client: apt install openssh-client.',
  },
  secrets: {
    who: 'whoever keeps the secrets',
    how: 'Add the missing names to the source; docs/secrets.md says what each is.',
  },
  configuration: {
    who: nanteOperator,
    how: 'Start the portal once, or publish a configuration with: nante config push FILE',
  },
  'mesh-client': {
    who: tailnetAdministrator,
    how: 'Make an OAuth client with the scopes auth_keys and devices:core and a tag that owns those of the configuration, and set TS_OAUTH_CLIENT_ID and TS_OAUTH_SECRET.',
  },
  'octopus-rights': {
    who: octopusAdministrator,
    how: "Give the service account's team a user role with these permissions in the space; docs/octopus-nexus.md lists what each is for.",
  },
  'octopus-environments': {
    who: nanteOperator,
    how: 'Correct octopusEnvironment of the environment, whole and with its case; or let the environment be made in Octopus.',
  },
  'octopus-account': {
    who: octopusAdministrator,
    how: 'Make an account of the type SSH key pair with that user and the key of SSH_PRIVATE_KEY; or name one by sshAccount of the connection.',
  },
  'octopus-thumbprint': {
    who: octopusAdministrator,
    how: 'Only for targets with a Tentacle: give the service account a system role with ConfigureServer. Targets by SSH need none.',
  },
  'nexus-writable': {
    who: nexusAdministrator,
    how: 'End the read-only mode (System, Nodes), or make room in the blob store.',
  },
  'nexus-repositories': {
    who: nexusAdministrator,
    how: "Give the user's role nx-repository-view privileges for browse and read on the repositories; docs/octopus-nexus.md lists them.",
  },
  'github-rights': {
    who: githubOwner,
    how: 'Make a token with these scopes, and replace the old one in the source of the secrets; docs/github.md lists what each is for.',
  },
  'github-organization': {
    who: nanteOperator,
    how: "Correct organization of the connection; or let the token's user become a member of it.",
  },
  'github-workflows': {
    who: nanteOperator,
    how: 'Correct workflows of the connection: its repository, the whole commit, and the tag of the release that points to it (docs/github.md).',
  },
  'github-events': {
    who: nanteOperator,
    how: "Set webhookUrl of the connection to the portal's /api/events/http/github, where GitHub reaches it. Without it, the portal asks, and uses up its limit sooner.",
  },
  'role-defaults': {
    who: nanteOperator,
    how: 'Correct roleDefaults in the configuration; the README of each role lists its variables.',
  },
  quorum: {
    who: proxmoxAdministrator,
    how: 'Bring the nodes of the cluster back, or see why they do not hear each other: pvecm status.',
  },
  rights: {
    who: proxmoxAdministrator,
    how: 'Give the token the role from README.md, "Connect a real Proxmox": pveum acl modify PATH --roles NanteProvision --tokens TOKEN',
  },
  image: {
    who: proxmoxAdministrator,
    how: 'Make one by nante template, see docs/templates.md; for containers one from the catalogue does as well: pveam update, pveam download.',
  },
  runner: {
    who: machineOwner,
    how: 'Name a folder that outlives the job by --work-directory; on a runner that is thrown away after its job let jobs end by themselves.',
  },
  'node-place': {
    who: proxmoxAdministrator,
    how: 'Bring an allowed node online, or allow another by policy.nodes.',
  },
  storage: {
    who: proxmoxAdministrator,
    how: 'Make room on an allowed storage, or allow another by policy.storages.',
  },
  network: {
    who: nanteOperator,
    how: 'Correct subnet, gateway and pool of the environment.',
  },
  address: {
    who: nanteOperator,
    how: 'Destroy a host that nobody needs, or make the pool of the environment larger.',
  },
  'read-only': {
    who: nanteOperator,
    how: 'Set readOnly of the connection to false, where changes are meant.',
  },
  'environment-access': {
    who: nanteOperator,
    how: 'Ask an operator to do it, or to let this door do it: policy.operatorDoors.',
  },
  quota: {
    who: nanteOperator,
    how: 'Destroy a host that nobody needs, or raise policy.hostsPerOwner.',
  },
  request: {
    who: you,
    how: 'Correct the request.',
  },
};
