import { join } from 'node:path';
import { NanteError, type Configuration, type HostRecap } from '@nante/model';
import {
  runPlaybook,
  settleEarlierPlay,
  type PlayEvent,
  type PlayHost,
} from '../ansible';
import type { Run } from '../operation/executeRun';
import { configurationOf, createPlayNotes } from './configurationOf';
import { pretendPlay } from './pretendPlay';
import type { SoftwareTools } from './software';

/** Milliseconds between two writes of the recap while a play works. */
const liveMs = 1_000;

export interface HostPlay {
  /** File in the folder of the playbooks. */
  playbook: string;
  hosts: readonly PlayHost[];
  /** Of all hosts. */
  variables?: Record<string, unknown>;
  /** Secrets for the roles, by the names that those read. */
  environment?: Readonly<Record<string, string>>;
  dryRun: boolean;
  /** Workspace of the hosts, whose plays follow one another; that of the run unless given. */
  workspace?: string;
  /** Told what happens, beside the run's log. */
  onEvent?: (event: PlayEvent) => void;
  /** For the document. */
  roles: readonly string[];
  tools: SoftwareTools;
}

/** Folder of the plays of a workspace, one at a time. */
export function playsFolder(workDirectory: string, workspace: string): string {
  return join(workDirectory, 'plays', workspace);
}

/** True where the guests are records of the sandbox: nobody can log in to them. */
export function guestsAreRecords({ context }: Pick<Run, 'context'>): boolean {
  return context.options.sandboxGuests === 'record';
}

/**
 * Plays on hosts within a run: lines go into its log, the recap into its document while the play works.
 *
 * @returns what was done, also in the run document
 * @throws NanteError with the first real error, after the document has the recap; `cancelled`
 */
export async function playOnHosts(
  run: Run,
  play: HostPlay,
): Promise<Configuration> {
  const { context, recorder, redactor, signal } = run;
  const { roles, dryRun, tools } = play;
  if (guestsAreRecords(run)) return pretendPlay(run, play);
  const folder = await awaitEarlierPlay(run, play.workspace);
  const notes = createPlayNotes();
  const live = createLiveRecap(play.hosts.map(({ name }) => name));
  const document = (recap: HostRecap[]): Configuration => ({
    dryRun,
    pretended: false,
    roles: [...roles],
    recap,
    failures: [],
    changes: [...notes.changes],
    unseen: [],
  });
  const timer = setInterval(() => {
    if (live.changed())
      void recorder
        .update({ configuration: document(live.recap()) })
        .catch(() => {});
  }, liveMs);
  try {
    const result = await runPlaybook({
      ansible: tools.ansible,
      playbook: play.playbook,
      inventory: play.hosts,
      variables: play.variables,
      environment: play.environment,
      privateKey: tools.privateKey,
      check: dryRun,
      // What changes is worth more than that something does.
      diff: true,
      timeoutMs: context.timing.playTimeoutMs,
      signal,
      onEvent: event => {
        notes.take(event);
        live.take(event);
        play.onEvent?.(event);
      },
      onLine: ({ level, text }) => recorder.log(level, text),
      workDirectory: folder,
      redactor,
    });
    clearInterval(timer);
    const configuration = configurationOf(result, { dryRun, roles, notes });
    await recorder.update({ configuration });
    if (result.state === 'succeeded') return configuration;
    throw new NanteError(
      result.state === 'cancelled' ? 'cancelled' : 'failed',
      result.error?.message ?? 'The play did not succeed.',
      {
        hint:
          result.error?.hint ??
          'Correct what is named, then finish the run: what is done already stays as it is.',
        details: { failedHosts: result.failedHosts },
      },
    );
  } finally {
    clearInterval(timer);
  }
}

/** Waits for a play of the workspace that an earlier start left at work. @returns the folder of its plays */
export async function awaitEarlierPlay(
  { context, recorder, signal }: Run,
  workspace = recorder.document.workspace,
): Promise<string> {
  const { workDirectory } = context.options;
  const folder = playsFolder(workDirectory, workspace);
  const earlier = await settleEarlierPlay(folder, {
    waitMs: context.timing.lockWaitMs,
    signal,
  });
  if (earlier)
    recorder.log(
      'info',
      `${earlier} of an earlier start was at work; it has ended.`,
    );
  return folder;
}

/** Counts of a play that goes on; its own recap comes only at the end. */
function createLiveRecap(names: readonly string[]) {
  const counts = new Map<string, HostRecap>(
    names.map(host => [
      host,
      { host, ok: 0, changed: 0, failed: 0, unreachable: 0, skipped: 0 },
    ]),
  );
  let seen = 0;
  let told = 0;
  return {
    take(event: PlayEvent) {
      if (!('host' in event)) return;
      const recap = counts.get(event.host);
      if (!recap) return;
      seen += 1;
      if (event.type === 'changed') {
        // As Ansible counts: what changed went well too.
        recap.ok += 1;
        recap.changed += 1;
      } else recap[event.type] += 1;
    },
    changed() {
      const is = seen !== told;
      told = seen;
      return is;
    },
    recap: () => [...counts.values()].map(one => ({ ...one })),
  };
}
