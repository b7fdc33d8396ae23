import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** A mounted cgroup hierarchy: version 1 has several, one for each controller, version 2 has one. */
interface Hierarchy {
  controllers: string[];
  /** The folder below which our groups go. */
  base: string;
  /** The group that the sandbox itself is in. */
  own: string;
}

function hierarchies(): Hierarchy[] {
  const own = new Map(
    readFileSync('/proc/self/cgroup', 'utf8')
      .trim()
      .split('\n')
      .map(line => /^\d+:([^:]*):(.*)$/.exec(line))
      .filter(match => match !== null)
      .map(([, names, path]) => [names, path]),
  );
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map(line => /^\S+ \S+ \S+ \S+ (\S+) .* - (cgroup2?) \S+ (\S+)$/.exec(line))
    .filter(match => match !== null)
    .map(([, mount, type, options]) => {
      if (type === 'cgroup2') {
        const place = join(mount, own.get('') ?? '/');
        return { controllers: ['unified'], base: mount, own: place };
      }
      const names = options.split(',').filter(name => name !== 'rw');
      // Below the group of the sandbox, so that a limit on the sandbox also holds for its guests.
      const path = [...own].find(([key]) =>
        key.split(',').some(name => name !== '' && names.includes(name)),
      )?.[1];
      const place = join(mount, path ?? '/');
      return { controllers: names, base: place, own: place };
    })
    .filter(({ base }) => existsSync(base));
}

function attempt(path: string, value: string): void {
  try {
    writeFileSync(path, value);
  } catch {
    // Limits are a courtesy: a machine that does not let us set one runs the guest without.
  }
}

/** A group of version 1 takes processes only once it was told which processors and memory: those of the one above it. */
function letProcessesIn(base: string, prefix: string, group: string): void {
  for (const [from, to] of [
    [base, join(base, prefix)],
    [join(base, prefix), group],
  ]) {
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      attempt(join(to, file), readFileSync(join(from, file), 'utf8'));
  }
}

/**
 * Runs `start`, which must spawn systemd-nspawn synchronously, so that the child is born in groups of its own: guests in one
 * group would end each other's services, and what a Docker in it makes goes with the guest. Limits memory and processors where the machine allows that. The sandbox itself
 * steps into the groups for that moment; moving the child afterwards comes too late, as it makes the guest's groups at once.
 */
export function startInGroups<T>(
  prefix: string,
  machine: string,
  limits: { memoryMb: number; cores: number },
  start: () => T,
): T {
  const entered: string[] = [];
  try {
    for (const { controllers, base, own } of hierarchies()) {
      const group = join(base, prefix, machine);
      mkdirSync(group, { recursive: true });
      if (controllers.includes('cpuset')) letProcessesIn(base, prefix, group);
      setLimits(controllers, base, prefix, group, limits);
      writeFileSync(join(group, 'cgroup.procs'), String(process.pid));
      entered.push(own);
    }
    return start();
  } finally {
    for (const own of entered) {
      writeFileSync(join(own, 'cgroup.procs'), String(process.pid));
    }
  }
}

/** Gives the groups of a running guest other limits. */
export function limitGroups(
  prefix: string,
  machine: string,
  limits: { memoryMb: number; cores: number },
): void {
  for (const { controllers, base } of hierarchies()) {
    const group = join(base, prefix, machine);
    if (existsSync(group)) setLimits(controllers, base, prefix, group, limits);
  }
}

function setLimits(
  controllers: string[],
  base: string,
  prefix: string,
  group: string,
  limits: { memoryMb: number; cores: number },
): void {
  const period = 100_000;
  const bytes = String(limits.memoryMb * 1024 * 1024);
  if (controllers.includes('memory')) {
    attempt(join(group, 'memory.limit_in_bytes'), bytes);
  }
  if (controllers.includes('cpu')) {
    attempt(join(group, 'cpu.cfs_period_us'), String(period));
    attempt(join(group, 'cpu.cfs_quota_us'), String(period * limits.cores));
  }
  if (controllers.includes('unified')) {
    for (const folder of [base, join(base, prefix)]) {
      attempt(join(folder, 'cgroup.subtree_control'), '+memory +cpu');
    }
    if (existsSync(join(group, 'memory.max'))) {
      attempt(join(group, 'memory.max'), bytes);
      attempt(join(group, 'cpu.max'), `${period * limits.cores} ${period}`);
    }
  }
}

/** Removes the groups of one guest, or of the whole sandbox when no machine is named. They must hold no process. */
export function removeGroups(prefix: string, machine = ''): void {
  for (const { base } of hierarchies()) {
    removeTree(join(base, prefix, machine));
  }
}

function removeTree(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch {
    // A process that is just ending keeps it busy; the next start of the sandbox removes it.
  }
}
