import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import type { GuestDriver, GuestInterface, GuestSpec } from '../driver';
import { leaseAddress, subnetOfVlan, toAddress } from './addresses';
import { boot, makeNamespace, type RunningGuest, wishes } from './boot';
import { removeGroups } from './cgroups';
import {
  clearMachine,
  giveFolder,
  prepareRuntimeFolder,
  removeRuntimeFolder,
  takeFolder,
} from './cleanup';
import { runJson } from './command';
import { foldersOf, mountDisk, removeFolder, unmountBelow } from './disk';
import {
  checkSpec,
  machineNameservers,
  type Placement,
  writeIdentity,
} from './identity';
import { type BaseImage, imageRoot, prepareImage } from './image';
import { createLabNetwork } from './network';
import { signal } from './processes';

export interface NspawnOptions {
  /** The sandbox's data folder; guests go below `guests/`. */
  dataDir: string;
  /** Cache of base images; default `NANTE_GUEST_IMAGE_DIR`, else `guests/base` in the data folder. */
  imageDir?: string;
  log(line: string): void;
}

/** What `ip -json address` says about one device. */
interface DeviceReport {
  ifname: string;
  address: string;
  addr_info: { family: 'inet' | 'inet6'; local: string; prefixlen: number }[];
}

/** What stays known of a guest while it is off. */
interface GuestSettings {
  image: string;
  spec: GuestSpec;
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
  const running = new Map<number, RunningGuest>();
  const powerOffListeners: ((vmid: number) => void)[] = [];
  const asked = new Set<number>();
  let image: BaseImage | undefined;
  let leases: Promise<unknown> = Promise.resolve();

  const machineOf = (vmid: number) => `${prefix}-${vmid}`;
  const tell = (vmid: number) =>
    powerOffListeners.forEach(listener => listener(vmid));

  async function readSettings(
    vmid: number,
  ): Promise<GuestSettings | undefined> {
    const text = await readFile(foldersOf(guests, vmid).settings, 'utf8').catch(
      () => undefined,
    );
    return text === undefined ? undefined : (JSON.parse(text) as GuestSettings);
  }

  async function writeJson(file: string, value: unknown): Promise<void> {
    await writeFile(`${file}.new`, JSON.stringify(value, null, 2));
    await rename(`${file}.new`, file);
  }

  /** Addresses that other guests were given by hand. */
  async function takenAddresses(): Promise<Set<string>> {
    const vmids = (await readdir(guests))
      .filter(name => /^\d+$/.test(name))
      .map(Number);
    const settings = await Promise.all(vmids.map(readSettings));
    return new Set(
      settings.flatMap(
        known =>
          known?.spec.networks.map(card => card.address.split('/')[0]) ?? [],
      ),
    );
  }

  /** Answers as the DHCP server would, one guest at a time: two must not be given the same address. */
  function place(spec: GuestSpec): Promise<Placement['cards']> {
    const turn = leases.then(async () => {
      const file = join(guests, 'leases.json');
      const known = JSON.parse(
        await readFile(file, 'utf8').catch(() => '{}'),
      ) as Record<string, string>;
      const taken = await takenAddresses();
      const cards = spec.networks.map(card => {
        if (card.address.includes('/')) return card;
        if (card.address !== 'dhcp') return { mac: card.mac };
        const subnet = subnetOfVlan(card.vlan);
        const address = leaseAddress(known, card.mac, subnet, taken);
        return {
          mac: card.mac,
          address: `${address}/${subnet.prefix}`,
          gateway: toAddress(subnet.base + 1),
        };
      });
      await writeJson(file, known);
      return cards;
    });
    leases = turn.catch(() => undefined);
    return turn;
  }

  async function unplug(vmid: number): Promise<void> {
    await unmountBelow(foldersOf(guests, vmid).home);
    removeGroups(prefix, machineOf(vmid));
  }

  function guestOf(vmid: number): RunningGuest {
    const guest = running.get(vmid);
    if (!guest)
      throw new NanteError('conflict', `Guest ${vmid} is not running`, {
        hint: 'Start it first.',
      });
    return guest;
  }

  /** Waits for a promise, but not for ever; true when it came to be in time. */
  async function within(
    work: Promise<unknown>,
    seconds: number,
  ): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>(resolve => {
      timer = setTimeout(() => resolve(false), seconds * 1000);
    });
    const inTime = await Promise.race([work.then(() => true), late]);
    clearTimeout(timer);
    return inTime;
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
    async prepare(progress) {
      if (/[,:\\]/.test(`${guests}${images}`)) {
        throw new NanteError(
          'invalid-input',
          `The data folder ${options.dataDir} cannot hold guests: its path has a comma, colon or backslash`,
          {
            hint: 'Use a data folder without these characters.',
          },
        );
      }
      await takeFolder(guests);
      const left = await clearMachine(prefix, guests, network);
      if (left > 0)
        progress(
          `Stopped ${left} guests that a killed sandbox had left running`,
        );
      await prepareRuntimeFolder();
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
      await mkdir(folders.upper, { recursive: true });
      const known = await readSettings(spec.vmid);
      await writeJson(folders.settings, {
        image: known?.image ?? image.id,
        spec,
      });
    },
    async start(spec) {
      if (running.has(spec.vmid)) return;
      await driver.create(spec);
      const folders = foldersOf(guests, spec.vmid);
      const known = await readSettings(spec.vmid);
      try {
        await mountDisk(imageRoot(images, known?.image ?? ''), folders);
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
        const cards = await place(spec);
        await writeIdentity(folders.root, spec, {
          cards,
          nameservers: [...new Set(nameservers)],
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
        log,
        onReboot: () => !asked.delete(spec.vmid) && tell(spec.vmid),
      });
      const off = guest.off
        .then(() => unplug(spec.vmid))
        .catch(error => log(`${guest.machine}: ${(error as Error).message}`))
        .then(() => {
          running.delete(spec.vmid);
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
          {
            hint: 'Stop it instead, which cuts its power.',
          },
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
            {
              hint: 'Stop and start it instead.',
            },
          );
        }
        await within(guest.off, 0.05);
      }
    },
    async destroy(vmid) {
      if (running.has(vmid)) {
        throw new NanteError('conflict', `Guest ${vmid} is running`, {
          hint: 'Stop it first.',
        });
      }
      const settings = await readSettings(vmid);
      await removeFolder(foldersOf(guests, vmid).home);
      const file = join(guests, 'leases.json');
      if (!settings || !existsSync(file)) return;
      leases = leases.then(async () => {
        const known = JSON.parse(await readFile(file, 'utf8')) as Record<
          string,
          string
        >;
        for (const card of settings.spec.networks)
          delete known[card.mac.toLowerCase()];
        await writeJson(file, known);
      });
      await leases;
    },
    status: vmid => (running.has(vmid) ? 'running' : 'stopped'),
    async interfaces(vmid) {
      const guest = running.get(vmid);
      if (!guest?.answers()) return undefined;
      const devices = await runJson<DeviceReport[]>('nsenter', [
        `--net=${foldersOf(guests, vmid).namespace}`,
        ...['ip', '-json', 'address', 'show'],
      ]);
      return devices.map(({ ifname, address, addr_info }): GuestInterface => ({
        name: ifname,
        mac: address,
        addresses: addr_info.map(({ family, local, prefixlen }) => ({
          address: local,
          prefix: prefixlen,
          family: family === 'inet' ? 'ipv4' : 'ipv6',
        })),
      }));
    },
    onPowerOff: listener => void powerOffListeners.push(listener),
    async close() {
      await Promise.all(
        [...running.keys()].map(vmid => driver.shutdown(vmid, 8, true)),
      );
      await clearMachine(prefix, guests, network);
      await removeRuntimeFolder();
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
