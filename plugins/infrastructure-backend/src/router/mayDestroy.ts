import { parseEntityRef } from '@backstage/catalog-model';
import type { InfrastructureConfig } from '@nante/model';
import type { HostSummary } from '@nante/plugin-infrastructure-common';

/** Whether the Destroy button works, and why not: the first reason that a person could do something about. */
export function mayDestroyAnswer(input: {
  host: HostSummary;
  operator: boolean;
  /** What the permission policy says about this host. */
  allowed: boolean;
  shared: InfrastructureConfig;
}): { mayDestroy: boolean; mayDestroyReason?: string } {
  const { host, operator, allowed, shared } = input;
  const no = (mayDestroyReason: string) => ({
    mayDestroy: false,
    mayDestroyReason,
  });
  if (host.management === 'unmanaged') {
    return no('It was not made here: whoever made it removes it.');
  }
  if (host.management === 'mismatch') {
    return no(
      `It is not clear that it is ours. ${host.managementDetail ?? ''}`.trim(),
    );
  }
  if (shared.connections[host.connection]?.readOnly) {
    return no(`The connection ${host.connection} is read-only.`);
  }
  if (!allowed) {
    const owner = host.owner
      ? parseEntityRef(host.owner, { defaultKind: 'group' }).name
      : 'its owner';
    return no(`Only ${owner} and operators may destroy it.`);
  }
  const environment = host.environment && shared.environments[host.environment];
  if (environment && environment.restricted && !operator) {
    return no(`Only operators may destroy hosts in ${environment.title}.`);
  }
  return { mayDestroy: true };
}
