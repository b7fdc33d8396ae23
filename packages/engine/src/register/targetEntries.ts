import type { OctopusApi, OctopusMachine, CallOptions } from '@nante/clients';
import type { HostRequest, LedgerEntry } from '@nante/model';
import { isOpen, targetEntryId } from '../ledger/ledger';

/** Target tag that every target of ours has: our mark. */
export const ourTag = 'nante';

/** A host, or a cluster, as its target is called after it. */
export type TargetHost = Pick<HostRequest, 'name' | 'app' | 'environment'>;

/** Name of a host's target: that of the host alone would meet those of other apps and environments. */
export function targetName({ name, environment, app }: TargetHost): string {
  return `${name}.${environment}.${app}`;
}

/** Open entries of a host's targets: of the machine that it is, and of machines that it was. */
export function targetEntries(
  entries: readonly LedgerEntry[],
  host: string,
): LedgerEntry[] {
  return entries.filter(
    entry =>
      entry.system === 'octopus' &&
      entry.kind === 'target' &&
      entry.host === host &&
      isOpen(entry),
  );
}

/** An entry before its state is known. */
export function targetEntry(
  connection: string,
  host: TargetHost,
  more: Pick<LedgerEntry, 'outsideId' | 'requestId' | 'runId' | 'thumbprint'>,
): Omit<LedgerEntry, 'state' | 'updatedAt'> {
  return {
    id: targetEntryId(connection, host.name),
    ...{ system: 'octopus', connection, kind: 'target', host: host.name },
    ...more,
    undo: `Remove the deployment target ${targetName(host)} from the Octopus ${connection}: nante deregister, or the page of its targets.`,
  };
}

/** What Octopus has under an entry of ours. */
export interface FoundTarget {
  /** Undefined when it is gone, or never was. */
  machine?: OctopusMachine;
  /** In what machine, name and ledger disagree; empty when the machine is ours. */
  problems: string[];
}

/**
 * Asks Octopus for the target of an open entry: by its id; where a run was killed before it knew that, by name, thumbprint
 * and our tag together.
 *
 * @throws NanteError `unreachable` and the like
 */
export async function findTarget(
  api: OctopusApi,
  entry: LedgerEntry,
  name: string,
  options?: CallOptions,
): Promise<FoundTarget> {
  if (entry.outsideId) {
    const machine = await api.machine(entry.outsideId, options);
    return {
      machine,
      problems: machine ? disagreement(machine, entry, name) : [],
    };
  }
  const namesake = await api.findMachine(name, options);
  const isOurs =
    namesake?.roles.includes(ourTag) &&
    sameThumbprint(namesake.thumbprint, entry.thumbprint);
  return { machine: isOurs ? namesake : undefined, problems: [] };
}

function disagreement(
  machine: OctopusMachine,
  entry: LedgerEntry,
  name: string,
): string[] {
  const isKnown = sameThumbprint(machine.thumbprint, entry.thumbprint);
  // A run that was killed while it changed the thumbprint has left either; our tag then has to do.
  const isBetween =
    entry.state === 'intended' && machine.roles.includes(ourTag);
  return [
    ...(machine.name === name
      ? []
      : [`Octopus calls it ${machine.name}, not ${name}`]),
    ...(isKnown || isBetween
      ? []
      : [
          `Octopus knows it by the thumbprint ${machine.thumbprint ?? '(none)'}, our ledger by ${entry.thumbprint ?? '(none)'}`,
        ]),
  ];
}

/** The same certificate or host key, however it is written. */
export function sameThumbprint(
  a: string | undefined,
  b: string | undefined,
): boolean {
  return normal(a) === normal(b);
}

/** Hexadecimal digits know no case and no colons; base64 does. */
function normal(thumbprint = ''): string {
  const bare = thumbprint.replace(/^(SHA256|MD5):/i, '').replace(/=+$/, '');
  return /^[0-9a-f:]+$/i.test(bare)
    ? bare.replaceAll(':', '').toLowerCase()
    : bare;
}
