import type { LedgerEntry } from '@nante/model';
import type { PlacedHost } from '../placedHost';

/** A host that has version 1.0.0 of the app shop, by an earlier request. */
export function placedHostFor(name: string, origin: string): PlacedHost {
  const entry: LedgerEntry = {
    ...{ id: `proxmox/pve/vm/${name}`, system: 'proxmox', connection: 'pve' },
    ...{ kind: 'vm', outsideId: '20001', host: name, state: 'created' },
    ...{ requestId: 'request-0000', runId: 'request-0000', undo: '' },
    updatedAt: '2026-11-26T10:00:00Z',
  };
  return {
    host: { name, owner: 'group:default/shop', entry, roles: [] },
    target: { name, address: '127.0.0.1', user: 'root', hostKeys: [] },
    origin,
    before: {
      ...entry,
      ...{ id: `docker/${name}/app/shop`, system: 'docker', kind: 'app' },
      ...{ outsideId: '1.0.0', digest: `sha256:${'a'.repeat(64)}` },
    },
  };
}
