import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { findTool, run, toolEnvironment } from './command';
import { limitGroups, startInGroups } from './cgroups';
import { nestingOptions, prepareNesting } from './containers';
import type { GuestFolders } from './disk';
import {
  findGuestProcesses,
  isAlive,
  markerVariable,
  markOf,
  type ProcessMark,
  signal,
  waitUntil,
} from './processes';

/** What systemd in a guest understands as wishes (the real-time signals count from 34). */
export const wishes = { powerOff: 34 + 4, reboot: 34 + 5 };

/** systemd-nspawn's exit code when the guest rebooted and nobody but us can start it again. */
const rebooted = 133;

/** A guest that was switched on. */
export interface RunningGuest {
  machine: string;
  /** How often it has been booted since it was switched on. */
  boots: number;
  /** A fault: nobody in it answers for the agent. */
  readonly noAgent: boolean;
  /** The guest's first process, once there is one. */
  leader(): number | undefined;
  /** True when a person could log in: sshd listens and logins are allowed. */
  answers(): boolean;
  /** Gives it other limits, also for its next boots. */
  limit(limits: Limits): void;
  /** Cuts the power. Resolves when it is off. */
  cut(): Promise<void>;
  /** Cuts the power and boots again. Resolves when it boots, or when somebody switched it off meanwhile. */
  reset(): Promise<void>;
  /** Resolves when the guest is off, by whatever cause. */
  readonly off: Promise<void>;
}

/** What a guest may use of the machine. */
interface Limits {
  memoryMb: number;
  cores: number;
}

/** What a boot needs to know. */
export interface BootOptions extends Limits {
  prefix: string;
  machine: string;
  folders: GuestFolders;
  /** A fault: boots into a system without network and sshd. */
  neverBoots: boolean;
  noAgent: boolean;
  /** It may run containers. */
  nesting: boolean;
  log(line: string): void;
  /** Done while the guest is down between two boots. */
  beforeReboot(): Promise<void>;
  onReboot(): void;
}

/**
 * Starts the guest in a session of its own, so that Ctrl-C in the sandbox's terminal does not reach it, and starts it again
 * whenever it reboots.
 */
export async function boot(options: BootOptions): Promise<RunningGuest> {
  const { machine, folders, prefix, log } = options;
  let cutting = false;
  let resetting = false;
  let ended = false;
  let leader: ProcessMark | undefined;
  let limits: Limits = options;
  if (options.nesting) await prepareNesting(folders);
  const output = await open(folders.console, 'w');
  const launch = () => {
    const child = startInGroups(prefix, machine, limits, () =>
      spawn(
        findTool('systemd-nspawn') ?? 'systemd-nspawn',
        [
          ...['--quiet', '--boot', `--directory=${folders.root}`],
          ...[`--machine=${machine}`, '--register=no', '--keep-unit'],
          ...[`--network-namespace-path=${folders.namespace}`],
          // Left out by systemd-nspawn because the network namespace is not of its making; the guest sets its own address.
          '--capability=CAP_NET_ADMIN',
          ...['--resolv-conf=off', '--timezone=off', '--console=read-only'],
          `--setenv=${markerVariable}=${machine}`,
          ...(options.nesting ? nestingOptions(folders) : []),
          // What stands behind the options is for the guest's systemd, as a kernel's command line is.
          ...(options.neverBoots ? ['systemd.unit=emergency.target'] : []),
        ],
        {
          env: { ...process.env, ...toolEnvironment },
          stdio: ['ignore', output.fd, output.fd],
          detached: true,
        },
      ),
    );
    // An array as `once` gives it: exit code, or null when a signal ended it.
    return once(child, 'exit').catch(error => {
      log(`${machine} could not be started: ${error.message}`);
      return [1];
    });
  };
  const guest = { boots: 1 };
  let child = launch();
  const off = (async () => {
    for (;;) {
      const [exitCode] = await child;
      leader = undefined;
      if ((exitCode !== rebooted && !resetting) || cutting) {
        if (exitCode !== 0 && !cutting) {
          const said = readFileSync(folders.console, 'utf8')
            .trim()
            .split('\n')
            .at(-1);
          log(`${machine} ended with exit code ${exitCode}: ${said}`);
        }
        break;
      }
      resetting = false;
      await options
        .beforeReboot()
        .catch(error => log(`${machine}: ${(error as Error).message}`));
      if (cutting) break;
      child = launch();
      guest.boots += 1;
      options.onReboot();
    }
    ended = true;
    await killGuest(machine);
    await output.close();
  })();

  const findLeader = () => {
    if (!leader || !isAlive(leader)) {
      const pid = findGuestProcesses(machine).get(machine)?.leaders[0];
      leader = pid === undefined ? undefined : markOf(pid);
    }
    return leader?.pid;
  };
  return {
    machine,
    noAgent: options.noAgent,
    get boots() {
      return guest.boots;
    },
    leader: findLeader,
    answers() {
      const pid = findLeader();
      return pid !== undefined && letsIn(pid);
    },
    limit(wanted) {
      limits = wanted;
      limitGroups(prefix, machine, wanted);
    },
    async reset() {
      const { boots } = guest;
      resetting = true;
      await waitUntil(() => {
        // The kernel ends the whole guest with its first process, and systemd-nspawn then ends by itself.
        if (guest.boots === boots && resetting) {
          const pid = findLeader();
          if (pid !== undefined) signal(pid, 'SIGKILL');
        }
        return ended || guest.boots > boots;
      }, 10_000);
    },
    async cut() {
      cutting = true;
      await killGuest(machine);
      await off;
    },
    off,
  };
}

function letsIn(leader: number): boolean {
  try {
    // Local port 22 (0x16) in state LISTEN (0A), by the guest's own table.
    const listens = ['tcp', 'tcp6'].some(table =>
      /^\s*\d+: [0-9A-F]+:0016 [0-9A-F]+:0000 0A /m.test(
        readFileSync(`/proc/${leader}/net/${table}`, 'utf8'),
      ),
    );
    return listens && !existsSync(`/proc/${leader}/root/run/nologin`);
  } catch {
    return false;
  }
}

/**
 * Ends a guest for certain. The leader goes first: the kernel takes everything in the guest with it and systemd-nspawn ends
 * by itself, whereas a killed systemd-nspawn leaves the guest running.
 */
export async function killGuest(machine: string): Promise<void> {
  const find = () => findGuestProcesses(machine).get(machine);
  const ended = await waitUntil(
    () => {
      const found = find();
      for (const pid of found?.leaders ?? []) signal(pid, 'SIGKILL');
      return !found;
    },
    3_000,
    30,
  );
  if (ended) return;
  // Before its leader lives, or after it died, systemd-nspawn can be ended on its own.
  for (const pid of find()?.nspawn ?? []) signal(pid, 'SIGKILL');
  await waitUntil(() => {
    const found = find();
    for (const pid of found?.leaders ?? []) signal(pid, 'SIGKILL');
    return !found;
  }, 5_000);
}

/** Makes a network namespace that a mount at the file keeps alive, so that reboots do not unplug the cables. */
export async function makeNamespace(file: string): Promise<void> {
  await run('unshare', [`--net=${file}`, 'true']);
  await run('nsenter', [`--net=${file}`, 'ip', 'link', 'set', 'lo', 'up']);
}
