import { parseEntityRef } from '@backstage/catalog-model';
import { connectionNamed, type InfrastructureConfig } from '@nante/model';
import type { HostSummary } from '@nante/plugin-infrastructure-common';

/** What the answers depend on. */
export interface MayInput {
  host: HostSummary;
  operator: boolean;
  /** What the permission policy says about this host. */
  allowed: boolean;
  shared: InfrastructureConfig;
}

/** Whether the Destroy button works, and why not: the first reason that a person could do something about. */
export function mayDestroyAnswer(input: MayInput): {
  mayDestroy: boolean;
  mayDestroyReason?: string;
} {
  const reason = whyNotDestroy(input);
  return { mayDestroy: !reason, mayDestroyReason: reason };
}

/** Whether the buttons for power, size, snapshots and configuration work, and why not. */
export function mayChangeAnswer(input: MayInput): {
  mayChange: boolean;
  mayChangeReason?: string;
} {
  const reason = whyNotChange(input);
  return { mayChange: !reason, mayChangeReason: reason };
}

function whyNotDestroy(input: MayInput): string | undefined {
  const { management } = input.host;
  if (management === 'unmanaged') {
    return 'It was not made here: whoever made it removes it.';
  }
  if (management === 'onboarded') {
    return 'It was onboarded, not made here: whoever made it removes it.';
  }
  return whyNot(input, 'destroy');
}

function whyNotChange(input: MayInput): string | undefined {
  const { management } = input.host;
  if (management === 'unmanaged') {
    return 'It was not made here; onboard it to take care of it.';
  }
  if (management === 'missing') return 'It is not in Proxmox.';
  return whyNot(input, 'change');
}

function whyNot(input: MayInput, verb: 'destroy' | 'change') {
  const { host, operator, allowed, shared } = input;
  if (host.management === 'mismatch') {
    return `It is not clear that it is ours. ${host.managementDetail ?? ''}`.trim();
  }
  if (connectionNamed(shared, 'proxmox', host.connection)?.readOnly) {
    return `The connection ${host.connection} is read-only.`;
  }
  if (!allowed) {
    const owner = host.owner
      ? parseEntityRef(host.owner, { defaultKind: 'group' }).name
      : 'its owner';
    return `Only ${owner} and operators may ${verb} it.`;
  }
  const environment = host.environment && shared.environments[host.environment];
  if (environment && environment.restricted && !operator) {
    return `Only operators may ${verb} hosts in ${environment.title}.`;
  }
  return undefined;
}
