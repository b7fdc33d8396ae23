import type { NewMachine, OctopusMachine } from '@nante/clients';
import { sameThumbprint } from './targetEntries';

/** What has to change of a target, and the same for a person. */
export interface TargetChanges {
  change: Partial<NewMachine>;
  /** One line each; empty where it is as it is wanted. */
  texts: string[];
}

/** Compares a target with what is wanted; order does not count, and a policy that nobody spoke of stays. */
export function targetChanges(
  machine: OctopusMachine,
  wanted: NewMachine,
): TargetChanges {
  const changes: TargetChanges = { change: {}, texts: [] };
  const note = (change: Partial<NewMachine>, text: string) => {
    Object.assign(changes.change, change);
    changes.texts.push(text);
  };
  const { environmentIds, roles, policyId, endpoint, name } = wanted;
  if (machine.name !== name) note({ name }, `it is called ${name} now`);
  if (!isSameSet(machine.environmentIds, environmentIds))
    note(
      { environmentIds },
      `its environments are ${environmentIds.join(', ')} now, not ${machine.environmentIds.join(', ')}`,
    );
  if (!isSameSet(machine.roles, roles))
    note(
      { roles },
      `its tags are ${roles.join(', ')} now, not ${machine.roles.join(', ')}`,
    );
  if (policyId !== undefined && machine.policyId !== policyId)
    note({ policyId }, `its machine policy is ${policyId} now`);
  if (!isSameEndpoint(machine, endpoint))
    note({ endpoint }, `it is reached by ${reachText(endpoint)} now`);
  return changes;
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return `${a.toSorted()}` === `${b.toSorted()}`;
}

function isSameEndpoint(
  machine: OctopusMachine,
  endpoint: NewMachine['endpoint'],
): boolean {
  if (machine.style !== endpoint.style) return false;
  switch (endpoint.style) {
    case 'ssh':
      return (
        machine.host === endpoint.host &&
        machine.port === endpoint.port &&
        machine.accountId === endpoint.accountId &&
        sameThumbprint(machine.thumbprint, endpoint.fingerprint)
      );
    case 'listening':
      return (
        machine.host === endpoint.host &&
        machine.port === endpoint.port &&
        sameThumbprint(machine.thumbprint, endpoint.thumbprint)
      );
    case 'polling':
      return (
        machine.pollingId === endpoint.pollingId &&
        sameThumbprint(machine.thumbprint, endpoint.thumbprint)
      );
    case 'kubernetes':
      return (
        machine.accountId === endpoint.accountId &&
        isSameCluster(machine, endpoint.url)
      );
    default:
      return endpoint satisfies never;
  }
}

/** Of a cluster Octopus' client says only where it is. */
function isSameCluster(machine: OctopusMachine, url: string): boolean {
  const { hostname, port, protocol } = new URL(url);
  const usual = protocol === 'http:' ? 80 : 443;
  return (
    machine.host === hostname &&
    (machine.port ?? usual) === Number(port || usual)
  );
}

function reachText(endpoint: NewMachine['endpoint']): string {
  switch (endpoint.style) {
    case 'polling':
      return `a Tentacle that polls (${endpoint.pollingId})`;
    case 'kubernetes':
      return `the API at ${endpoint.url}`;
    case 'listening':
      return `a Tentacle at ${endpoint.host}, port ${endpoint.port}`;
    case 'ssh':
      return `SSH at ${endpoint.host}, port ${endpoint.port}`;
    default:
      return endpoint satisfies never;
  }
}
