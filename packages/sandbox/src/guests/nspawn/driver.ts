import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { type FileHandle, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import type { GuestDriver } from '../driver';
import { createAgent } from './agent';
import { boot, makeNamespace, type RunningGuest, wishes } from './boot';
import { cloneGuest } from './clone';
import { freezeProcesses, thawProcesses } from './freeze';
import { removeGroups } from './cgroups';
import { mayNest } from './containers';
import {
  assertUsable,
  clearMachine,
  giveFolder,
  prepareRuntimeFolder,
  removeRuntimeFolder,
  shareMounts,
  takeFolder,
} from './cleanup';
import {
  foldersOf,
  growMountedDisk,
  type GuestFolders,
  makeDisk,
  mountDisk,
  removeFolder,
  unmountBelow,
  unmountDisk,
} from './disk';
import { checkSpec, machineNameservers, writeIdentity } from './identity';
import { type BaseImage, imageRoot, prepareImage } from './image';
import { interfacesIn } from './interfaces';
import { createLeases } from './leases';
import {
  addMachineAddress,
  machineAddress,
  removeMachineAddress,
} from './machineAddress';
import { createLabNetwork } from './network';
import { signal } from './processes';
import { readSettings, writeJson } from './settings';
import { removeSnapshot, returnToSnapshot, takeSnapshot } from './snapshots';
import { within } from './within';

export interface NspawnOptions {
  /** The sandbox's data folder; guests go below `guests/`. */
  dataDir: string;
  /** Cache of base images; default `NANTE_GUEST_IMAGE_DIR`, else `guests/base` in the data folder. */
  imageDir?: string;
  log(line: string): void;
}

/**
 * Guests as booted Debians in systemd-nspawn. Needs root and the tools that `nspawnRequirements` lists.
 *
 * @throws NanteError from each method, with what to do; `locked` from `prepare` when another sandbox has the folder.
 */
export function createNspawnDriver(options: NspawnOptions): GuestDriver {
  const { log } = options;
  const folder = join(options.dataDir, 'guests');
  mkdirSync(folder, { recursive: true });
  // By its real path, because that is how the kernel lists mounts.
  const guests = realpathSync(folder);
  const images =
    options.imageDir ??
    process.env.NANTE_GUEST_IMAGE_DIR ??
    join(guests, 'base');
  // Six characters that no other data folder on this machine has, in front of everything that is made outside the folder.
  const prefix = `nt${createHash('sha256').update(guests).digest('hex').slice(0, 4)}`;
  const network = createLabNetwork(prefix, guests, log);
  const leases = createLeases(guests);
  const running = new Map<number, RunningGuest>();
  const powerOffListeners: ((vmid: number) => void)[] = [];
  const asked = new Set<number>();
  const frozen = new Set<number>();
  const diskWork = new Map<number, Promise<unknown>>();
  let image: BaseImage | undefined;
  let runtime: FileHandle | undefined;

  const machineOf = (vmid: number) => `${prefix}-${vmid}`;
  const tell = (vmid: number) =>
    powerOffListeners.forEach(listener => listener(vmid));

  /** One piece of work on a disk at a time: it must not be unmounted while it is frozen for a snapshot. */
  function onDisk<T>(
    vmid: number,
    work: (folders: GuestFolders) => Promise<T>,
  ): Promise<T> {
    const turn = (diskWork.get(vmid) ?? Promise.resolve()).then(() =>
      work(foldersOf(guests, vmid)),
    );
    diskWork.set(
      vmid,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async function unplug(vmid: number): Promise<void> {
    await onDisk(vmid, async folders => {
      await unmountBelow(folders.home);
      await unmountDisk(folders);
    });
    removeGroups(prefix, machineOf(vmid));
  }

  /** Mounts the guest's file tree, as large as Proxmox was told last. */
  async function mountTree(vmid: number): Promise<void> {
    const known = await readSettings(guests, vmid);
    await onDisk(vmid, folders =>
      mountDisk(
        imageRoot(images, known?.image ?? ''),
        folders,
        known?.spec.diskGb ?? 0,
        known?.spec.ignores?.includes('disk'),
      ),
    );
  }

  function guestOf(vmid: number): RunningGuest {
    const guest = running.get(vmid);
    if (!guest)
      throw new NanteError('conflict', `Guest ${vmid} is not running`, {
        hint: 'Start it first.',
      });
    return guest;
  }

  const stillRunning = (vmid: number) =>
    new NanteError('conflict', `Guest ${vmid} is running`, {
      hint: 'Stop it first.',
    });

  /** A guest whose agent, or Proxmox in its place, can tell something. */
  function answering(vmid: number): RunningGuest | undefined {
    const guest = running.get(vmid);
    if (!guest || guest.noAgent || frozen.has(vmid)) return undefined;
    return guest.answers() ? guest : undefined;
  }

  /** The last resort of a process that ends without `close`: no guest outlives it, the next start removes the rest. */
  const onExit = () => {
    for (const guest of running.values()) {
      const leader = guest.leader();
      if (leader !== undefined) signal(leader, 'SIGKILL');
    }
  };

  /** A wish that comes before systemd can hear it would kill a booting guest; its first process is asked when it answers. */
  async function wish(
    guest: RunningGuest,
    which: number,
    seconds: number,
  ): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!guest.answers() && Date.now() < end) {
      if (await within(guest.off, 0.05)) return;
    }
    const leader = guest.leader();
    if (leader !== undefined) signal(leader, which);
  }

  const driver: GuestDriver = {
    name: 'nspawn',
    real: true,
    machineAddress,
    async prepare(progress) {
      assertUsable(options.dataDir, guests, images);
      await takeFolder(guests);
      const left = await clearMachine(prefix, guests, network);
      if (left > 0)
        progress(
          `Stopped ${left} guests that a killed sandbox had left running`,
        );
      await addMachineAddress();
      await shareMounts(guests);
      runtime ??= await prepareRuntimeFolder();
      image = await prepareImage(images, progress);
      process.off('exit', onExit).on('exit', onExit);
    },
    async create(spec) {
      checkSpec(spec);
      if (!image)
        throw new NanteError('failed', 'The guests are not prepared', {
          hint: 'Call prepare() first.',
        });
      const folders = foldersOf(guests, spec.vmid);
      await onDisk(spec.vmid, () =>
        makeDisk(folders, spec.diskGb, spec.ignores?.includes('disk')),
      );
      const known = await readSettings(guests, spec.vmid);
      await writeJson(folders.settings, {
        image: known?.image ?? image.id,
        spec,
      });
    },
    async clone(from, spec) {
      checkSpec(spec);
      if (!(await onDisk(from, () => cloneGuest(guests, from, spec))))
        await driver.create(spec);
    },
    async start(spec) {
      if (running.has(spec.vmid)) return;
      await driver.create(spec);
      const folders = foldersOf(guests, spec.vmid);
      try {
        await mountTree(spec.vmid);
        await writeFile(folders.namespace, '');
        await makeNamespace(folders.namespace);
        for (const [index, card] of spec.networks.entries()) {
          await network.plug(folders.namespace, spec.vmid, index, card);
        }
        const told = spec.networks.flatMap(card => card.nameservers ?? []);
        // The machine's own servers follow those that the guest was told: a gateway of the lab answers no names.
        const nameservers = [
          ...told.filter(server => !network.isGateway(server)),
          ...(await machineNameservers()),
        ];
        const placement = {
          cards: await leases.place(spec),
          nameservers: [...new Set(nameservers)],
        };
        await writeIdentity(folders.root, spec, placement).catch(error => {
          // As with a real one: a disk without space still boots, with what is written in it.
          if (error.code !== 'ENOSPC') throw error;
          log(`${machineOf(spec.vmid)}: its disk is full, nothing new was set`);
        });
      } catch (error) {
        await unplug(spec.vmid);
        throw error;
      }
      asked.delete(spec.vmid);
      const guest = await boot({
        prefix,
        machine: machineOf(spec.vmid),
        folders,
        memoryMb: spec.memoryMb,
        cores: spec.cores,
        neverBoots: spec.neverBoots ?? false,
        noAgent: spec.noAgent ?? false,
        nesting: mayNest(spec),
        log,
        // A VM's cloud-init grows the file system whenever it boots.
        beforeReboot: () => mountTree(spec.vmid),
        onReboot() {
          // Whoever pressed the reset button of a frozen machine has a living one.
          if (frozen.delete(spec.vmid)) void network.connect(spec.vmid, true);
          if (!asked.delete(spec.vmid)) tell(spec.vmid);
        },
      });
      const off = guest.off
        .then(() => unplug(spec.vmid))
        .catch(error => log(`${guest.machine}: ${(error as Error).message}`))
        .then(() => {
          running.delete(spec.vmid);
          frozen.delete(spec.vmid);
          if (!asked.delete(spec.vmid)) tell(spec.vmid);
        });
      running.set(
        spec.vmid,
        Object.defineProperty(guest, 'off', { value: off }),
      );
    },
    async shutdown(vmid, timeoutSeconds, force) {
      const guest = running.get(vmid);
      if (!guest) return;
      asked.add(vmid);
      const end = Date.now() + timeoutSeconds * 1000;
      await wish(guest, wishes.powerOff, timeoutSeconds);
      if (await within(guest.off, Math.max(0, (end - Date.now()) / 1000)))
        return;
      if (!force) {
        asked.delete(vmid);
        throw new NanteError(
          'failed',
          `Guest ${vmid} did not power off within ${timeoutSeconds} s`,
          { hint: 'Stop it instead, which cuts its power.' },
        );
      }
      await driver.stop(vmid);
    },
    async stop(vmid) {
      const guest = running.get(vmid);
      if (!guest) return;
      asked.add(vmid);
      await guest.cut();
      await guest.off;
    },
    async reboot(vmid, timeoutSeconds) {
      const guest = guestOf(vmid);
      const { boots } = guest;
      const end = Date.now() + timeoutSeconds * 1000;
      asked.add(vmid);
      await wish(guest, wishes.reboot, timeoutSeconds);
      while (guest.boots === boots && running.has(vmid)) {
        if (Date.now() > end) {
          asked.delete(vmid);
          throw new NanteError(
            'failed',
            `Guest ${vmid} did not reboot within ${timeoutSeconds} s`,
            { hint: 'Stop and start it instead.' },
          );
        }
        await within(guest.off, 0.05);
      }
    },
    async reset(vmid) {
      const guest = guestOf(vmid);
      asked.add(vmid);
      await guest.reset();
    },
    async resize(spec) {
      const { vmid } = spec;
      const known = await readSettings(guests, vmid);
      if (!known) return;
      const { ignores } = known.spec;
      await writeJson(foldersOf(guests, vmid).settings, {
        ...known,
        spec: { ...spec, ignores },
      });
      const guest = running.get(vmid);
      if (spec.kind !== 'lxc' || !guest) return;
      guest.limit(spec);
      await onDisk(vmid, folders =>
        growMountedDisk(folders, spec.diskGb),
      ).catch(() =>
        log(`${machineOf(vmid)}: its file system grows at its next boot`),
      );
    },
    async freeze(vmid) {
      const leader = running.get(vmid)?.leader();
      if (leader === undefined || frozen.has(vmid)) return;
      frozen.add(vmid);
      // Its kernel, which is the machine's, would still shake hands.
      await network.connect(vmid, false);
      freezeProcesses(leader);
    },
    async thaw(vmid) {
      const leader = running.get(vmid)?.leader();
      if (leader === undefined || !frozen.delete(vmid)) return;
      thawProcesses(leader);
      await network.connect(vmid, true);
    },
    snapshot: (vmid, name) =>
      onDisk(vmid, folders => takeSnapshot(folders, name)),
    async rollback(vmid, name) {
      if (running.has(vmid)) throw stillRunning(vmid);
      await onDisk(vmid, folders => returnToSnapshot(folders, name));
    },
    deleteSnapshot: (vmid, name) =>
      onDisk(vmid, folders => removeSnapshot(folders, name)),
    async destroy(vmid) {
      if (running.has(vmid)) throw stillRunning(vmid);
      const settings = await readSettings(guests, vmid);
      await onDisk(vmid, ({ home }) => removeFolder(home));
      diskWork.delete(vmid);
      if (settings) await leases.release(settings.spec);
    },
    status: vmid => (running.has(vmid) ? 'running' : 'stopped'),
    async interfaces(vmid) {
      if (!answering(vmid)) return undefined;
      return interfacesIn(foldersOf(guests, vmid).namespace);
    },
    async agent(vmid) {
      const leader = answering(vmid)?.leader();
      return leader === undefined
        ? undefined
        : createAgent(leader, foldersOf(guests, vmid).disk);
    },
    onPowerOff: listener => void powerOffListeners.push(listener),
    async close() {
      await Promise.all([...frozen].map(vmid => driver.thaw?.(vmid)));
      await Promise.all(
        [...running.keys()].map(vmid => driver.shutdown(vmid, 8, true)),
      );
      await clearMachine(prefix, guests, network);
      await runtime?.close();
      runtime = undefined;
      await removeRuntimeFolder();
      await removeMachineAddress();
      await giveFolder(guests);
      process.off('exit', onExit);
    },
    async clean() {
      // Not under the feet of a sandbox that runs.
      await takeFolder(guests);
      await driver.close();
      for (const name of existsSync(guests) ? await readdir(guests) : []) {
        await removeFolder(join(guests, name));
      }
      await rm(guests, { recursive: true, force: true });
      image = undefined;
    },
  };
  return driver;
}
