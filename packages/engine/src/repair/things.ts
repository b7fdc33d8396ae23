import type { RunThing } from '@nante/model';
import type { FoundTarget } from '../register/targetEntries';
import { sizeText } from '../resize/guestSize';
import { valueOf, type Fact } from './fact';
import type { Findings } from './findings';
import type { FoundGuest, HostFindings } from './hostFindings';

/** What exists of a run and what is missing, for a person. */
export function thingsOf(findings: Findings): RunThing[] {
  const { run, stranded, lock, stateLock, terraform } = findings;
  return [
    ...findings.hosts.flatMap(host => hostThings(findings, host)),
    ...(stranded
      ? [
          thing('stranded-state', 'Terraform state that was not uploaded', {
            state: 'exists',
            detail: `lies on ${stranded.machine} at ${stranded.path}; whatever runs there next uploads it first`,
          }),
        ]
      : []),
    ...whereThere(terraform, 'terraform', 'Terraform at work'),
    fromFact('lock', `Lock of ${run.workspace}`, lock, held =>
      held
        ? {
            state: 'exists',
            detail: `held by ${held.holder} (run ${held.runId}${held.link ? `, ${held.link}` : ''}) since ${held.acquiredAt}`,
          }
        : { state: 'missing', detail: 'nobody holds it' },
    ),
    ...whereThere(stateLock, 'state-lock', "Terraform's own lock"),
  ];
}

/** A guest in words: `VM 20001 (web-1)`. */
export function guestTitle({ identity, name }: HostFindings): string {
  const what = identity?.kind === 'lxc' ? 'Container' : 'VM';
  return `${what} ${identity?.vm_id ?? ''} (${name})`.replace('  ', ' ');
}

function hostThings(
  { run, terraform }: Findings,
  host: HostFindings,
): RunThing[] {
  const { name, identity } = host;
  const isServer =
    run.kind === 'onboard' ||
    (host.server.known && host.server.value !== undefined);
  const asksForRoles =
    run.kind === 'configure' || isFilled(run.inputs.roles ?? []);
  return [
    ...(host.takenBy
      ? [
          thing(`name:${name}`, `The name ${name}`, {
            state: 'disagrees',
            detail: `belongs to request ${host.takenBy}, not to this run; nothing of that is shown or touched here`,
          }),
        ]
      : []),
    ...(isServer
      ? [
          fromFact(
            `server:${name}`,
            `Onboarded server ${name}`,
            host.server,
            server =>
              server
                ? {
                    state: 'exists',
                    detail: `${server.user}@${server.address}, port ${server.port}`,
                  }
                : {
                    state: 'missing',
                    detail: host.serverEntry
                      ? `begun and not finished: ${host.serverEntry.state} in the ledger`
                      : 'not in our records',
                  },
          ),
        ]
      : []),
    ...(identity ? guestThings(host, valueOf(terraform)) : []),
    ...(asksForRoles || host.configuration ? [configurationThing(host)] : []),
    ...host.devices.map(({ entry, found }) =>
      fromFact(
        `device:${name}`,
        `Device of ${name} in the tailnet ${entry.connection}`,
        found,
        device =>
          device
            ? { state: 'exists', detail: device.name }
            : { state: 'missing', detail: 'the tailnet does not list it' },
      ),
    ),
    ...host.targets.map(({ entry, found }) =>
      fromFact(
        `target:${name}`,
        `Deployment target of ${name} in the Octopus ${entry.connection}`,
        found,
        targetStanding,
      ),
    ),
    ...(host.snapshot
      ? [
          fromFact(
            `snapshot:${name}`,
            `Snapshot ${String(run.inputs.snapshot)}`,
            host.snapshot,
            snapshot => (snapshot ? { state: 'exists' } : { state: 'missing' }),
          ),
        ]
      : []),
  ];
}

function guestThings(
  host: HostFindings,
  working: string | undefined,
): RunThing[] {
  const { name, identity, module, address } = host;
  return [
    fromFact(`guest:${name}`, guestTitle(host), host.guest, found =>
      guestStanding(found, working),
    ),
    fromFact(
      `state:${name}`,
      `Terraform state of ${module}`,
      host.inState,
      guests => {
        if (guests.length === 0)
          return { state: 'missing', detail: 'the state does not know it' };
        const other = guests.find(
          ({ vmId }) => vmId !== undefined && vmId !== identity?.vm_id,
        );
        if (other)
          return {
            state: 'disagrees',
            detail: `the state says id ${other.vmId}`,
          };
        return {
          state: 'exists',
          detail: guests.some(({ isTainted }) => isTainted)
            ? 'its creation never ended'
            : undefined,
        };
      },
    ),
    fromFact(
      `desired:${name}`,
      `${name} in hosts.json`,
      host.desired,
      desired =>
        desired
          ? {
              state: 'exists',
              detail: sizeText(desired),
            }
          : { state: 'missing' },
    ),
    fromFact(`ledger:${name}`, `${name} in the ledger`, host.entry, entry =>
      entry
        ? {
            state: 'exists',
            detail: `${entry.kind} ${entry.outsideId}: ${entry.state}`,
          }
        : { state: 'missing', detail: 'no open entry' },
    ),
    claimThing(host, `Guest id ${identity?.vm_id}`, 'vmId'),
    ...(address ? [claimThing(host, `Address ${address}`, 'address')] : []),
  ];
}

function guestStanding(
  { guest, problems, isUnfinished }: FoundGuest,
  working: string | undefined,
): Standing {
  if (!guest)
    return working
      ? { state: 'unknown', detail: `not there yet; ${working} still works` }
      : { state: 'missing', detail: 'not in Proxmox' };
  const place = `on ${guest.node}, ${guest.status}`;
  if (problems.length > 0)
    return working
      ? { state: 'unknown', detail: `${place}; ${working} still works on it` }
      : {
          state: 'disagrees',
          detail: `${place}; not provably ours: ${problems.join('; ')}`,
        };
  return {
    state: 'exists',
    detail: isUnfinished
      ? `${place}; its creation never ended, so that it bears no stamp; id, ledger and state agree`
      : `${place}; stamp, id and ledger agree`,
  };
}

function targetStanding({ machine, problems }: FoundTarget): Standing {
  if (!machine) return { state: 'missing', detail: 'Octopus does not have it' };
  const title = `${machine.name} (${machine.id})`;
  return problems.length > 0
    ? {
        state: 'disagrees',
        detail: `${title}; not provably ours: ${problems.join('; ')}`,
      }
    : { state: 'exists', detail: `${title}, ${machine.health}` };
}

function claimThing(
  { name, claims }: HostFindings,
  title: string,
  what: 'vmId' | 'address',
): RunThing {
  return fromFact(`claim-${what}:${name}`, title, claims, held =>
    held[what] === undefined
      ? { state: 'missing', detail: 'not claimed' }
      : { state: 'exists', detail: 'claimed for this host' },
  );
}

/** The ledger alone knows what was configured: nobody logs in to the host for this. */
function configurationThing({ name, configuration }: HostFindings): RunThing {
  const title = `Configuration of ${name}`;
  switch (configuration?.state) {
    case 'created':
    case 'adopted':
      return thing(`configuration:${name}`, title, {
        state: 'exists',
        detail: `applied ${configuration.updatedAt}`,
      });
    case 'intended':
    case 'left behind':
      return thing(`configuration:${name}`, title, {
        state: 'unknown',
        detail: `begun ${configuration.updatedAt} and not finished; only a repeat can tell how far it came`,
      });
    default:
      return thing(`configuration:${name}`, title, {
        state: 'missing',
        detail: 'never applied',
      });
  }
}

type Standing = Pick<RunThing, 'state' | 'detail'>;

function thing(id: string, title: string, standing: Standing): RunThing {
  return { id, title, ...standing };
}

function fromFact<T>(
  id: string,
  title: string,
  found: Fact<T>,
  judge: (value: T) => Standing,
): RunThing {
  return thing(
    id,
    title,
    found.known ? judge(found.value) : { state: 'unknown', detail: found.why },
  );
}

/** A thing that is worth a line only where it is there, or where nobody knows. */
function whereThere(
  found: Fact<string | undefined>,
  id: string,
  title: string,
): RunThing[] {
  if (found.known && found.value === undefined) return [];
  return [fromFact(id, title, found, detail => ({ state: 'exists', detail }))];
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
