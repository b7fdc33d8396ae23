import type { HostKind } from '@nante/model';
import { provisionRequest, startLab, type Lab } from './lab';
import { cli } from './outcome';

/** The hosts of a pair: a machine of the app `vm`, a container of the app `lxc`. */
export const kinds: HostKind[] = ['vm', 'lxc'];

/** Name of the host of an app: names are unique in the whole Proxmox. */
export const nameOf = (app = 'vm') => (app === 'vm' ? 'web-1' : 'web-2');

/** Starts a sandbox with both hosts. */
export async function startPair(): Promise<Lab> {
  const lab = await startLab();
  await Promise.all(
    kinds.map(kind =>
      lab.engine.provision(
        provisionRequest({ kind, app: kind, name: nameOf(kind) }),
        cli,
      ),
    ),
  );
  return lab;
}

/** What our records say of the host of an app, and where its guest is. */
export async function hostOf(lab: Lab, app: string) {
  const hosts = await lab.engine.managedHosts();
  const { desired } = hosts.find(host => host.app === app)!;
  const { guests } = await lab.proxmox.resources();
  const { node, kind, vmId } = guests.find(
    guest => guest.vmId === desired.vm_id,
  )!;
  return { desired, at: [node, kind, vmId] as const };
}
