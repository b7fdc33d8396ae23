import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { CallOptions, ObjectStore, ProxmoxGuest } from '@nante/clients';
import {
  proxmoxOf,
  operationLockSchema,
  type InfrastructureConfig,
  type LedgerEntry,
  type OperationLock,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import { readLedger } from '../ledger/ledger';
import { readDocument } from '../store/documents';
import { readHosts } from '../store/hosts';
import { lockKey } from '../store/keys';
import { readServers } from '../store/servers';
import { liveChild } from '../terraform/child';
import { workspacePaths } from '../terraform/root';
import { readState } from '../terraform/stateDocument';
import { describeStateLock, readStateLock } from '../terraform/stateLock';
import { fact, valueOf, type Fact } from './fact';
import { connectionName, findHost, type HostFindings } from './hostFindings';

/** Everything that can be found out about a run now, without changing anything. */
export interface Findings {
  run: RunDocument;
  /** The run that this one repairs, where it repairs one. */
  repaired: RunDocument | undefined;
  hosts: HostFindings[];
  lock: Fact<OperationLock | undefined>;
  /** Who holds Terraform's own lock. */
  stateLock: Fact<string | undefined>;
  /** A Terraform of the workspace that works on this machine. */
  terraform: Fact<string | undefined>;
  /** A state that could not be uploaded: where it lies. */
  stranded: { machine: string; path: string; isHere: boolean } | undefined;
  /** Nothing may be changed in the Proxmox of the environment. */
  isReadOnly: boolean;
}

/** What every host of a workspace is looked up in. */
export interface Records {
  context: EngineContext;
  config: InfrastructureConfig;
  store: ObjectStore;
  run: RunDocument;
  /** Request whose things count; undefined where the run works on a host whoever made it. */
  ownerId: string | undefined;
  desired: Fact<Awaited<ReturnType<typeof readHosts>>>;
  ledger: Fact<LedgerEntry[]>;
  state: Fact<Awaited<ReturnType<typeof readState>>>;
  servers: Fact<Awaited<ReturnType<typeof readServers>>>;
  /** Guests that our token sees, asked once for all hosts. */
  guests: Fact<ProxmoxGuest[]>;
}

/** Looks at everything that a run made or meant to make. */
export async function findOut(
  context: EngineContext,
  run: RunDocument,
  options?: CallOptions,
): Promise<Findings> {
  const { workspace, app, environment } = run;
  const [config, store] = [await context.config(), await context.store()];
  const paths = workspacePaths(context.options.workDirectory, workspace);
  const repaired = run.repairs
    ? await context.runs.get(run.repairs, options)
    : undefined;
  const [desired, ledger, state, servers, guests, lock, stateLock, terraform] =
    await Promise.all([
      fact(() => readHosts(store, workspace, app, environment, options)),
      fact(() => readLedger(store, workspace, options)),
      fact(() => readState(store, workspace, options)),
      fact(() => readServers(store, workspace, app, environment, options)),
      fact(async () => {
        const proxmox = await context.proxmox(connectionName(config, run));
        return (await proxmox.resources(options)).guests;
      }),
      fact(async () => {
        const key = lockKey(workspace);
        const found = await readDocument(
          store,
          key,
          operationLockSchema,
          options,
        );
        return found?.value.state === 'held' ? found.value : undefined;
      }),
      fact(async () => {
        const info = await readStateLock(store, workspace);
        return info && describeStateLock(info);
      }),
      fact(async () => {
        const child = await liveChild(paths);
        return child && `${child.purpose} (process ${child.pid})`;
      }),
    ]);
  const records: Records = {
    context,
    config,
    store,
    run,
    ownerId: madeBy(repaired ?? run),
    desired,
    ledger,
    state,
    servers,
    guests,
  };
  const hosts: HostFindings[] = [];
  // One after the other: a run has one host, or some that a person chose.
  for (const name of run.hosts ?? [run.host])
    hosts.push(await findHost(records, name, repaired ?? run, options));
  const connection =
    config.environments[environment] && proxmoxOf(config, environment);
  return {
    run,
    repaired,
    hosts,
    lock,
    stateLock,
    terraform,
    stranded: strandedState(valueOf(lock), paths.erroredState),
    isReadOnly: connection?.readOnly ?? false,
  };
}

/** The request whose things a run made; other kinds of runs work on what another request made. */
function madeBy(run: RunDocument): string | undefined {
  return run.kind === 'provision' || run.kind === 'onboard'
    ? run.id
    : undefined;
}

function strandedState(
  lock: OperationLock | undefined,
  erroredState: string,
): Findings['stranded'] {
  if (lock?.strandedState) {
    const { machine, path } = lock.strandedState;
    return {
      machine,
      path,
      isHere: machine === hostname() && existsSync(path),
    };
  }
  return existsSync(erroredState)
    ? { machine: hostname(), path: erroredState, isHere: true }
    : undefined;
}
