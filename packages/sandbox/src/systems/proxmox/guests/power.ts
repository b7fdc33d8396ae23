import type { Identity } from '../access';
import { nowSeconds, type Cluster } from '../cluster';
import { died } from '../failure';
import type { Checked } from '../params/check';
import type { Guest } from '../state';
import type { DurationName } from '../timing';
import { applyPending, requireUnlocked } from './config';
import { bootFaults, specOf } from './spec';

type Action = 'start' | 'stop' | 'shutdown' | 'reboot' | 'reset';

/** How long a guest is asked to power off before the call gives up, seconds. */
const shutdownTimeout = { qemu: 180, lxc: 60 };

/**
 * Starts a power action as a task.
 *
 * @returns its UPID
 * @throws ApiFailure 500 for a guest that is locked, a template, or a container that is in that state already
 */
export function powerTask(
  cluster: Cluster,
  by: Identity,
  guest: Guest,
  action: Action,
  params: Checked,
): string {
  if (params.skiplock !== true) requireUnlocked(guest);
  requireState(cluster, guest, action);
  const prefix = guest.kind === 'qemu' ? 'qm' : 'vz';
  const type = `${prefix}${action}`;
  return cluster.tasks.start(
    { node: guest.node, type, id: String(guest.vmid), by },
    async task => {
      const release = await cluster.locks.take(guest.kind, guest.vmid);
      try {
        await task.spend(type as DurationName);
        await act(cluster, guest, action, params);
      } finally {
        release();
      }
    },
  );
}

function requireState(cluster: Cluster, guest: Guest, action: Action) {
  const label = guest.kind === 'qemu' ? 'VM' : 'CT';
  if (action === 'start' && guest.config.template === 1)
    throw died(
      guest.kind === 'qemu'
        ? `you can't start a vm if it's a template`
        : `you can't start a CT if it's a template`,
    );
  const running = cluster.isRunning(guest);
  if (guest.kind === 'lxc' && action === 'start' && running)
    throw died(`CT ${guest.vmid} already running`);
  if (
    !running &&
    action !== 'start' &&
    (guest.kind === 'lxc' || action !== 'stop')
  )
    throw died(`${label} ${guest.vmid} not running`);
}

const isSet = (fault: boolean | string[] | undefined) =>
  Array.isArray(fault) ? fault.length > 0 : fault;

async function act(
  cluster: Cluster,
  guest: Guest,
  action: Action,
  params: Checked,
): Promise<void> {
  const driver = cluster.driver(guest);
  const seconds = Number(params.timeout ?? shutdownTimeout[guest.kind]);
  if (action === 'start') await boot(cluster, guest);
  else if (action === 'stop') await driver.stop(guest.vmid);
  else if (action === 'shutdown')
    await driver.shutdown(guest.vmid, seconds, params.forceStop === true);
  else if (action === 'reset' && driver.reset) await driver.reset(guest.vmid);
  else if (
    action === 'reset' ||
    (Object.keys(guest.pending).length === 0 &&
      !Object.values(bootFaults(cluster.faults, guest)).some(isSet))
  )
    await driver.reboot(guest.vmid, seconds);
  else {
    // What waits for a boot takes effect only when the machine is built anew.
    await driver.shutdown(guest.vmid, seconds, true);
    await boot(cluster, guest);
  }
  // A reset keeps the machine switched on, and with it its uptime.
  markPower(cluster, guest, action === 'reboot');
}

/**
 * Boots a guest with everything that was waiting for it.
 *
 * @throws Error when it runs already
 */
export async function boot(cluster: Cluster, guest: Guest): Promise<void> {
  if (cluster.isRunning(guest)) throw died(`VM ${guest.vmid} already running`);
  applyPending(guest);
  await cluster.driver(guest).start({
    ...specOf(guest),
    ...bootFaults(cluster.faults, guest),
  });
  markPower(cluster, guest, true);
}

function markPower(cluster: Cluster, guest: Guest, fresh: boolean) {
  guest.running = cluster.driver(guest).status(guest.vmid) === 'running';
  if (!guest.running) {
    guest.startedAt = undefined;
    applyPending(guest);
  } else if (fresh || guest.startedAt === undefined)
    guest.startedAt = nowSeconds();
  cluster.changed();
}
