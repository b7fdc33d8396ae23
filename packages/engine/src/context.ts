import {
  createGithubClient,
  createNexusClient,
  createOctopusClient,
  createOpenobserveClient,
  createProxmoxClient,
  createS3Store,
  createTailscaleClient,
  type GithubApi,
  type NexusApi,
  type ObjectStore,
  type OctopusApi,
  type OpenobserveApi,
  type ProxmoxApi,
  type TailscaleApi,
} from '@nante/clients';
import {
  connectionNamed,
  infrastructureConfigSchema,
  NanteError,
  type InfrastructureConfig,
  type ProxmoxConnection,
  type RunDocument,
} from '@nante/model';
import { knownSecrets } from './operation/knownSecrets';
import { createCreateQueue, type CreateQueue } from './provision/createQueue';
import { maskErrors } from './secrets/maskErrors';
import { readDocument } from './store/documents';
import { configKey } from './store/keys';
import type { RunRecorder } from './runs/recorder';
import { createRunIndex, type RunIndex } from './runs/runIndex';
import { readTools } from './terraform/tools';
import type { EngineOptions } from './types';

/** Milliseconds; see `EngineOptions.timing`. */
export type Timing = Required<NonNullable<EngineOptions['timing']>>;

/** What every verb stands on. */
export interface EngineContext {
  options: EngineOptions;
  timing: Timing;
  store(): Promise<ObjectStore>;
  /** The store, after it has proved that it honours conditions: without that, every lock is useless. */
  provenStore(): Promise<ObjectStore>;
  config(): Promise<InfrastructureConfig>;
  connection(name: string): Promise<ProxmoxConnection>;
  proxmox(connection: string): Promise<ProxmoxApi>;
  /** The API of a tailnet; `invalid-input` where the secrets of its OAuth client are missing. */
  tailscale(connection: string): Promise<TailscaleApi>;
  openobserve(connection: string): Promise<OpenobserveApi>;
  octopus(connection: string): Promise<OctopusApi>;
  nexus(connection: string): Promise<NexusApi>;
  github(connection: string): Promise<GithubApi>;
  log(level: 'info' | 'warn' | 'error', line: string): void;
  /** What the runs of this engine work with, for their documents. */
  tools(): Promise<RunDocument['tools']>;
  /** Who creates when. */
  creations: CreateQueue;
  /** Runs of all doors. */
  runs: RunIndex;
  /** When a lock's heartbeat was last seen to change, by workspace; on this process's own clock. */
  lockSightings: Map<string, { etag: string; since: number }>;
  /** Runs that this process executes. */
  active: Map<string, { recorder: RunRecorder; cancel(): void }>;
}

export function createContext(options: EngineOptions): EngineContext {
  const masked = <T extends object>(client: T) =>
    maskErrors(client, () => knownSecrets({ options }));
  const context: Omit<EngineContext, 'runs'> = {
    options,
    timing: {
      heartbeatMs: 10_000,
      lockTtlMs: 60_000,
      cancelGraceMs: 600_000,
      lockWaitMs: 300_000,
      agentTimeoutMs: 110_000,
      shutdownTimeoutMs: 120_000,
      playTimeoutMs: 1_800_000,
      firstSampleMs: 90_000,
      healthCheckMs: 120_000,
      taskPollMs: 2_000,
      followLimitMs: Infinity,
      ...options.timing,
    },
    creations: createCreateQueue(),
    lockSightings: new Map(),
    active: new Map(),
    store: remember(() =>
      options.createStore ? options.createStore() : openStore(options),
    ),
    provenStore: remember(async () => {
      const store = await context.store();
      await store.proveConditionalWrites();
      return store;
    }),
    async config() {
      // What was given rules where there is a portal; the bucket holds what it published for the other doors.
      if (options.config) return options.config;
      const found = await readDocument(
        await context.store(),
        configKey,
        infrastructureConfigSchema,
      );
      if (found) return found.value;
      throw new NanteError(
        'not-found',
        `There is no ${configKey} in the bucket.`,
        {
          hint: 'Start the portal once, or publish a configuration with: nante config push FILE',
        },
      );
    },
    async connection(name) {
      const found = connectionNamed(await context.config(), 'proxmox', name);
      if (found) return found;
      throw new NanteError(
        'not-found',
        `There is no Proxmox connection "${name}".`,
      );
    },
    proxmox: perConnection(async name =>
      masked(
        await (options.createProxmox?.(name) ?? openProxmox(context, name)),
      ),
    ),
    tailscale: perConnection(async name =>
      masked(
        await (options.createTailscale?.(name) ?? openTailscale(context, name)),
      ),
    ),
    openobserve: perConnection(async name =>
      masked(
        await (options.createOpenobserve?.(name) ??
          openOpenobserve(context, name)),
      ),
    ),
    octopus: perConnection(async name =>
      masked(
        await (options.createOctopus?.(name) ?? openOctopus(context, name)),
      ),
    ),
    nexus: perConnection(async name =>
      masked(await (options.createNexus?.(name) ?? openNexus(context, name))),
    ),
    github: perConnection(async name =>
      masked(await (options.createGithub?.(name) ?? openGithub(context, name))),
    ),
    tools: remember(() => readTools(options)),
    log: (level, line) => options.log?.(level, line),
  };
  return Object.assign(context, { runs: createRunIndex(context) });
}

/** Address of a connection's API. */
export async function proxmoxUrl(
  context: Pick<EngineContext, 'options'>,
  connection: ProxmoxConnection,
): Promise<string> {
  if (connection.url) return connection.url;
  const { PROXMOX_API_URL } = await context.options.secrets.read([
    'PROXMOX_API_URL',
  ]);
  return PROXMOX_API_URL;
}

async function openStore(options: EngineOptions): Promise<ObjectStore> {
  const values = await options.secrets.read([
    'STATE_S3_ENDPOINT',
    'STATE_BUCKET',
    'MINIO_ROOT_USER',
    'MINIO_ROOT_PASSWORD',
  ]);
  return createS3Store({
    endpoint: values.STATE_S3_ENDPOINT,
    bucket: values.STATE_BUCKET,
    accessKeyId: values.MINIO_ROOT_USER,
    secretAccessKey: values.MINIO_ROOT_PASSWORD,
    caFile: options.stateCaFile,
  });
}

async function openProxmox(
  context: Pick<EngineContext, 'connection' | 'options'>,
  name: string,
): Promise<ProxmoxApi> {
  const connection = await context.connection(name);
  const values = await context.options.secrets.read([
    connection.tokenId,
    connection.tokenSecret,
  ]);
  return createProxmoxClient({
    url: await proxmoxUrl(context, connection),
    tokenId: values[connection.tokenId],
    tokenSecret: values[connection.tokenSecret],
    caFile: connection.caFile,
  });
}

async function openTailscale(
  context: Pick<EngineContext, 'config' | 'options'>,
  name: string,
): Promise<TailscaleApi> {
  const connection = connectionNamed(await context.config(), 'tailscale', name);
  if (!connection)
    throw new NanteError('not-found', `There is no tailnet "${name}".`);
  const { url, caFile, tailnet, clientId, clientSecret } = connection;
  const values = await context.options.secrets.read([clientId, clientSecret]);
  return createTailscaleClient({
    ...{ url, caFile, tailnet, names: { clientId, clientSecret } },
    clientId: values[clientId],
    clientSecret: values[clientSecret],
  });
}

async function openOpenobserve(
  context: Pick<EngineContext, 'config' | 'options'>,
  name: string,
): Promise<OpenobserveApi> {
  const connection = connectionNamed(
    await context.config(),
    'openobserve',
    name,
  );
  if (!connection)
    throw new NanteError('not-found', `There is no OpenObserve "${name}".`);
  const { url, caFile, organization, user, password } = connection;
  const { secrets } = context.options;
  const values = await secrets.read([user, password]);
  return createOpenobserveClient({
    url: url ?? (await secrets.read(['OO_HOST'])).OO_HOST,
    ...{ caFile, organization },
    user: values[user],
    password: values[password],
  });
}

async function openOctopus(
  context: Pick<EngineContext, 'config' | 'options'>,
  name: string,
): Promise<OctopusApi> {
  const connection = connectionNamed(await context.config(), 'octopus', name);
  if (!connection)
    throw new NanteError('not-found', `There is no Octopus "${name}".`);
  const { url, caFile, space, apiKey, requestsPerMinute } = connection;
  const { secrets } = context.options;
  const values = await secrets.read([
    apiKey,
    ...(url ? [] : (['OCTOPUS_SERVER_URL'] as const)),
    ...(space ? [] : (['OCTOPUS_SPACE_ID'] as const)),
  ]);
  return createOctopusClient({
    url: url ?? values.OCTOPUS_SERVER_URL,
    space: space ?? values.OCTOPUS_SPACE_ID,
    ...{ caFile, requestsPerMinute, keyName: apiKey },
    apiKey: values[apiKey],
  });
}

async function openNexus(
  context: Pick<EngineContext, 'config' | 'options'>,
  name: string,
): Promise<NexusApi> {
  const connection = connectionNamed(await context.config(), 'nexus', name);
  if (!connection)
    throw new NanteError('not-found', `There is no Nexus "${name}".`);
  const { url, caFile, username, password } = connection;
  const { secrets } = context.options;
  const values = await secrets.read([
    username,
    password,
    ...(url ? [] : (['NEXUS_URL'] as const)),
  ]);
  return createNexusClient({
    url: url ?? values.NEXUS_URL,
    ...{ caFile, names: { username, password } },
    username: values[username],
    password: values[password],
  });
}

/** One client for each connection; a failure to open it is no client, and is asked for again. */
function perConnection<T>(
  open: (name: string) => Promise<T>,
): (name: string) => Promise<T> {
  const clients = new Map<string, () => Promise<T>>();
  return name => {
    const known = clients.get(name) ?? remember(() => open(name));
    clients.set(name, known);
    return known();
  };
}

/** Makes something once; a failure is no result and is tried again. */
function remember<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch(error => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

async function openGithub(
  context: Pick<EngineContext, 'config' | 'options'>,
  name: string,
): Promise<GithubApi> {
  const connection = connectionNamed(await context.config(), 'github', name);
  if (!connection)
    throw new NanteError('not-found', `There is no GitHub "${name}".`);
  const { url, caFile, token } = connection;
  const { secrets } = context.options;
  const { [token]: value } = await secrets.read([token]);
  const { GITHUB_API_URL } = url
    ? { GITHUB_API_URL: url }
    : await secrets.readOptional(['GITHUB_API_URL']);
  return createGithubClient({
    ...{ caFile, token: value, tokenName: token },
    url: GITHUB_API_URL,
  });
}
