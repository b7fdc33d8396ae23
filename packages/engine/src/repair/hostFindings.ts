import type {
  CallOptions,
  MeshDevice,
  ProxmoxApi,
  ProxmoxGuest,
  ProxmoxSnapshot,
} from '@nante/clients';
import {
  NanteError,
  type DesiredHost,
  type InfrastructureConfig,
  type LedgerEntry,
  type OnboardedServer,
  type RunDocument,
} from '@nante/model';
import { assertOurs, noStamp } from '../ledger/agreement';
import { isOpen, openEntryOf } from '../ledger/ledger';
import { deviceEntries, findDevice } from '../mesh/devices';
import { moduleAddress } from '../provision/desired';
import { staticAddress } from '../provision/reserve';
import {
  findTarget,
  targetEntries,
  targetName,
  type FoundTarget,
} from '../register/targetEntries';
import {
  addressKey,
  claimant,
  isSameOwner,
  vmIdKey,
  type ReservationOwner,
} from '../reservations/reservations';
import {
  guestsInState,
  isUnfinished,
  type StateGuest,
} from '../terraform/stateDocument';
import { fact, valueOf, type Fact } from './fact';
import type { Records } from './findings';

/** What is known of one host of a run. */
export interface HostFindings {
  name: string;
  /** Id, kind and request of its guest, by whichever of our records knows them; undefined where none does. */
  identity: Pick<DesiredHost, 'vm_id' | 'request_id' | 'kind'> | undefined;
  /** Request that has the name now, where it is not the run's own. */
  takenBy: string | undefined;
  desired: Fact<DesiredHost | undefined>;
  /** Open entry of its guest in the ledger. */
  entry: Fact<LedgerEntry | undefined>;
  guest: Fact<FoundGuest>;
  /** Address of its module in the Terraform root. */
  module: string;
  inState: Fact<StateGuest[]>;
  /** Static address by the records; undefined with DHCP, or where none was chosen. */
  address: string | undefined;
  /** Claims that the request holds. */
  claims: Fact<{ vmId?: number; address?: string }>;
  server: Fact<OnboardedServer | undefined>;
  /** Open entry of a server that was, or was about to be, onboarded. */
  serverEntry: LedgerEntry | undefined;
  configuration: LedgerEntry | undefined;
  /** Devices of the host that may be in a mesh, by the ledger. */
  devices: { entry: LedgerEntry; found: Fact<MeshDevice | undefined> }[];
  /** Deployment targets that the host may be, by the ledger. */
  targets: { entry: LedgerEntry; found: Fact<FoundTarget> }[];
  /** The snapshot that the run is about; undefined where it is about none. */
  snapshot: Fact<ProxmoxSnapshot | undefined> | undefined;
}

export interface FoundGuest {
  /** Undefined when it is not there, as far as our token sees. */
  guest: ProxmoxGuest | undefined;
  /** In what stamp, id and ledger do not agree; empty when the guest is provably ours. */
  problems: string[];
  /** Its creation never ended, so that it may lack its stamp. */
  isUnfinished?: boolean;
}

/** Looks at one host. */
export async function findHost(
  records: Records,
  name: string,
  made: RunDocument,
  options?: CallOptions,
): Promise<HostFindings> {
  const { config, context, run, ownerId } = records;
  const stands = mapFact(records.desired, ({ hosts }) => hosts[name]);
  const open = mapFact(records.ledger, entries => openEntryOf(entries, name));
  const isForeign = (id: string | undefined) =>
    ownerId !== undefined && id !== undefined && id !== ownerId;
  const takenBy = [valueOf(stands)?.request_id, valueOf(open)?.requestId].find(
    isForeign,
  );
  const own = <T>(found: Fact<T | undefined>, id?: string) =>
    isForeign(id) ? { known: true as const, value: undefined } : found;
  const desired = own(stands, valueOf(stands)?.request_id);
  const entry = own(open, valueOf(open)?.requestId);
  const identity = identityOf(valueOf(desired), valueOf(entry), made);
  const kind = identity?.kind ?? run.hostKind ?? 'vm';
  const module = moduleAddress(name, { kind });
  const proxmox = () => context.proxmox(connectionName(config, run));
  const wanted = valueOf(desired);
  const address =
    (wanted ? staticAddress(wanted) : made.reserved?.address) ?? undefined;
  const inState = mapFact(records.state, state =>
    // The address belongs to the name, and so to whoever has it.
    takenBy ? [] : guestsInState(state, module),
  );
  const guest = await fact(async () =>
    identity
      ? lookAtGuest(await proxmox(), records, name, {
          identity,
          entry: valueOf(entry),
          isRecorded: Boolean(valueOf(desired) ?? valueOf(entry)),
          isUnfinished: isUnfinished(valueOf(entry), valueOf(inState) ?? []),
          options,
        })
      : { guest: undefined, problems: [] },
  );
  const entries = valueOf(records.ledger) ?? [];
  const there = valueOf(guest)?.guest;
  return {
    name,
    identity,
    takenBy,
    desired,
    entry,
    guest,
    module,
    inState,
    address,
    claims: await fact(() =>
      findClaims(
        records,
        {
          workspace: run.workspace,
          host: name,
          requestId: identity?.request_id ?? made.id,
        },
        { vmId: identity?.vm_id, address },
        options,
      ),
    ),
    server: mapFact(records.servers, ({ servers }) =>
      isForeign(servers[name]?.request_id) ? undefined : servers[name],
    ),
    serverEntry: entries.findLast(
      found => found.host === name && found.system === 'ssh' && isOpen(found),
    ),
    configuration: entries.findLast(
      ({ host, kind: what }) => host === name && what === 'configuration',
    ),
    devices: await Promise.all(
      deviceEntries(entries, name).map(async found => ({
        entry: found,
        found: await fact(() =>
          findDevice(context, config, run.environment, found, options),
        ),
      })),
    ),
    targets: await Promise.all(
      targetEntries(entries, name).map(async found => ({
        entry: found,
        found: await fact(async () =>
          findTarget(
            await context.octopus(found.connection),
            found,
            targetName({ ...run, name }),
            options,
          ),
        ),
      })),
    ),
    snapshot:
      run.kind === 'snapshot'
        ? await fact(async () => {
            if (!there) return undefined;
            const { node, kind: what, vmId } = there;
            const api = await proxmox();
            const all = await api.snapshots(node, what, vmId, options);
            return all.find(({ name: of }) => of === run.inputs.snapshot);
          })
        : undefined,
  };
}

function identityOf(
  desired: DesiredHost | undefined,
  entry: LedgerEntry | undefined,
  made: RunDocument,
): HostFindings['identity'] {
  if (desired) return desired;
  if (entry)
    return {
      vm_id: Number(entry.outsideId),
      request_id: entry.requestId,
      kind: entry.kind === 'lxc' ? 'lxc' : 'vm',
    };
  return (
    made.reserved && {
      vm_id: made.reserved.vmId,
      request_id: made.id,
      kind: made.hostKind ?? 'vm',
    }
  );
}

async function lookAtGuest(
  proxmox: ProxmoxApi,
  { run, guests }: Records,
  name: string,
  given: {
    identity: NonNullable<HostFindings['identity']>;
    entry: LedgerEntry | undefined;
    isRecorded: boolean;
    isUnfinished: boolean;
    options?: CallOptions;
  },
): Promise<FoundGuest> {
  const { identity, entry, isRecorded } = given;
  if (!guests.known) throw new NanteError('unreachable', guests.why);
  const guest = guests.value.find(({ vmId }) => vmId === identity.vm_id);
  if (!guest) {
    if (await proxmox.isIdFree(identity.vm_id, given.options))
      return { guest: undefined, problems: [] };
    throw new NanteError(
      'unauthorized',
      `The id ${identity.vm_id} is taken in Proxmox by a guest that our token may not see.`,
      { hint: 'Give the token VM.Audit on it.' },
    );
  }
  const { app, environment } = run;
  const claimed = { app, environment, name, desired: identity, entry };
  try {
    await assertOurs(proxmox, guest, claimed);
    return { guest, problems: [] };
  } catch (error) {
    const problems = NanteError.is(error) && error.details?.problems;
    if (!Array.isArray(problems)) throw error;
    if (given.isUnfinished && `${problems}` === noStamp)
      return { guest, problems: [], isUnfinished: true };
    const isStranger = problems.some(problem => /stamp/.test(problem));
    // An id that we only once reserved may be somebody else's by now.
    if (!isRecorded && isStranger) return { guest: undefined, problems: [] };
    return { guest, problems };
  }
}

/** Which of a guest id and an address a request holds. */
async function findClaims(
  { config, store, run }: Records,
  owner: ReservationOwner,
  { vmId, address }: { vmId?: number; address?: string },
  options?: CallOptions,
): Promise<{ vmId?: number; address?: string }> {
  const holds = async (key: string) => {
    const by = await claimant(store, key, options);
    return by !== undefined && isSameOwner(by, owner);
  };
  const connection = connectionName(config, run);
  const holdsId = vmId && (await holds(vmIdKey(connection, vmId)));
  const holdsAddress =
    address && (await holds(addressKey(run.environment, address)));
  return {
    ...(holdsId ? { vmId } : {}),
    ...(holdsAddress ? { address } : {}),
  };
}

function mapFact<T, U>(found: Fact<T>, map: (value: T) => U): Fact<U> {
  return found.known ? { known: true, value: map(found.value) } : found;
}

/**
 * Name of the Proxmox of a run's environment.
 *
 * @throws NanteError `not-found` when the configuration has the environment no more
 */
export function connectionName(
  config: InfrastructureConfig,
  { environment }: Pick<RunDocument, 'environment'>,
): string {
  const found = config.environments[environment];
  if (found) return found.connection;
  throw new NanteError(
    'not-found',
    `There is no environment "${environment}" any more.`,
  );
}
