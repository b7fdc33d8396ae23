import type { ObjectStore } from '@nante/clients';
import {
  NanteError,
  type InfrastructureConfig,
  type LedgerEntry,
  type OnboardRequest,
} from '@nante/model';
import { isOpen, readLedger, writeEntry } from '../ledger/ledger';
import type { EngineContext } from '../context';
import type { Lease } from '../lock/lease';
import { leaveDevicesAlone } from '../mesh/leaveMesh';
import type { Run } from '../operation/executeRun';
import { leaveTargetsAlone } from '../register/removeTargets';
import { isInSubnet } from '../reservations/addresses';
import { addressKey, claim, release } from '../reservations/reservations';
import { patiently } from '../store/documents';
import { commitServer, readServers } from '../store/servers';

type Server = Pick<OnboardRequest, 'name' | 'app' | 'environment'>;

const outsideId = ({ address, port }: { address: string; port: number }) =>
  `${address}:${port}`;

/** The entry of an onboarding of the same server that did not get to its end, by whichever request. */
function begunEntry(
  entries: readonly LedgerEntry[],
  request: Pick<OnboardRequest, 'name' | 'address' | 'port'>,
): LedgerEntry | undefined {
  return entries.findLast(
    entry =>
      entry.system === 'ssh' &&
      entry.state === 'intended' &&
      entry.host === request.name &&
      entry.outsideId === outsideId(request),
  );
}

/**
 * The entry that a request goes on with: of an onboarding that did not get to its end, or of the one that ended after the
 * same check, which this request repeats.
 */
export async function ownEntry(
  runs: Pick<EngineContext['runs'], 'get'>,
  entries: readonly LedgerEntry[],
  request: Pick<OnboardRequest, 'name' | 'address' | 'port' | 'checkedRunId'>,
): Promise<LedgerEntry | undefined> {
  const begun = begunEntry(entries, request);
  if (begun || request.checkedRunId === undefined) return begun;
  const adopted = entries.findLast(
    entry =>
      entry.system === 'ssh' &&
      entry.state === 'adopted' &&
      entry.host === request.name &&
      entry.outsideId === outsideId(request),
  );
  const run = adopted?.runId ? await runs.get(adopted.runId) : undefined;
  return run?.inputs.checkedRunId === request.checkedRunId
    ? adopted
    : undefined;
}

/**
 * Writes that the server is about to be taken into our care, and claims its address, so that no pool hands it out.
 *
 * @returns the entry, to be given to `adoptServer`
 * @throws NanteError `conflict` when the address belongs to another host
 */
export async function intendServer(
  run: Pick<Run, 'store' | 'config' | 'recorder' | 'context'>,
  lease: Pick<Lease, 'assertHeld'>,
  request: OnboardRequest,
  hostKeys: string[],
): Promise<LedgerEntry> {
  const { store, config, recorder, context } = run;
  const { id: runId, workspace } = recorder.document;
  const { name, address, environment, adminUser, roles } = request;
  const begun = await ownEntry(
    context.runs,
    await readLedger(store, workspace),
    request,
  );
  // It is in our care, and stays so whatever becomes of the repeat.
  if (begun?.state === 'adopted') return begun;
  const stays = [
    ...(adminUser ? [`the administrator ${adminUser}`] : []),
    ...roles.map(role => `what the role ${role.name} has set up`),
  ];
  const entry: LedgerEntry = {
    id: `ssh/${environment}/server/${outsideId(request)}`,
    ...{ system: 'ssh', connection: environment, kind: 'server' },
    ...{ outsideId: outsideId(request), host: name },
    // A request that goes on with what another began, goes on with its records too.
    requestId: begun?.requestId ?? request.requestId,
    ...{ runId, state: 'intended', hostKeys, address },
    undo: `Take ${name} out of our records.${stays.length ? ` On the server stay ${stays.join(', ')}.` : ''}`,
    updatedAt: '',
  };
  await lease.assertHeld();
  const owner = { workspace, host: name, requestId: entry.requestId };
  if (!(await claim(store, claimKey(config, request), owner)))
    throw new NanteError(
      'conflict',
      `${address} is claimed by another host of ours.`,
      { hint: 'Nothing was changed. Look at the address.' },
    );
  await writeEntry(store, workspace, entry);
  return entry;
}

/** Writes that the server is in our care. */
export async function adoptServer(
  run: Pick<Run, 'store' | 'recorder' | 'context'>,
  lease: Pick<Lease, 'assertHeld'>,
  request: OnboardRequest,
  entry: LedgerEntry,
): Promise<void> {
  const { store, recorder, context } = run;
  const { workspace } = recorder.document;
  const { app, environment, name, owner, address, port, roles } = request;
  const { servers } = await readServers(store, workspace, app, environment);
  // Left out: a server that is a target stays one.
  const target = request.target ?? servers[name]?.target;
  await lease.assertHeld();
  await patiently(async () => {
    await commitServer(store, workspace, app, environment, name, {
      request_id: entry.requestId,
      ...{ owner, address, port, user: request.loginUser, roles },
      ...(target && { target }),
      ...(request.guest && {
        guest: {
          connection: request.guest.connection,
          vm_id: request.guest.vmId,
        },
      }),
    });
    await writeEntry(store, workspace, { ...entry, state: 'adopted' });
  }, 5 * context.timing.lockTtlMs);
}

/**
 * Takes a server out of our records, onboarded wholly or in part; repeating it is harmless. The server itself is not
 * touched: what was set up on it stays.
 *
 * @returns false when our records have nothing of it
 */
export async function forgetServer(
  run: Pick<Run, 'store' | 'config' | 'recorder' | 'context'>,
  lease: Pick<Lease, 'assertHeld'>,
  server: Server,
): Promise<boolean> {
  const { store, config, recorder, context } = run;
  const { id: runId, workspace } = recorder.document;
  const { name, app, environment } = server;
  const open = (await readLedger(store, workspace)).filter(
    entry =>
      entry.host === name &&
      // What Ansible made of it goes with it.
      (entry.system === 'ssh' || entry.system === 'ansible') &&
      isOpen(entry),
  );
  const entry = open.findLast(({ system }) => system === 'ssh');
  const document = await readServers(store, workspace, app, environment);
  const known = document.servers[name];
  if (!entry && !known) return false;
  await lease.assertHeld();
  const address = known?.address ?? entry?.address;
  const requestId = known?.request_id ?? entry?.requestId;
  await patiently(async () => {
    await commitServer(store, workspace, app, environment, name, undefined);
    if (address && requestId)
      await release(store, claimKey(config, { environment, address }), {
        ...{ workspace, host: name, requestId },
      });
    for (const one of open)
      await writeEntry(store, workspace, { ...one, runId, state: 'removed' });
    // The server is in its mesh still, and would be out of reach without.
    await leaveDevicesAlone(run, name);
    await leaveTargetsAlone(run, name);
  }, 5 * context.timing.lockTtlMs);
  return true;
}

/** Open entry of a server, the newest. */
export async function openServerEntry(
  store: ObjectStore,
  workspace: string,
  name: string,
): Promise<LedgerEntry | undefined> {
  return (await readLedger(store, workspace)).findLast(
    entry => entry.system === 'ssh' && entry.host === name && isOpen(entry),
  );
}

/** The claim stands where the environment looks that hands the address out. */
function claimKey(
  config: InfrastructureConfig,
  { environment, address }: { environment: string; address: string },
): string {
  const home = Object.entries(config.environments).find(([, { subnet }]) =>
    isInSubnet(subnet, address),
  );
  return addressKey(home?.[0] ?? environment, address);
}
