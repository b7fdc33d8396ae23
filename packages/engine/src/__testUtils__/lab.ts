import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  infrastructureConfigSchema,
  type DestroyRequest,
  type InfrastructureConfig,
  type ProvisionRequest,
  type SecretName,
} from '@nante/model';
import { startSandbox, type Endpoints, type Sandbox } from '@nante/sandbox';
import {
  createS3Store,
  type ObjectStore,
  type ProxmoxApi,
  type SecretSource,
} from '@nante/clients';
import { createEngine } from '../engine';
import { pointAtSandbox, sandboxEndpointsSchema } from '../setting';
import type { Engine, EngineOptions } from '../types';

export const sshKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqSy4b2m0X3OiqQb2b2Pb1iSUG0M6f1o0p2zJ8f7sA1 me@example';

/** What another process needs to make the same engine; JSON. */
export interface LabSetting {
  endpoints: Endpoints;
  workDirectory: string;
  token: 'provision' | 'read';
  config: InfrastructureConfig;
  timing: NonNullable<EngineOptions['timing']>;
  /** Left out: hosts cannot be configured. */
  ansible?: EngineOptions['ansible'];
  /** Secret `SSH_PRIVATE_KEY`. */
  privateKey?: string;
  /** Guests that the engine is told about: `record` makes it pretend. */
  sandboxGuests?: string;
  /** Secret `ANS_SSH_PUBLIC_KEY`. */
  publicKey?: string;
  /** Secrets that are added or, where undefined, taken away. */
  secrets?: Partial<Record<SecretName, string>>;
}

/** A sandbox with an engine pointed at it. */
export interface Lab {
  setting: LabSetting;
  engine: Engine;
  store: ObjectStore;
  proxmox: ProxmoxApi;
  /** Key pair with which the sandbox's Octopus logs in to guests; undefined without one. */
  automation?: { privateKey: string; publicKey: string };
  /** What the engines read, by the setting as it is now. */
  secrets: SecretSource;
  /** Another engine on the same sandbox. */
  engineWith(change: Partial<LabSetting>): Engine;
  fault(
    system:
      | 'proxmox'
      | 's3'
      | 'tailscale'
      | 'openobserve'
      | 'octopus'
      | 'nexus'
      | 'github',
    fault: Record<string, unknown>,
  ): Promise<void>;
  clearFaults(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a sandbox with an engine.
 *
 * @param options.guests - `record` unless told
 * @param options.vlan - that of the environment dev; guests that boot want one that nobody else on the machine uses
 * @param options.site - with stand-ins for Tailscale and OpenObserve too
 * @param options.deployments - with stand-ins for Octopus and Nexus too
 * @param options.github - with a stand-in for GitHub too
 * @param options.agentTimeoutMs - how long a guest may take to answer, 3 000 unless told
 */
export async function startLab(
  options: {
    guests?: 'record' | 'nspawn';
    vlan?: number;
    agentTimeoutMs?: number;
    /** With a tailnet and an OpenObserve, which dev names. */
    site?: boolean;
    /** With an Octopus, which dev and staging name, and a Nexus. */
    deployments?: boolean;
    /** With a GitHub, whose organization is acme. */
    github?: boolean;
  } = {},
): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'nante-engine-'));
  const sandbox: Sandbox = await startSandbox({
    dataDir: join(folder, 'sandbox'),
    guests: options.guests,
    systems: [
      ...(['proxmox', 's3', 'doppler'] as const),
      ...(options.site ? (['tailscale', 'openobserve'] as const) : []),
      ...(options.deployments ? (['nexus', 'octopus'] as const) : []),
      ...(options.github ? (['github'] as const) : []),
      // Nobody else installs packages.
      ...((options.site || options.deployments) && options.guests === 'nspawn'
        ? (['packages'] as const)
        : []),
    ],
  });
  const { endpoints } = sandbox;
  const setting: LabSetting = {
    endpoints,
    workDirectory: join(folder, 'work'),
    token: 'provision',
    config: labConfig(endpoints, options),
    timing: {
      heartbeatMs: 300,
      lockTtlMs: 2_000,
      lockWaitMs: 20_000,
      cancelGraceMs: 20_000,
      agentTimeoutMs: options.agentTimeoutMs ?? 3_000,
      taskPollMs: 50,
    },
  };
  const stores: ObjectStore[] = [];
  const engine = labEngine(setting, stores);
  await engine.listRuns();
  const controls = [
    ...[endpoints.proxmox, endpoints.s3],
    ...[endpoints.tailscale, endpoints.openobserve],
    ...[endpoints.octopus, endpoints.nexus, endpoints.github],
  ].flatMap(system => (system ? [`${system.control}/faults`] : []));
  return {
    setting,
    engine,
    store: stores[0],
    proxmox: await engine.proxmox('pve'),
    secrets: labSecrets(setting),
    automation: options.deployments
      ? keyPairIn(join(folder, 'sandbox', 'ssh'))
      : undefined,
    engineWith: change => labEngine({ ...setting, ...change }, []),
    async fault(system, fault) {
      const response = await fetch(`${endpoints[system]?.control}/faults`, {
        method: 'POST',
        body: JSON.stringify(fault),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    async clearFaults() {
      for (const url of controls) await fetch(url, { method: 'DELETE' });
    },
    async stop() {
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function keyPairIn(folder: string) {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return {
    privateKey: read('id_ed25519'),
    publicKey: read('id_ed25519.pub').trim(),
  };
}

/** The engine of a setting, also in another process. */
export function labEngine(setting: LabSetting, stores: ObjectStore[]): Engine {
  const { proxmox, s3, terraformProvider } = setting.endpoints;
  return createEngine({
    config: setting.config,
    secrets: labSecrets(setting),
    workDirectory: setting.workDirectory,
    terraformRoot: resolve(__dirname, '../../../../terraform'),
    terraform: {
      binary: 'terraform',
      tool: 'terraform',
      provider: {
        type: 'stand-in',
        control: String(terraformProvider?.control),
        sandboxUrl: String(proxmox?.url),
      },
    },
    ansible: setting.ansible,
    sandboxGuests: setting.sandboxGuests,
    timing: setting.timing,
    async createStore() {
      const store = createS3Store({
        endpoint: String(s3?.url),
        bucket: String(s3?.bucket),
        accessKeyId: String(s3?.accessKeyId),
        secretAccessKey: String(s3?.secretAccessKey),
      });
      stores.push(store);
      return store;
    },
  });
}

export function provisionRequest(
  change: Partial<ProvisionRequest> = {},
): ProvisionRequest {
  return {
    requestId: `request-${Math.random().toString(36).slice(2)}`,
    requestedBy: 'user:default/mia',
    operator: false,
    kind: 'vm',
    name: 'web-1',
    app: 'shop',
    environment: 'dev',
    owner: 'group:default/shop',
    size: 'small',
    sshKeys: [sshKey],
    allowChange: false,
    ...change,
  };
}

export function destroyRequest(
  change: Partial<DestroyRequest> = {},
): DestroyRequest {
  const name = change.name ?? 'web-1';
  return {
    requestId: `destroy-${Math.random().toString(36).slice(2)}`,
    requestedBy: 'user:default/mia',
    operator: false,
    name,
    app: 'shop',
    environment: 'dev',
    confirm: name,
    ...change,
  };
}

/** What gets in to tailnet, OpenObserve, Octopus, Nexus and GitHub, where the sandbox has them. */
function siteSecrets({
  tailscale,
  openobserve,
  octopus,
  nexus,
  github,
}: Endpoints): Partial<Record<SecretName, string>> {
  return {
    ...(tailscale && {
      TS_OAUTH_CLIENT_ID: String(tailscale.oauthClientId),
      TS_OAUTH_SECRET: String(tailscale.oauthClientSecret),
    }),
    ...(openobserve && {
      OO_USER: String(openobserve.username),
      OO_PASS: String(openobserve.password),
    }),
    ...(octopus && {
      OCTOPUS_API_KEY: String(octopus.apiKey),
      OCTOPUS_SPACE_ID: String(octopus.spaceId),
    }),
    ...(nexus && {
      NEXUS_USERNAME: String(nexus.username),
      NEXUS_PASSWORD: String(nexus.password),
      NEXUS_DOCKER_REGISTRY: new URL(String(nexus.guestUrl ?? nexus.url)).host,
    }),
    ...(github && {
      GH_PAT: String(github.token),
      GITHUB_WEBHOOK_SECRET: String(github.webhookSecret),
      CI_DOPPLER_TOKEN: 'dp.st.runners.0123456789abcdef',
    }),
  };
}

function labConfig(
  endpoints: Endpoints,
  {
    vlan: devVlan = 30,
    site,
    deployments,
    github,
  }: {
    vlan?: number;
    site?: boolean;
    deployments?: boolean;
    github?: boolean;
  },
): InfrastructureConfig {
  const environment = (vlan: number, restricted: boolean) => {
    const subnet = `10.${vlan % 256}.${Math.floor(vlan / 256)}`;
    return {
      title: `VLAN ${vlan}`,
      connection: 'pve',
      vlan,
      subnet: `${subnet}.0/24`,
      gateway: `${subnet}.1`,
      addressing: {
        type: 'pool',
        from: `${subnet}.201`,
        to: `${subnet}.220`,
      },
      sizes: ['small', 'large'],
      restricted,
    };
  };
  const octopusOf = (octopusEnvironment: string) =>
    deployments ? { octopus: 'octopus', octopusEnvironment } : {};
  const config = infrastructureConfigSchema.parse({
    connections: {
      pve: { type: 'proxmox' },
      ...(site && {
        tailnet: { type: 'tailscale' },
        telemetry: { type: 'openobserve' },
      }),
      ...(deployments && {
        octopus: { type: 'octopus' },
        nexus: { type: 'nexus' },
      }),
      ...(github && { github: { type: 'github', organization: 'acme' } }),
    },
    environments: {
      dev: {
        ...environment(devVlan, false),
        ...(site && {
          ...{ mesh: 'tailnet', meshTags: ['tag:dev'] },
          telemetry: 'telemetry',
        }),
        ...octopusOf('Development'),
      },
      staging: {
        ...environment(40, false),
        addressing: { type: 'dhcp' },
        ...octopusOf('Staging'),
      },
      prod: environment(50, true),
    },
    sizes: {
      small: { title: 'Small', cores: 1, memoryMb: 1024, diskGb: 10 },
      large: {
        title: 'Large',
        cores: 8,
        memoryMb: 16_384,
        diskGb: 100,
        restricted: true,
      },
    },
  });
  return pointAtSandbox(config, sandboxEndpointsSchema.parse(endpoints));
}

/** Secrets of a setting; what it adds to them may change meanwhile. */
function labSecrets(setting: LabSetting): SecretSource {
  const { endpoints, token } = setting;
  const { proxmox, s3 } = endpoints;
  const { [token]: joined } = proxmox?.tokens as Record<string, string>;
  const at = joined.indexOf('=');
  const values = (): Partial<Record<SecretName, string>> => ({
    STATE_S3_ENDPOINT: s3?.url,
    STATE_BUCKET: String(s3?.bucket),
    MINIO_ROOT_USER: String(s3?.accessKeyId),
    MINIO_ROOT_PASSWORD: String(s3?.secretAccessKey),
    PROXMOX_API_URL: proxmox?.url,
    PROXMOX_TOKEN_ID: joined.slice(0, at),
    PROXMOX_TOKEN_SECRET: joined.slice(at + 1),
    SSH_PRIVATE_KEY: setting.privateKey,
    ANS_SSH_PUBLIC_KEY: setting.publicKey,
    ...siteSecrets(endpoints),
    ...setting.secrets,
  });
  const pick = async <N extends SecretName>(names: readonly N[]) => {
    const known = values();
    return Object.fromEntries(
      names.flatMap(name => (known[name] ? [[name, known[name]]] : [])),
    );
  };
  return {
    title: 'the test',
    read: names => pick(names) as never,
    readOptional: names => pick(names) as never,
  };
}
