import type { RunRemedy } from '@nante/model';
import { valueOf } from './fact';
import type { Findings } from './findings';
import type { HostFindings } from './hostFindings';
import { guestTitle } from './things';

/** A remedy, and whether it has nothing to do any more: then it is not offered, and repeating it is success. */
export interface JudgedRemedy extends RunRemedy {
  isDone?: boolean;
}

/** A remedy that is not possible. */
export const refuse = (
  remedy: RunRemedy['remedy'],
  reason: string,
): JudgedRemedy => ({ remedy, effects: [], allowed: false, reason });

/** A remedy that has nothing to do. */
export const done = (
  remedy: RunRemedy['remedy'],
  reason: string,
): JudgedRemedy => ({ ...refuse(remedy, reason), isDone: true });

/** Why a guest cannot be worked on; undefined where it can, or is not there. */
export function guestObstacle(
  host: HostFindings,
  { terraform }: Findings,
): string | undefined {
  const { guest } = host;
  const title = guestTitle(host);
  if (!guest.known) return `Whether ${title} exists is not known: ${guest.why}`;
  const { problems } = guest.value;
  // What a Terraform still makes is looked at again under the lock, after its end.
  if (problems.length === 0 || valueOf(terraform)) return undefined;
  return `${title} is not provably ours: ${problems.join('; ')}.`;
}

/** How a person removes a guest that we leave alone. */
export function removalByHand(host: HostFindings): string {
  const { identity } = host;
  const tool = identity?.kind === 'lxc' ? 'pct' : 'qm';
  const node = valueOf(host.guest)?.guest?.node ?? valueOf(host.desired)?.node;
  return `To remove it by hand, on ${node ?? 'its node'}: ${tool} stop ${identity?.vm_id}, then ${tool} destroy ${identity?.vm_id} --purge.`;
}

/** Why a host that another request made is no business of this run. */
export function takenText({ name, takenBy }: HostFindings): string {
  return `${name} was made by request ${takenBy}; this run made nothing of it.`;
}
