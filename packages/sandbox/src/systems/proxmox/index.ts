import type { GuestDriver } from '../../guests/driver';
import type { StandIn, StandInContext } from '../../standIn';
import { Cluster } from './cluster';
import { answerControl } from './control';
import { Router } from './router';
import { routes } from './routes';
import { answer } from './server';

/**
 * A stand-in for a Proxmox VE 9.1 cluster: three nodes, a small company's guests, and the calls that a provisioner and
 * pages make.
 *
 * @param context - its folder and its seed
 * @param options.guests - makes guests that come by the API; the seeded ones are records in any case
 * @param options.guestCount - seeded guests beside the templates, 40 unless given
 */
export async function createProxmox(
  context: StandInContext,
  options: { guests: GuestDriver; guestCount?: number },
): Promise<StandIn> {
  const cluster = new Cluster(context, options);
  const router = new Router(routes);
  await cluster.restore();
  const { access } = cluster;
  return {
    name: 'proxmox',
    fetch: request => answer(cluster, router, request),
    credentials: {
      rootPassword: access.rootPassword,
      tokens: {
        provision: access.credential('provision'),
        read: access.credential('read'),
        root: access.credential('sandbox'),
        none: access.credential('none'),
      },
    },
    setFault: (kind, parameters) => cluster.setFault(kind, parameters),
    clearFaults: () => cluster.clearFaults(),
    control: (request, path) => answerControl(cluster, request, path),
    reset: () => cluster.reset(),
    async stop() {
      await cluster.tasks.stopAll();
      cluster.flush();
    },
  };
}
