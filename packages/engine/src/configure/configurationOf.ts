import type { Configuration, HostRecap } from '@nante/model';
import type { PlayEvent, PlaybookResult } from '../ansible';

/** Changes, and things unseen, that a run document keeps. */
const mostNotes = 200;
/** Characters of one diff that a run document keeps. */
const longestDiff = 4_096;

/**
 * Name of the task by which a role says in a check run what it could not look at, one line each: the playbooks and roles of
 * `ansible/` use it, with the role's name before it.
 */
const unseenTask = /(^|: )Say what a check run cannot see$/;

/** Remembers of a play's events what a run document keeps; a play may have very many. */
export interface PlayNotes {
  /** To be given each event, as `onEvent` of one play. */
  take(event: PlayEvent): void;
  readonly changes: Configuration['changes'];
  /** What a check run could not look at. */
  readonly unseen: readonly { host: string; text: string }[];
}

export function createPlayNotes(): PlayNotes {
  const changes: Configuration['changes'] = [];
  const unseen: { host: string; text: string }[] = [];
  const notSeen = (host: string, text: string) => {
    const isKnown = unseen.some(
      other => other.host === host && other.text === text,
    );
    if (!isKnown && unseen.length < mostNotes) unseen.push({ host, text });
  };
  return {
    take(event) {
      if (event.type === 'changed' && changes.length < mostNotes) {
        const { host, task, diff } = event;
        changes.push({ host, task, ...(diff && { diff: cut(diff) }) });
      } else if (event.type === 'skipped' && event.unseen) {
        notSeen(event.host, event.task);
      } else if (event.type === 'ok' && unseenTask.test(event.task)) {
        for (const line of event.message?.split('\n') ?? [])
          if (line.trim()) notSeen(event.host, line.trim());
      }
    },
    changes,
    unseen,
  };
}

/** What a play did, or would do, for a run document. */
export function configurationOf(
  result: PlaybookResult,
  options: {
    dryRun: boolean;
    pretended?: boolean;
    /** Names of the roles, in their order. */
    roles: readonly string[];
    notes: PlayNotes;
  },
): Configuration {
  const { dryRun, pretended = false, roles, notes } = options;
  const { recap, failures } = result;
  const unseen = notes.unseen.map(({ host, text }) =>
    recap.length > 1 ? `${host}: ${text}` : text,
  );
  return {
    ...{ dryRun, pretended, recap, failures },
    roles: [...roles],
    changes: [...notes.changes],
    unseen: dryRun ? unseen : [],
  };
}

/** What several plays of a run did after each other: their numbers are added up. */
export function joinConfigurations(
  first: Configuration,
  ...others: readonly Configuration[]
): Configuration {
  const all = [first, ...others];
  return {
    ...first,
    pretended: all.some(({ pretended }) => pretended),
    roles: [...new Set(all.flatMap(({ roles }) => roles))],
    recap: sum(all.flatMap(({ recap }) => recap)),
    failures: all.flatMap(({ failures }) => failures),
    changes: all.flatMap(({ changes }) => changes).slice(0, mostNotes),
    unseen: [...new Set(all.flatMap(({ unseen }) => unseen))],
  };
}

function sum(recaps: readonly HostRecap[]): HostRecap[] {
  const hosts = new Map<string, HostRecap>();
  for (const recap of recaps) {
    const before = hosts.get(recap.host);
    if (!before) {
      hosts.set(recap.host, { ...recap });
      continue;
    }
    for (const key of [
      'ok',
      'changed',
      'failed',
      'unreachable',
      'skipped',
    ] as const)
      before[key] += recap[key];
  }
  return [...hosts.values()];
}

function cut(diff: string): string {
  return diff.length <= longestDiff
    ? diff
    : `${diff.slice(0, longestDiff)}\n… ${diff.length - longestDiff} more characters`;
}
