import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError, type HostRecap, type PlayFailure } from '@nante/model';
import { throwIfCancelled } from '../cancel';
import {
  findDetached,
  programId,
  startDetached,
  type Redactor,
} from '../process';
import {
  ansibleEnvironment,
  checkEnvironment,
  secretsIn,
  type AnsibleInstallation,
} from './environment';
import { concludePlay } from './conclude';
import { plainLine, type PlayEvent, type PlayLine } from './events';
import { factsFolder } from './facts';
import { defaultGraceMs, followPlay } from './follow';
import { knownHosts, learnHostKeys } from './hostKeys';
import {
  checkHosts,
  checkVariables,
  inventoryDocument,
  variablesDocument,
  type CheckedHost,
  type PlayHost,
} from './inventory';
import {
  emptyPrivateFolder,
  fillPrivateFolder,
  privatePaths,
} from './privateFolder';
import { stopPlay } from './stop';

export interface PlaybookOptions {
  ansible: AnsibleInstallation;
  /** File in the project folder, such as `site.yml`. */
  playbook: string;
  inventory: readonly PlayHost[];
  /** Variables of all hosts; strings in them are data, never templates. */
  variables?: Record<string, unknown>;
  /**
   * Secrets for roles, by the names that those read: in the environment of this `ansible-playbook` alone, and masked in all
   * that it says. Names that steer Ansible or any program are refused.
   */
  environment?: Readonly<Record<string, string>>;
  /** Secret: the SSH key in OpenSSH's or PEM format. It lies in a private file while the play runs. */
  privateKey: string;
  /**
   * Asks hosts that come without host keys for them, once; the result has them, to be pinned. Otherwise such a host is
   * refused: host keys are never left unchecked.
   */
  learn?: boolean;
  /** How often a host is asked for its key, a second apart; 30. */
  learnTries?: number;
  /** Changes nothing and says what would change. */
  check?: boolean;
  /** Shows changes as a diff; on where `check` is. */
  diff?: boolean;
  /** Names of the hosts to play on, such as those that failed before; all unless given. */
  limit?: readonly string[];
  tags?: readonly string[];
  /** Milliseconds until the play is stopped; 1 800 000. */
  timeoutMs?: number;
  /** Milliseconds that Ansible has to end after it was asked to; 15 000. */
  graceMs?: number;
  signal?: AbortSignal;
  /** What happens, without secrets. */
  onEvent?: (event: PlayEvent) => void;
  /** The same in lines for a person, without secrets. */
  onLine?: (line: PlayLine) => void;
  /** Folder of this host's or workspace's plays, one at a time; keeps output and facts. */
  workDirectory: string;
  redactor: Redactor;
}

/** How a play ended. */
export interface PlaybookResult {
  state: 'succeeded' | 'failed' | 'cancelled';
  /** A line for each host; empty when Ansible did not get as far. */
  recap: HostRecap[];
  failures: PlayFailure[];
  /** Hosts to repeat it on. */
  failedHosts: string[];
  /** Why it did not succeed: the first real error. */
  error?: { message: string; hint?: string };
  /** Keys of hosts that came without, by name: to be pinned. */
  learnedHostKeys: Record<string, string[]>;
  /** Of `ansible-playbook`; null when a signal ended it. */
  exitCode: number | null;
  durationMs: number;
}

const recordOf = (workDirectory: string) => join(workDirectory, 'play.json');

/**
 * Plays a playbook by `ansible-playbook`, as a program that outlives us. What fails on hosts is in the result.
 *
 * @throws NanteError before anything is touched: `invalid-input`, `unreachable` (a host whose key is to be learned does
 *   not answer), `conflict` (a play of an earlier process still runs in the work directory), `cancelled`, `failed`
 *   (Ansible is missing or cannot be started)
 */
export async function runPlaybook(
  options: PlaybookOptions,
): Promise<PlaybookResult> {
  const started = Date.now();
  const { ansible, workDirectory, redactor, signal } = options;
  const { environment = {} } = options;
  redactor.add([options.privateKey, ...secretsIn(environment)]);
  const hosts = checkInput(options);
  throwIfCancelled(signal);
  const record = recordOf(workDirectory);
  await assertNoPlay(record);
  const { known, learned } = await pinned(hosts, options);
  const keysFile = knownHosts(known);
  const facts = await factsFolder(workDirectory, keysFile);
  const home = join(workDirectory, 'home');
  await mkdir(home, { recursive: true, mode: 0o700 });

  const paths = privatePaths(workDirectory);
  try {
    await fillPrivateFolder(paths, {
      privateKey: options.privateKey,
      knownHosts: keysFile,
      inventory: inventoryDocument(known),
      variables: variablesDocument(options.variables ?? {}, known),
      limit: options.limit,
    });
    const files = {
      outputFile: join(workDirectory, 'output.log'),
      errorFile: join(workDirectory, 'errors.log'),
      recordFile: record,
    };
    const handle = await startDetached({
      file: join(ansible.bin, 'ansible-playbook'),
      args: [
        ...['-i', paths.inventory, '-e', `@${paths.variables}`],
        ...(options.check ? ['--check'] : []),
        ...((options.diff ?? options.check) ? ['--diff'] : []),
        ...(options.limit ? ['--limit', `@${paths.limit}`] : []),
        ...(options.tags?.length ? ['--tags', options.tags.join(',')] : []),
        options.playbook,
      ],
      cwd: ansible.project,
      env: ansibleEnvironment(ansible, paths, {
        ...{ facts, home, check: options.check, environment },
      }),
      purpose: `ansible-playbook ${options.playbook}`,
      ...files,
    });
    const names = options.limit ?? hosts.map(({ name }) => name);
    const followed = await followPlay(handle, names, options);
    const end = await findDetached(record);
    const exitCode = end?.state === 'finished' ? end.exitCode : null;
    const errors = await readErrors(files.errorFile, options);
    // Read to their end, and as the program wrote them: what may stay went through the redactor.
    for (const file of [files.outputFile, files.errorFile])
      await rm(file, { force: true });
    const keys = learned.map(({ name, hostKeys }) => [name, hostKeys] as const);
    return {
      ...concludePlay({ ...followed, exitCode, errors }, options),
      learnedHostKeys: Object.fromEntries(keys),
      exitCode,
      durationMs: Date.now() - started,
    };
  } finally {
    await emptyPrivateFolder(paths);
  }
}

/**
 * Waits for a play that an earlier process left at work in a work directory, and asks it to stop when it takes too long:
 * Ansible keeps no state that this could spoil, and whoever comes next plays it again.
 *
 * @param waitMs - milliseconds to wait before it is asked to stop
 * @returns what it was, or undefined where there was none
 * @throws NanteError `cancelled`
 */
export async function settleEarlierPlay(
  workDirectory: string,
  options: { waitMs: number; signal?: AbortSignal },
): Promise<string | undefined> {
  const record = recordOf(workDirectory);
  const deadline = Date.now() + options.waitMs;
  let purpose: string | undefined;
  let stopping: Promise<void> | undefined;
  const ended = new AbortController();
  try {
    for (;;) {
      const found = await findDetached(record);
      if (found?.state !== 'running') return purpose;
      purpose = found.handle.purpose ?? found.handle.command;
      throwIfCancelled(options.signal);
      if (Date.now() > deadline)
        stopping ??= stopPlay(found.handle, defaultGraceMs, ended.signal);
      await sleep(200);
    }
  } finally {
    ended.abort();
    await stopping?.catch(() => {});
  }
}

/**
 * Removes the SSH key and the other private files that a killed process left for plays of a work directory, once its play
 * has ended; for the start of a program. `runPlaybook` does the same for its own work directory.
 *
 * @returns false while that play runs still
 */
export async function removePlayLeftovers(
  workDirectory: string,
): Promise<boolean> {
  const found = await findDetached(recordOf(workDirectory));
  if (found?.state === 'running') return false;
  await emptyPrivateFolder(privatePaths(workDirectory));
  return true;
}

function checkInput(options: PlaybookOptions): CheckedHost[] {
  const { ansible, playbook, inventory, limit = [], tags = [] } = options;
  const hosts = checkHosts(inventory);
  checkVariables(options.variables ?? {});
  checkEnvironment(options.environment ?? {});
  if (
    !/^[a-z0-9_-]+\.ya?ml$/.test(playbook) ||
    !existsSync(join(ansible.project, playbook))
  )
    throw new NanteError(
      'invalid-input',
      `There is no playbook ${JSON.stringify(playbook)} in ${ansible.project}.`,
      { hint: 'Name one of its files, such as site.yml.' },
    );
  const unknown = limit.filter(name => !hosts.some(host => host.name === name));
  if (unknown.length > 0 || options.limit?.length === 0)
    throw new NanteError(
      'invalid-input',
      unknown.length > 0
        ? `The play is limited to hosts that it does not have: ${unknown.join(', ')}.`
        : 'The play is limited to no host at all.',
    );
  const wrong = tags.filter(
    tag => !/^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$/.test(tag),
  );
  if (wrong.length > 0)
    throw new NanteError(
      'invalid-input',
      `These are no tags: ${wrong.map(tag => JSON.stringify(tag)).join(', ')}.`,
      { hint: 'Use letters, digits, _ and inner hyphens.' },
    );
  return hosts;
}

/** The private folder of a play that still runs must stay. */
async function assertNoPlay(record: string): Promise<void> {
  const found = await findDetached(record);
  if (found?.state !== 'running') return;
  const { handle } = found;
  throw new NanteError(
    'conflict',
    `${handle.purpose ?? handle.command} of an earlier start runs still (process ${programId(handle)}, since ${handle.startedAt}).`,
    { hint: 'Wait until it has ended, then repeat.' },
  );
}

/** All hosts with keys, and those whose keys were learned just now. */
async function pinned(
  hosts: readonly CheckedHost[],
  options: PlaybookOptions,
): Promise<{ known: CheckedHost[]; learned: CheckedHost[] }> {
  const { limit, learn, learnTries, redactor, signal } = options;
  const strangers = hosts.filter(
    ({ name, hostKeys }) =>
      hostKeys.length === 0 && (!limit || limit.includes(name)),
  );
  if (strangers.length === 0) return { known: [...hosts], learned: [] };
  if (!learn) {
    const names = strangers.map(({ name }) => name).join(', ');
    throw new NanteError(
      'invalid-input',
      `The SSH host key of ${names} is not known.`,
      { hint: 'Give the keys, or have them learned at the first contact.' },
    );
  }
  const learned = await learnHostKeys(strangers, {
    redactor,
    signal,
    tries: learnTries ?? 30,
  });
  const known = hosts.map(
    host => learned.find(({ name }) => name === host.name) ?? host,
  );
  return { known, learned };
}

/** What Ansible says beside the events: warnings, and what is wrong before there is a play. */
async function readErrors(
  file: string,
  { redactor, onLine }: PlaybookOptions,
): Promise<string[]> {
  const text = redactor.redact(await readFile(file, 'utf8'));
  const lines = text
    .split('\n')
    .map(plainLine)
    .filter(line => line.text);
  for (const line of lines) onLine?.(line);
  return lines.map(line => line.text);
}
