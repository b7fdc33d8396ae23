import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import type { GuestDriver, GuestSpec } from '../driver';
import { checkSpec } from '../nspawn/identity';
import {
  createAgent,
  createContainer,
  fingerprintOf,
  interfacesOf,
  letsIn,
  sandboxLabel,
  specLabel,
  updateLimits,
} from './container';
import { docker, linesOf, prepareDockerImage, tryDocker } from './engine';
import { writeIdentity } from './identity';

/** Docker's exit code of a guest that asked for a reboot: the kernel ends its first process with SIGHUP. */
const rebooted = 129;

/** A guest that was switched on. */
interface RunningGuest {
  spec: GuestSpec;
  boots: number;
  /** Its identity is written, so that it can be asked. */
  ready: boolean;
  frozen: boolean;
  /** It must not come up again when it goes down. */
  ending: boolean;
  off: Promise<void>;
}

/**
 * Guests as systemd containers of a Docker engine, for machines where the sandbox is not root. See `README.md` of the folder
 * above for what is less real than in the lab.
 *
 * @throws NanteError from each method, with what to do
 */
export function createDockerDriver(options: {
  dataDir: string;
  log(line: string): void;
}): GuestDriver {
  const { log } = options;
  const folder = join(options.dataDir, 'guests');
  mkdirSync(folder, { recursive: true });
  const prefix = `nt${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 4)}`;
  const images =
    process.env.NANTE_GUEST_IMAGE_DIR ?? join(realpathSync(folder), 'base');
  const running = new Map<number, RunningGuest>();
  const listeners: ((vmid: number) => void)[] = [];
  const asked = new Set<number>();
  let image: string | undefined;

  const nameOf = (vmid: number) => `${prefix}-${vmid}`;
  /** Images of one guest: its disk while no container has it, and its snapshots. */
  const imageOf = (vmid: number, tag: string) =>
    `nante-disk-${nameOf(vmid)}:${tag}`;
  const tell = (vmid: number) => {
    if (!asked.delete(vmid)) for (const listener of listeners) listener(vmid);
  };
  const exists = async (kind: 'container' | 'image', name: string) =>
    (await tryDocker([kind, 'inspect', name])) !== undefined;
  const byLabel = ['--filter', `label=${sandboxLabel}=${prefix}`];

  async function waitFor(
    condition: () => boolean | Promise<boolean>,
    seconds: number,
  ): Promise<boolean> {
    const end = Date.now() + seconds * 1000;
    while (!(await condition())) {
      if (Date.now() > end) return false;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    return true;
  }

  /** Makes the container, or makes it anew on the same disk when it was made for something else. */
  async function makeContainer(spec: GuestSpec): Promise<void> {
    const name = nameOf(spec.vmid);
    const disk = imageOf(spec.vmid, 'disk');
    const format = `{{index .Config.Labels "${specLabel}"}}`;
    const made = await tryDocker(['inspect', '--format', format, name]);
    if (made?.trim() === fingerprintOf(spec)) {
      await updateLimits(name, spec);
      return;
    }
    if (made !== undefined) {
      await docker(['commit', name, disk], { timeoutMs: 10 * 60_000 });
      await docker(['rm', '--force', name]);
    }
    if (!image)
      throw new NanteError('failed', 'The guests are not prepared', {
        hint: 'Call prepare() first.',
      });
    const from = (await exists('image', disk)) ? disk : image;
    await createContainer(prefix, name, from, spec);
  }

  async function identify(guest: RunningGuest): Promise<void> {
    const { spec, boots } = guest;
    if (spec.neverBoots) return;
    const name = nameOf(spec.vmid);
    const current = () =>
      running.get(spec.vmid) === guest && guest.boots === boots;
    const listens = await waitFor(
      async () =>
        !current() ||
        (await tryDocker(['exec', name, 'systemctl', 'show-environment'])) !==
          undefined,
      60,
    );
    if (!current()) return;
    if (!listens)
      throw new NanteError('failed', 'its systemd does not answer after 60 s');
    await writeIdentity(name, spec);
    guest.ready = true;
  }

  /** Follows a guest from boot to boot until it is off. */
  async function follow(guest: RunningGuest): Promise<void> {
    const { vmid } = guest.spec;
    const name = nameOf(vmid);
    for (;;) {
      identify(guest).catch(error => {
        if (!guest.ending) log(`${name}: ${(error as Error).message}`);
      });
      const code = await docker(['wait', name], { timeoutMs: 2 ** 31 - 1 });
      guest.ready = false;
      guest.frozen = false;
      if (guest.ending || Number(code) !== rebooted) return;
      await docker(['start', name]);
      guest.boots += 1;
      tell(vmid);
    }
  }

  function guestOf(vmid: number): RunningGuest {
    const guest = running.get(vmid);
    if (!guest)
      throw new NanteError('conflict', `Guest ${vmid} is not running`, {
        hint: 'Start it first.',
      });
    return guest;
  }

  async function answering(vmid: number): Promise<boolean> {
    const guest = running.get(vmid);
    if (!guest?.ready || guest.frozen || guest.spec.noAgent) return false;
    return letsIn(nameOf(vmid));
  }

  const stillRunning = (vmid: number) =>
    new NanteError('conflict', `Guest ${vmid} is running`, {
      hint: 'Stop it first.',
    });

  const driver: GuestDriver = {
    name: 'docker',
    real: true,
    async prepare(progress) {
      const left = linesOf(await docker(['ps', '--quiet', ...byLabel]));
      if (left.length > 0) {
        await docker(['kill', ...left]);
        progress(
          `Stopped ${left.length} guests that a killed sandbox had left running`,
        );
      }
      image = await prepareDockerImage(images, progress);
    },
    async create(spec) {
      checkSpec(spec);
    },
    async start(spec) {
      if (running.has(spec.vmid)) return;
      checkSpec(spec);
      await makeContainer(spec);
      await docker(['start', nameOf(spec.vmid)]);
      asked.delete(spec.vmid);
      const guest: RunningGuest = {
        ...{ spec, boots: 1, ready: false, frozen: false, ending: false },
        off: Promise.resolve(),
      };
      running.set(spec.vmid, guest);
      guest.off = follow(guest)
        .catch(error => log(`${nameOf(spec.vmid)}: ${error.message}`))
        .then(() => {
          running.delete(spec.vmid);
          tell(spec.vmid);
        });
    },
    async shutdown(vmid, timeoutSeconds, force) {
      const guest = running.get(vmid);
      if (!guest) return;
      asked.add(vmid);
      guest.ending = true;
      await docker(['kill', '--signal', 'SIGRTMIN+4', nameOf(vmid)]);
      if (await waitFor(() => !running.has(vmid), timeoutSeconds)) return;
      if (force) {
        await driver.stop(vmid);
        return;
      }
      asked.delete(vmid);
      guest.ending = false;
      throw new NanteError(
        'failed',
        `Guest ${vmid} did not power off within ${timeoutSeconds} s`,
        { hint: 'Stop it instead, which cuts its power.' },
      );
    },
    async stop(vmid) {
      const guest = running.get(vmid);
      if (!guest) return;
      asked.add(vmid);
      guest.ending = true;
      await tryDocker(['kill', nameOf(vmid)]);
      await guest.off;
    },
    async reboot(vmid, timeoutSeconds) {
      const guest = guestOf(vmid);
      const { boots } = guest;
      asked.add(vmid);
      await docker(['kill', '--signal', 'SIGRTMIN+5', nameOf(vmid)]);
      const moved = () => guest.boots > boots || !running.has(vmid);
      if (await waitFor(moved, timeoutSeconds)) return;
      asked.delete(vmid);
      throw new NanteError(
        'failed',
        `Guest ${vmid} did not reboot within ${timeoutSeconds} s`,
        { hint: 'Stop and start it instead.' },
      );
    },
    async reset(vmid) {
      const { spec } = guestOf(vmid);
      await driver.stop(vmid);
      await driver.start(spec);
    },
    async resize(spec) {
      const guest = running.get(spec.vmid);
      if (spec.kind !== 'lxc' || !guest) return;
      await updateLimits(nameOf(spec.vmid), spec);
    },
    async freeze(vmid) {
      const guest = running.get(vmid);
      if (!guest || guest.frozen) return;
      guest.frozen = true;
      await docker(['pause', nameOf(vmid)]);
    },
    async thaw(vmid) {
      const guest = running.get(vmid);
      if (!guest?.frozen) return;
      await docker(['unpause', nameOf(vmid)]);
      guest.frozen = false;
    },
    async snapshot(vmid, name) {
      // Docker pauses the container meanwhile. A guest that was never started has nothing to keep but the base image.
      const kept = imageOf(vmid, name);
      const container = nameOf(vmid);
      if (await exists('container', container))
        await docker(['commit', container, kept], { timeoutMs: 10 * 60_000 });
      else if (image) await docker(['tag', image, kept]);
    },
    async rollback(vmid, name) {
      if (running.has(vmid)) throw stillRunning(vmid);
      const kept = imageOf(vmid, name);
      if (!(await exists('image', kept)))
        throw new NanteError('not-found', `There is no snapshot ${name}`);
      await tryDocker(['rm', '--force', nameOf(vmid)]);
      await docker(['tag', kept, imageOf(vmid, 'disk')]);
    },
    async deleteSnapshot(vmid, name) {
      await tryDocker(['rmi', '--force', imageOf(vmid, name)]);
    },
    async destroy(vmid) {
      if (running.has(vmid)) throw stillRunning(vmid);
      await tryDocker(['rm', '--force', nameOf(vmid)]);
      await removeImages(`nante-disk-${nameOf(vmid)}`);
    },
    status: vmid => (running.has(vmid) ? 'running' : 'stopped'),
    interfaces: async vmid =>
      (await answering(vmid)) ? interfacesOf(nameOf(vmid)) : undefined,
    agent: async vmid =>
      (await answering(vmid)) ? createAgent(nameOf(vmid)) : undefined,
    onPowerOff: listener => void listeners.push(listener),
    async close() {
      await Promise.all(
        [...running.keys()].map(async vmid => {
          await driver.thaw?.(vmid);
          await driver.shutdown(vmid, 8, true);
        }),
      );
    },
    async clean() {
      await driver.close();
      const ours = await docker(['ps', '--all', '--quiet', ...byLabel]);
      for (const id of linesOf(ours)) await tryDocker(['rm', '--force', id]);
      const networks = await docker(['network', 'ls', '--quiet', ...byLabel]);
      for (const id of linesOf(networks))
        await tryDocker(['network', 'rm', id]);
      await removeImages(`nante-disk-${prefix}-*`);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return driver;
}

async function removeImages(pattern: string): Promise<void> {
  const format = '{{.Repository}}:{{.Tag}}';
  const filter = `reference=${pattern}`;
  const found = await docker([
    ...['image', 'ls', '--filter', filter, '--format', format],
  ]);
  for (const name of linesOf(found)) await tryDocker(['rmi', '--force', name]);
}
