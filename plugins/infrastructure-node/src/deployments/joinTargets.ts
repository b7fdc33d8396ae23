import type { OctopusMachine } from '@nante/clients';
import type { ManagedTarget } from '@nante/engine';
import { type HostRecord, pickRecords } from '../records/records';
import type { JoinedTarget } from './deploymentTypes';

/**
 * Joins our targets with machines of Octopus by connection and recorded id, and with hosts by our own record. A name alone
 * joins nothing: whoever may register machines chooses names.
 *
 * @param machinesOf - machines of a connection; undefined while it never answered
 */
export function joinTargets(
  targets: ManagedTarget[],
  hosts: HostRecord[],
  machinesOf: (connection: string) => OctopusMachine[] | undefined,
): JoinedTarget[] {
  const byId = new Map<string, Map<string, OctopusMachine>>();
  const machine = ({ connection, machineId }: ManagedTarget) => {
    const known =
      byId.get(connection) ??
      new Map((machinesOf(connection) ?? []).map(item => [item.id, item]));
    byId.set(connection, known);
    return known.get(machineId);
  };
  return targets.map(target => ({
    target,
    machine: machine(target),
    host: pickRecords(hosts, [{ ...target, name: target.host }])[0],
  }));
}

/**
 * What our record and Octopus disagree about.
 *
 * @param asked - Octopus has said which targets there are
 * @returns one sentence, or undefined
 */
export function disagreementOf(
  { target, machine }: JoinedTarget,
  asked: boolean,
): string | undefined {
  if (!machine) {
    return asked
      ? `We registered it as ${target.machineId}, and Octopus has no such target any more; register the host again.`
      : undefined;
  }
  if (
    target.thumbprint &&
    machine.thumbprint &&
    target.thumbprint.toLowerCase() !== machine.thumbprint.toLowerCase()
  ) {
    return 'Octopus knows it by another certificate or host key than the one that we registered; nothing is deployed to it safely until it is registered again.';
  }
  return undefined;
}
