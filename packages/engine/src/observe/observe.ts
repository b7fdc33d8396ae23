import type { CallOptions, LastHeard, MeshDevice } from '@nante/clients';
import {
  NanteError,
  type InfrastructureConfig,
  type LedgerEntry,
  type Observation,
} from '@nante/model';
import type { EngineContext } from '../context';
import { readLedger } from '../ledger/ledger';
import { deviceEntries } from '../mesh/devices';
import { readAllHosts } from '../store/hosts';
import { readAllServers } from '../store/servers';

/** How old the newest metric of a host may be that reports, in milliseconds. */
const reportingMs = 5 * 60_000;
/** How far to look back for the age of what is silent, in milliseconds. */
const lookBackMs = 7 * 24 * 3_600_000;
/** A device whose server does not say whether it is connected counts as online so long after it was seen. */
const onlineMs = 5 * 60_000;

/** A host of ours, made or onboarded. */
interface Known {
  app: string;
  environment: string;
  host: string;
  /** Open entries of its devices. */
  devices: LedgerEntry[];
}

/** What a system answered, or why it did not. */
type Asked<T> = { answer: T } | { problem: string };

const keyOf = (one: { app: string; environment: string; host: string }) =>
  `${one.app}/${one.environment}/${one.host}`;

/**
 * What mesh and telemetry say of all hosts and servers of ours: one request to each tailnet and two to each OpenObserve,
 * however many hosts there are. A system that does not answer is `unknown` for its hosts, and no error.
 */
export async function observe(
  context: EngineContext,
  options: CallOptions = {},
): Promise<Observation[]> {
  const [config, hosts] = [
    await context.config(),
    await knownHosts(context, options),
  ];
  const systems = new Map<string, Promise<Asked<unknown>>>();
  const once = <T>(key: string, ask: () => Promise<T>) => {
    const asked = systems.get(key) ?? attempt(ask, options);
    systems.set(key, asked);
    return asked as Promise<Asked<T>>;
  };
  const tailnet = (name: string) =>
    once(`mesh ${name}`, async () =>
      (await context.tailscale(name)).devices(options),
    );
  const openobserve = (name: string) =>
    once(`telemetry ${name}`, async () => {
      const api = await context.openobserve(name);
      const since = new Date(Date.now() - lookBackMs).toISOString();
      const [metrics, logs] = await Promise.all(
        (['metrics', 'logs'] as const).map(type =>
          api.lastHeard({ type, since }, options),
        ),
      );
      return { metrics: newest(metrics), logs: newest(logs) };
    });
  return Promise.all(
    hosts.map(async known => {
      const { app, environment, host, devices } = known;
      const place = config.environments[environment] as
        InfrastructureConfig['environments'][string] | undefined;
      const { mesh, telemetry } = place ?? {};
      return {
        ...{ app, environment, host },
        ...(mesh && { mesh: meshOf(devices, mesh, await tailnet(mesh)) }),
        ...(telemetry && {
          telemetry: telemetryOf(known, await openobserve(telemetry)),
        }),
        observedAt: new Date().toISOString(),
      };
    }),
  );
}

async function knownHosts(
  context: EngineContext,
  options: CallOptions,
): Promise<Known[]> {
  const store = await context.store();
  const [made, onboarded] = await Promise.all([
    readAllHosts(store, options),
    readAllServers(store, options),
  ]);
  const named = [
    ...made.map(({ workspace, document }) => ({
      ...{ workspace, document, names: Object.keys(document.hosts) },
    })),
    ...onboarded.map(({ workspace, document }) => ({
      ...{ workspace, document, names: Object.keys(document.servers) },
    })),
  ];
  const workspaces = [...new Set(named.map(({ workspace }) => workspace))];
  const ledgers = new Map(
    await Promise.all(
      workspaces.map(
        async of => [of, await readLedger(store, of, options)] as const,
      ),
    ),
  );
  return named.flatMap(({ workspace, document, names }) =>
    names.map(host => ({
      app: document.app,
      environment: document.environment,
      host,
      devices: deviceEntries(ledgers.get(workspace) ?? [], host),
    })),
  );
}

async function attempt<T>(
  ask: () => Promise<T>,
  { signal }: CallOptions,
): Promise<Asked<T>> {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (signal?.aborted || !NanteError.is(error)) throw error;
    return { problem: error.message };
  }
}

function meshOf(
  entries: readonly LedgerEntry[],
  connection: string,
  asked: Asked<MeshDevice[]>,
): Observation['mesh'] {
  const nothing = { addresses: [], tags: [] };
  // The last one: of the machine that the host is now.
  const entry = entries.findLast(one => one.connection === connection);
  if (!entry) return { state: 'absent', ...nothing };
  if ('problem' in asked)
    return { state: 'unknown', ...nothing, problem: asked.problem };
  if (!entry.outsideId)
    return {
      ...{ state: 'unknown' as const, ...nothing },
      problem:
        'It joined with a key that all hosts share, so its device is not known.',
    };
  const device = asked.answer.find(({ id }) => id === entry.outsideId);
  if (!device)
    return {
      ...{ state: 'absent' as const, ...nothing },
      problem: 'The tailnet does not list the device that our ledger has.',
    };
  const { name, addresses, tags, lastSeen } = device;
  const isOnline =
    device.online ?? Date.now() - Date.parse(lastSeen ?? '') < onlineMs;
  return {
    state: isOnline ? 'online' : 'offline',
    ...{ name, addresses, tags },
    ...(lastSeen && { lastSeen }),
  };
}

function telemetryOf(
  host: Known,
  asked: Asked<Record<'metrics' | 'logs', Map<string, string>>>,
): Observation['telemetry'] {
  if ('problem' in asked) return { state: 'unknown', problem: asked.problem };
  const { metrics, logs } = asked.answer;
  const [metricAt, logAt] = [metrics.get(keyOf(host)), logs.get(keyOf(host))];
  const isFresh =
    metricAt !== undefined && Date.now() - Date.parse(metricAt) < reportingMs;
  return {
    state: isFresh ? 'reporting' : 'unknown',
    ...(metricAt && { metricAt }),
    ...(logAt && { logAt }),
  };
}

/** Times by host. */
function newest(heard: readonly LastHeard[]): Map<string, string> {
  return new Map(heard.map(one => [keyOf(one), one.at]));
}
