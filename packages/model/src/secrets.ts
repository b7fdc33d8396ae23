/** One named secret or setting that comes from Doppler or the environment. */
export interface SecretDefinition {
  /** What it is, one sentence. */
  description: string;
  /** Which parts need it. */
  neededBy: readonly string[];
  /** What the tool behind it calls the value, and how we hand it over; absent when the name is only ours. */
  handedOverAs?: string;
  /** False for addresses and names that may be shown. */
  secret: boolean;
}

/**
 * Every name that we read, in one table: `docs/secrets.md` is generated from it, and configuration may name no other.
 */
export const secretDefinitions = {
  STATE_S3_ENDPOINT: {
    description:
      'Address of the S3 store that holds Terraform state and our records, with scheme.',
    neededBy: ['engine', 'terraform'],
    handedOverAs: 'AWS_ENDPOINT_URL_S3',
    secret: false,
  },
  STATE_BUCKET: {
    description:
      'Bucket for Terraform state and our records. It must exist; nobody creates it for you.',
    neededBy: ['engine', 'terraform'],
    handedOverAs: '-backend-config=bucket=…',
    secret: false,
  },
  MINIO_ROOT_USER: {
    description:
      'Access key of the S3 store. Better than root: a user limited to the bucket.',
    neededBy: ['engine', 'terraform'],
    handedOverAs: 'AWS_ACCESS_KEY_ID',
    secret: true,
  },
  MINIO_ROOT_PASSWORD: {
    description: 'Secret key of the S3 store.',
    neededBy: ['engine', 'terraform'],
    handedOverAs: 'AWS_SECRET_ACCESS_KEY',
    secret: true,
  },
  PROXMOX_API_URL: {
    description:
      'Address of the Proxmox API, for example https://pve.example.com:8006.',
    neededBy: ['engine', 'terraform'],
    handedOverAs: 'PROXMOX_VE_ENDPOINT',
    secret: false,
  },
  PROXMOX_TOKEN_ID: {
    description: 'Id of the Proxmox API token, user@realm!name.',
    neededBy: ['engine', 'terraform'],
    handedOverAs: 'PROXMOX_VE_API_TOKEN (id=secret, joined)',
    secret: false,
  },
  PROXMOX_TOKEN_SECRET: {
    description: 'Secret of the Proxmox API token.',
    neededBy: ['engine', 'terraform'],
    handedOverAs: 'PROXMOX_VE_API_TOKEN (id=secret, joined)',
    secret: true,
  },
  PROXMOX_ROOT_PASSWORD: {
    description:
      'Password of root@pam. Optional, and for `nante template` only: no token may give a container template /dev/net/tun.',
    neededBy: ['engine'],
    handedOverAs: 'the body of one sign-in to the Proxmox API',
    secret: true,
  },
  ANS_SSH_PUBLIC_KEY: {
    description:
      'Public key of the automation user; put into every guest beside the keys of the request.',
    neededBy: ['engine', 'ansible'],
    secret: false,
  },
  SSH_PRIVATE_KEY: {
    description: 'Private key that belongs to ANS_SSH_PUBLIC_KEY.',
    neededBy: ['ansible'],
    handedOverAs: 'a file with mode 0600',
    secret: true,
  },
  TS_AUTHKEY: {
    description:
      'Tailscale key that lets a host join the tailnet, where there is no OAuth client.',
    neededBy: ['ansible'],
    handedOverAs: '--auth-key=file:…',
    secret: true,
  },
  TS_OAUTH_CLIENT_ID: {
    description:
      'Id of a Tailscale OAuth client with the scopes auth_keys and devices:core, which owns the tags of the hosts.',
    neededBy: ['engine'],
    secret: false,
  },
  TS_OAUTH_SECRET: {
    description:
      'Secret of that OAuth client: mints a key for one use for each host, and frees its name when it is destroyed.',
    neededBy: ['engine'],
    secret: true,
  },
  OO_HOST: {
    description: 'Address of OpenObserve.',
    neededBy: ['ansible'],
    handedOverAs: 'base URL in the Alloy configuration',
    secret: false,
  },
  OO_USER: {
    description: 'User of OpenObserve, an e-mail address.',
    neededBy: ['ansible'],
    secret: true,
  },
  OO_PASS: {
    description: 'Password or token of the OpenObserve user.',
    neededBy: ['ansible'],
    secret: true,
  },
  DOPPLER_TOKEN: {
    description:
      'Token of Doppler. The one secret that a repository or machine keeps; all others come through it.',
    neededBy: ['every door'],
    secret: true,
  },
  DOPPLER_TARGET_PROJECT: {
    description:
      'Doppler project to read. Without effect with a service token, which is bound to one config.',
    neededBy: ['every door'],
    handedOverAs: 'DOPPLER_PROJECT',
    secret: false,
  },
  DOPPLER_TARGET_CONFIG: {
    description: 'Doppler config to read. Without effect with a service token.',
    neededBy: ['every door'],
    handedOverAs: 'DOPPLER_CONFIG',
    secret: false,
  },
  GH_PAT: {
    description:
      'GitHub token that creates repositories and dispatches workflows.',
    neededBy: ['engine', 'portal'],
    secret: true,
  },
  GITHUB_API_URL: {
    description:
      'Address of the API of a GitHub Enterprise Server. Left out: that of github.com.',
    neededBy: ['engine'],
    secret: false,
  },
  GITHUB_WEBHOOK_SECRET: {
    description:
      'Secret that GitHub signs its events with, and the portal checks them by.',
    neededBy: ['engine', 'portal'],
    secret: true,
  },
  CI_DOPPLER_TOKEN: {
    description:
      'Token of Doppler that new repositories get as their one secret, DOPPLER_TOKEN: a service token of the config that runners read.',
    neededBy: ['engine'],
    handedOverAs: 'the secret DOPPLER_TOKEN of a repository, sealed',
    secret: true,
  },
  OCTOPUS_SERVER_URL: {
    description: 'Address of the Octopus server.',
    neededBy: ['engine'],
    handedOverAs: 'OCTOPUS_URL',
    secret: false,
  },
  OCTOPUS_API_KEY: {
    description: 'API key of an Octopus service account.',
    neededBy: ['engine'],
    secret: true,
  },
  OCTOPUS_SPACE_ID: {
    description: 'Octopus space by id or name, for example Spaces-1.',
    neededBy: ['engine'],
    handedOverAs: 'OCTOPUS_SPACE (the name of the space, looked up)',
    secret: false,
  },
  OCTOPUS_ENVIRONMENT: {
    description:
      'Octopus environment that a host is registered in; set for each deployment.',
    neededBy: ['engine'],
    secret: false,
  },
  NEXUS_URL: {
    description: 'Address of Nexus Repository.',
    neededBy: ['engine', 'workflows'],
    secret: false,
  },
  NEXUS_USERNAME: {
    description: 'User of Nexus Repository.',
    neededBy: ['engine', 'workflows'],
    secret: true,
  },
  NEXUS_PASSWORD: {
    description: 'Password or token of the Nexus user.',
    neededBy: ['engine', 'workflows'],
    secret: true,
  },
  NEXUS_DOCKER_REGISTRY: {
    description:
      'host:port of the Docker registry in Nexus; the same string in image names, login and registries.yaml.',
    neededBy: ['workflows', 'ansible'],
    secret: false,
  },
  K3S_TOKEN: {
    description:
      'Secret by which nodes join a K3s cluster of ours; choose it once, 16 or more letters and digits.',
    neededBy: ['ansible'],
    handedOverAs: 'token of config.yaml, a file with mode 0600',
    secret: true,
  },
  K3S_DOPPLER_TOKEN: {
    description:
      'Token of Doppler that may write one config, where the role k3s-cluster puts the kubeconfig of a cluster.',
    neededBy: ['ansible'],
    handedOverAs: 'DOPPLER_TOKEN in the environment of Ansible',
    secret: true,
  },
  DOPPLER_API_HOST: {
    description:
      'Address of another Doppler than https://api.doppler.com, for the role k3s-cluster.',
    neededBy: ['ansible'],
    secret: false,
  },
  K8S_KUBECONFIG: {
    description: 'kubeconfig of the target cluster.',
    neededBy: ['engine', 'workflows'],
    handedOverAs: 'a file with mode 0600, named by KUBECONFIG',
    secret: true,
  },
} as const satisfies Record<string, SecretDefinition>;

/** A name out of the table. */
export type SecretName = keyof typeof secretDefinitions;

/** All names, in the order of the table. */
export const secretNames = Object.keys(secretDefinitions) as [
  SecretName,
  ...SecretName[],
];
