import type { HostSummary } from '@nante/plugin-infrastructure-common';

/** A host as `NanteHostPicker` keeps it, to open a form filled in. */
export function hostValue(host: HostSummary) {
  return {
    app: host.app ?? '',
    environment: host.environment ?? '',
    name: host.name,
    entityRef: host.entityRef,
  };
}
