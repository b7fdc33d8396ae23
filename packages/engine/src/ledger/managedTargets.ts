import type { CallOptions, ObjectStore } from '@nante/clients';
import {
  hostsDocumentSchema,
  serversDocumentSchema,
  type LedgerEntry,
} from '@nante/model';
import type { EngineContext } from '../context';
import { readDocument } from '../store/documents';
import {
  hostsKey,
  parseLedgerKey,
  recordsPrefix,
  serversKey,
} from '../store/keys';
import type { ManagedTarget } from '../types';
import { isOpen, readLedger } from './ledger';

type Place = Pick<ManagedTarget, 'app' | 'environment'>;

/** See `Engine.managedTargets`. */
export async function managedTargets(
  context: Pick<EngineContext, 'runs' | 'store'>,
  options?: CallOptions,
): Promise<ManagedTarget[]> {
  const store = await context.store();
  const keys = new Set(
    (await store.list(recordsPrefix, options)).map(({ key }) => key),
  );
  const workspaces = [...keys].flatMap(key => parseLedgerKey(key) ?? []);
  const found = await Promise.all(
    workspaces.map(async workspace => {
      const entries = await readLedger(store, workspace, options);
      const targets = entries.filter(isTarget);
      if (targets.length === 0) return [];
      const place = await placeOf(store, workspace, keys, options);
      return Promise.all(
        targets.map(async entry => {
          const at = place ?? (await placeOfRun(context, entry, options));
          return at && toTarget(at, entry);
        }),
      );
    }),
  );
  return found.flat().filter(target => target !== undefined);
}

function isTarget(entry: LedgerEntry): boolean {
  return (
    entry.system === 'octopus' &&
    entry.kind === 'target' &&
    entry.outsideId !== '' &&
    isOpen(entry)
  );
}

/** App and environment of a workspace out of its documents: its name alone can be split in more than one way. */
async function placeOf(
  store: ObjectStore,
  workspace: string,
  keys: ReadonlySet<string>,
  options?: CallOptions,
): Promise<Place | undefined> {
  const [hosts, servers] = await Promise.all([
    keys.has(hostsKey(workspace))
      ? readDocument(store, hostsKey(workspace), hostsDocumentSchema, options)
      : undefined,
    keys.has(serversKey(workspace))
      ? readDocument(
          store,
          serversKey(workspace),
          serversDocumentSchema,
          options,
        )
      : undefined,
  ]);
  return (hosts ?? servers)?.value;
}

/** A cluster is no host and stands in no document: the run that registered it says where it belongs. */
async function placeOfRun(
  { runs }: Pick<EngineContext, 'runs'>,
  { runId }: LedgerEntry,
  options?: CallOptions,
): Promise<Place | undefined> {
  return runs.get(runId, options).catch(() => undefined);
}

function toTarget(place: Place, entry: LedgerEntry): ManagedTarget {
  const { host, connection, outsideId, thumbprint, requestId, runId } = entry;
  return {
    app: place.app,
    environment: place.environment,
    ...{ host, connection, machineId: outsideId, thumbprint },
    ...{ requestId, runId },
  };
}
