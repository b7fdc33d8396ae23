import type { HostKind, Impact } from '@nante/model';
import type { HostChange } from '../terraform/plan';

/**
 * What is changed by a call of Proxmox before Terraform's apply, because the provider does it worse or not at all: it
 * restarts a container for other memory, and refuses to grow the disk of a linked clone.
 */
export type CallBefore =
  { what: 'memory'; memoryMb: number } | { what: 'disk'; sizeGb: number };

/** What a change of size means for a host. */
export interface Judgement {
  impact: Impact;
  /** Why, one sentence for each change. */
  reasons: string[];
  before: CallBefore[];
}

/** What is known of the host now. */
export interface ResizeFacts {
  name: string;
  kind: HostKind;
  vmId: number;
  running: boolean;
  /** Parts of its size that wait for a restart since an earlier change. */
  pending: readonly string[];
}

/** Attributes that a host which runs does not notice. */
const unnoticed: Record<HostKind, RegExp> = {
  vm: /^(?:id|name|description|tags|on_boot|protection|pool_id|started|reboot_after_update|\w+_on_destroy|timeout_\w+|mac_addresses|ipv[46]_addresses|network_interface_names)$/,
  lxc: /^(?:id|description|tags|start_on_boot|protection|started|timeout_\w+|wait_for_ip|ipv[46])$/,
};

/** Reads out of a plan what it means for the host, and says why. */
export function judgeResize(change: HostChange, facts: ResizeFacts): Judgement {
  const { kind, running, name, pending } = facts;
  if (change.action === 'replace')
    return {
      impact: 'rebuild',
      reasons: [
        `${name} would be destroyed and made anew, because of ${change.changed.join(', ')}.`,
      ],
      before: [],
    };
  const parts = change.changed
    .filter(attribute => !unnoticed[kind].test(attribute))
    .map(attribute => judgePart(attribute, change, facts));
  const reasons = parts.map(({ reason }) => reason);
  const before = parts.flatMap(part => part.before ?? []);
  if (!running)
    return {
      impact: 'none',
      reasons: [
        ...reasons,
        ...(change.action === 'update'
          ? [`${name} is off, so nothing is interrupted; it is on afterwards.`]
          : []),
      ],
      before: before.filter(({ what }) => what === 'disk'),
    };
  const waiting = pending.map(
    option => `An earlier change of ${option} waits for a restart.`,
  );
  const restarts = waiting.length > 0 || parts.some(part => part.restarts);
  if (restarts)
    return { impact: 'reboot', reasons: [...reasons, ...waiting], before };
  return { impact: parts.length > 0 ? 'hot-plug' : 'none', reasons, before };
}

interface Part {
  reason: string;
  restarts: boolean;
  before?: CallBefore;
}

function judgePart(
  attribute: string,
  { before, after }: HostChange,
  { kind, vmId, running }: ResizeFacts,
): Part {
  const from = (name: string) => numberIn(before[attribute], name);
  const to = (name: string) => numberIn(after[attribute], name);
  if (attribute === 'cpu' && from('cores') !== to('cores'))
    return {
      reason: `Cores go from ${from('cores')} to ${to('cores')}: ${kind === 'vm' ? 'a VM takes them when it restarts.' : 'a container takes them while it runs.'}`,
      restarts: kind === 'vm',
    };
  if (attribute === 'memory' && from('dedicated') !== to('dedicated')) {
    const [old, next] = [from('dedicated'), to('dedicated')];
    const figures = `Memory goes from ${old} to ${next} MiB`;
    if (kind === 'vm')
      return {
        reason: `${figures}: a VM takes it when it restarts.`,
        restarts: true,
      };
    const warning =
      next < old ? '; what uses more than that in it is ended' : '';
    return {
      reason: `${figures}: a container takes it while it runs${warning}.`,
      restarts: false,
      before: running ? { what: 'memory', memoryMb: next } : undefined,
    };
  }
  if (attribute === 'disk' && from('size') !== to('size')) {
    const figures = `The disk grows from ${from('size')} to ${to('size')} GiB`;
    const isOwn = kind === 'lxc' || isOwnVolume(before.disk, vmId);
    return {
      reason: `${figures} at once; ${kind === 'vm' ? 'the file system in it grows when the VM starts the next time.' : 'the file system in it as well.'}`,
      restarts: false,
      before: isOwn ? undefined : { what: 'disk', sizeGb: to('size') },
    };
  }
  return {
    reason: `${attribute} is brought back to what our records say, which takes a restart.`,
    restarts: true,
  };
}

/** False for a volume that bears the name of the template's as well: the provider takes it for another VM's. */
function isOwnVolume(disk: unknown, vmId: number): boolean {
  const path = String(block(disk).path_in_datastore ?? '');
  return (
    path.startsWith(`vm-${vmId}-`) || path.startsWith(`${vmId}/vm-${vmId}-`)
  );
}

function numberIn(value: unknown, name: string): number {
  return Number(block(value)[name] ?? 0);
}

/** A nested block comes as a list with one item. */
function block(value: unknown): Record<string, unknown> {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return typeof first === 'object' && first !== null
    ? Object.fromEntries(Object.entries(first))
    : {};
}
