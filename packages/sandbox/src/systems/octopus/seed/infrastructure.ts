import { createHash } from 'node:crypto';
import { company } from '../../proxmox/seed/company';
import type { Endpoint, HealthStatus } from '../documents';
import { pretendedFingerprint, pretendedThumbprint } from '../pretended';
import { setSecret } from '../secrets';
import type { OctopusState } from '../state';
import { seededIds } from './ids';
import type { SeedParts } from '.';

const SpaceId = seededIds.space;
const untenanted = {
  TenantedDeploymentParticipation: 'Untenanted',
  TenantIds: [],
  TenantTags: [],
};

type Style = 'ssh' | 'listening' | 'kubernetes';

/** Name, environment, target tags, style, health, and what Octopus says of it. */
const targets: [
  name: string,
  environment: string,
  tags: string[],
  style: Style,
  health: HealthStatus,
][] = [
  ['shop-web-dev', seededIds.development, ['web'], 'ssh', 'Healthy'],
  ['shop-web-staging', seededIds.staging, ['web'], 'ssh', 'Healthy'],
  ['shop-web-1', seededIds.production, ['web'], 'ssh', 'Healthy'],
  ['shop-web-2', seededIds.production, ['web'], 'ssh', 'Unhealthy'],
  ['billing-dev', seededIds.development, ['api'], 'ssh', 'Healthy'],
  ['billing-staging', seededIds.staging, ['api'], 'ssh', 'Healthy'],
  ['billing-api-1', seededIds.production, ['api'], 'ssh', 'Healthy'],
  ['billing-api-2', seededIds.production, ['api'], 'ssh', 'HasWarnings'],
  ['k3s-server-1', seededIds.staging, ['k8s'], 'kubernetes', 'Healthy'],
  [
    'windows-legacy',
    seededIds.production,
    ['legacy'],
    'listening',
    'Unavailable',
  ],
  // No host of the company: a till in a branch office.
  ['till-7', seededIds.production, ['till'], 'listening', 'Healthy'],
];

const summaries: Record<HealthStatus, string> = {
  Healthy: 'Octopus was able to run a health check on this machine.',
  HasWarnings:
    'The health check ended with warnings: 88 % of the disk is used.',
  Unhealthy:
    'The health check failed: less than 200 MB of disk space are left.',
  Unavailable: 'The machine could not be reached: no answer on port 10933.',
  Unknown: 'This machine was recently added. Run a health check.',
};

/** Feeds, accounts, and targets that are records. */
export function seedInfrastructure(
  state: OctopusState,
  { seed, sshKey }: SeedParts,
): void {
  addFeeds(state);
  for (const Username of ['ops', 'root'])
    addAccount(
      state,
      { AccountType: 'SshKeyPair', Name: `automation-${Username}`, Username },
      'PrivateKeyFile',
      sshKey.privateKey,
    );
  addAccount(
    state,
    { AccountType: 'Token', Name: 'cluster' },
    'Token',
    createHash('sha256').update(`cluster ${seed}`).digest('hex'),
  );
  for (const target of targets) addTarget(state, target);
}

function addFeeds(state: OctopusState) {
  state.startCounter('Feeds', 1000);
  const retry = { DownloadAttempts: 5, DownloadRetryBackoffSeconds: 10 };
  const feeds = [
    { Name: 'Nexus Maven', FeedType: 'Maven', ...retry },
    { Name: 'Nexus Docker', FeedType: 'Docker', ApiVersion: 'v2', ...retry },
    { Name: 'Nexus Helm', FeedType: 'Helm' },
    {
      Id: seededIds.builtInFeed,
      Name: 'Octopus Server (built-in)',
      FeedType: 'BuiltIn',
      DeleteUnreleasedPackagesAfterDays: null,
    },
  ];
  for (const feed of feeds)
    state.insert('feeds', 'Feeds', {
      SpaceId,
      Slug: feed.Name.toLowerCase().replace(/[^a-z]+/g, '-'),
      ...feed,
    });
}

function addAccount(
  state: OctopusState,
  account: { AccountType: string; Name: string; Username?: string },
  field: string,
  secret: string,
) {
  const { Id } = state.insert('accounts', 'Accounts', {
    ...account,
    ...untenanted,
    SpaceId,
    Slug: account.Name,
    Description: '',
    EnvironmentIds: [],
    [field]: { HasValue: true, NewValue: null, Hint: null },
  });
  setSecret(state, `${Id}.${field}`, secret);
}

function addTarget(
  state: OctopusState,
  [Name, environment, Roles, style, HealthStatus]: (typeof targets)[number],
) {
  const LastChecked = new Date(Date.now() - 20 * 60_000).toISOString();
  state.insert('machines', 'Machines', {
    SpaceId,
    Name,
    Slug: Name,
    EnvironmentIds: [environment],
    Roles,
    MachinePolicyId: 'MachinePolicies-1',
    IsDisabled: false,
    IsInProcess: false,
    HealthStatus,
    StatusSummary: summaries[HealthStatus],
    HasLatestCalamari: HealthStatus !== 'Unavailable',
    Endpoint: endpointOf(state, Name, style),
    ...(HealthStatus === 'Unavailable'
      ? {}
      : {
          OperatingSystem: 'Debian GNU/Linux 12',
          ShellName: 'Bash',
          ShellVersion: '5.2.15',
          Architecture: 'x86_64',
        }),
    SkipInitialHealthCheck: false,
    TenantedDeploymentParticipation: 'Untenanted',
    Connection: {
      LastChecked,
      Status: HealthStatus === 'Unavailable' ? 'Offline' : 'Online',
      Logs: [`${summaries[HealthStatus]} (pretended)`],
    },
  });
}

function endpointOf(state: OctopusState, name: string, style: Style): Endpoint {
  const host = addressOf(name) ?? `${name}.branch.example`;
  switch (style) {
    case 'ssh':
      return {
        CommunicationStyle: 'Ssh',
        Host: host,
        Port: 22,
        Uri: `ssh://${host}:22/`,
        Fingerprint: pretendedFingerprint(host, 22),
        AccountId: accountId(state, 'automation-ops'),
        DotNetCorePlatform: 'linux-x64',
      };
    case 'kubernetes':
      return {
        CommunicationStyle: 'Kubernetes',
        ClusterUrl: `https://${host}:6443`,
        Namespace: 'default',
        SkipTlsVerification: 'False',
        Authentication: {
          AuthenticationType: 'KubernetesStandard',
          AccountId: accountId(state, 'cluster'),
        },
      };
    default:
      return {
        CommunicationStyle: 'TentaclePassive',
        Uri: `https://${host}:10933/`,
        Thumbprint: pretendedThumbprint(`${host}:10933`),
      };
  }
}

function accountId(state: OctopusState, name: string): string {
  return state.all('accounts').find(({ Name }) => Name === name)?.Id ?? '';
}

/** Address that the driver of records leases to a guest of the company; undefined for who is none of it. */
function addressOf(name: string): string | undefined {
  const index = company.findIndex(([guest]) => guest === name);
  const vmid = 100 + index;
  return index < 0
    ? undefined
    : `10.${company[index][2]}.0.${60 + (vmid % 40)}`;
}
