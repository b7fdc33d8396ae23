import type { Engine } from '@nante/engine';
import { NanteError } from '@nante/model';
import { describeError } from '../hosts/ConnectionSource';
import { askAbout } from './askAbout';
import { readDelivery } from './deliveries';
import { EventMemory } from './EventMemory';
import { Followed } from './Followed';
import {
  type EndedRun,
  type FollowedRun,
  type FollowerTiming,
  type GithubDelivery,
  type WorkflowFollower,
  type WorkflowRunName,
  usualTiming,
} from './followerTypes';
import { limitEndOf, unlessLimited } from './limits';
import { Pauses } from './Pauses';
import { RequestBudget } from './RequestBudget';
import { RunnerNotes } from './RunnerNotes';
import { WatchedRun } from './WatchedRun';
import { describeWait } from './waiting';

const MINUTE = 60_000;
/** Part of the budget that runs may use whose events arrive, and the others. */
const SHARES = { quiet: 1 / 3, poll: 0.75 };
/** Requests that are under way at once. */
const AT_ONCE = 6;

/** Follows runs by events, and by asking within one budget. */
export class GithubFollower implements WorkflowFollower {
  readonly #engine: Pick<Engine, 'github'>;
  readonly #perMinute: number;
  readonly #budget: RequestBudget;
  readonly #now: () => number;
  readonly #timing: FollowerTiming;
  readonly #runners: RunnerNotes;
  readonly #followed = new Map<string, Followed>();
  readonly #memory: EventMemory;
  readonly #pauses: Pauses;
  readonly #listeners = new Set<
    (change: { repository: string; runId: number }) => void
  >();
  #asking = 0;
  #timer?: NodeJS.Timeout;

  /**
   * @param options - `perMinute`: most requests that this process sends in a minute, 60 unless given
   */
  constructor(options: {
    engine: Pick<Engine, 'github'>;
    perMinute?: number;
    now?: () => number;
    timing?: Partial<FollowerTiming>;
  }) {
    this.#engine = options.engine;
    this.#perMinute = options.perMinute ?? 60;
    this.#now = options.now ?? Date.now;
    this.#timing = { ...usualTiming, ...options.timing };
    this.#budget = new RequestBudget({
      perMinute: this.#perMinute,
      now: this.#now,
    });
    this.#memory = new EventMemory(this.#now);
    this.#pauses = new Pauses({ first: this.#timing.retry, now: this.#now });
    this.#runners = new RunnerNotes({
      ask: async ({ connection, repository }) => {
        const api = await this.#engine.github(connection);
        return unlessLimited(api, signal =>
          api.runners(repository, { signal }),
        );
      },
      // Those of the repository, and those of its organization.
      mayAsk: () => this.#budget.take(true, 2),
      freshFor: this.#timing.runners,
      now: this.#now,
    });
  }

  async follow(
    name: WorkflowRunName,
    options: {
      signal?: AbortSignal;
      onChange?: (followed: FollowedRun) => void;
    } = {},
  ): Promise<EndedRun> {
    const { signal, onChange } = options;
    signal?.throwIfAborted();
    const followed = this.#begin(name);
    let leave = () => {};
    const ended = new Promise<EndedRun>((resolve, reject) => {
      const end = followed.listen({ onChange, resolve, reject });
      const onAbort = () => {
        end();
        reject(signal?.reason);
        if (!followed.hasListeners) this.#forget(followed);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      leave = () => signal?.removeEventListener('abort', onAbort);
    });
    if (followed.known.run) followed.tell();
    this.#settle(followed);
    this.#pump();
    return ended.finally(leave);
  }

  receive({ event, payload }: GithubDelivery): void {
    const news = readDelivery(event, payload);
    if (!news) return;
    const { repository, runId } = news;
    const now = this.#now();
    this.#memory.hear(repository);
    const key = keyOf(repository, runId);
    const followed = this.#followed.get(key);
    const known = followed?.known ?? this.#memory.remember(key);
    const isNew = news.run
      ? known.takeRun(news.run)
      : known.takeJob(news.job, news.attempt);
    if (!isNew) return;
    if (followed) {
      followed.heardAt = now;
      if (!followed.isUrgent) followed.dueAt = now + this.#interval(followed);
      this.#changed(followed);
      this.#pump();
    }
    for (const listener of [...this.#listeners])
      listener({ repository, runId });
  }

  subscribe(
    listener: (change: { repository: string; runId: number }) => void,
  ): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  hears(repository: string): boolean {
    return this.#memory.hears(repository);
  }

  waitsFor({ repository, runId }: WorkflowRunName): string | undefined {
    return this.#followed.get(keyOf(repository, runId))?.waitsFor;
  }

  #begin(name: WorkflowRunName): Followed {
    const key = keyOf(name.repository, name.runId);
    const there = this.#followed.get(key);
    if (there) return there;
    const known = this.#memory.find(key) ?? new WatchedRun();
    const now = this.#now();
    const followed = new Followed(name, known, now);
    if (known.run) {
      followed.heardAt = now;
      followed.dueAt = now + this.#interval(followed);
    } else if (this.hears(name.repository)) {
      followed.dueAt = now + this.#timing.firstLook;
    }
    this.#followed.set(key, followed);
    this.#noteQueue(followed);
    return followed;
  }

  #forget(followed: Followed): void {
    const { repository, runId } = followed.name;
    const key = keyOf(repository, runId);
    if (this.#followed.get(key) === followed) this.#followed.delete(key);
    this.#pump();
  }

  #changed(followed: Followed): void {
    this.#noteQueue(followed);
    followed.tell();
    this.#settle(followed);
  }

  /** Ends what is over; where only its jobs are not known to have ended, they get a moment before they are asked for. */
  #settle(followed: Followed): void {
    const { known } = followed;
    if (known.isOver) {
      followed.end();
      this.#forget(followed);
    } else if (known.run?.status === 'completed' && !followed.isUrgent) {
      followed.isUrgent = true;
      followed.dueAt =
        this.#now() + (followed.heardAt === undefined ? 0 : this.#timing.grace);
    }
  }

  /** Starts or stops the clock after which somebody is told that nothing works on it. */
  #noteQueue(followed: Followed): void {
    const { run, queued, jobs } = followed.known;
    const works = jobs.some(({ status }) => status === 'in_progress');
    const isRunIdle =
      run !== undefined && !['in_progress', 'completed'].includes(run.status);
    const isIdle = queued.length > 0 || (isRunIdle && !works);
    if (!isIdle) {
      followed.queuedAt = undefined;
      followed.waitsFor = undefined;
      followed.isWaitKnown = false;
    } else {
      followed.queuedAt ??= this.#now();
    }
  }

  /** Asks and tells what is due, and sleeps until the next is. */
  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let wakeAt = Infinity;
    const all = [...this.#followed.values()].sort(byUrgency);
    for (const followed of all) {
      wakeAt = Math.min(wakeAt, this.#sayWait(followed));
      if (followed.isAsking) continue;
      const readyAt = Math.max(
        followed.dueAt,
        this.#pauses.until(followed.name.connection),
      );
      if (readyAt > this.#now()) {
        wakeAt = Math.min(wakeAt, readyAt);
      } else if (
        // Whoever ends an answer pumps again.
        this.#asking < AT_ONCE &&
        !this.#ask(followed)
      ) {
        const wait = this.#budget.wait(followed.isUrgent);
        wakeAt = Math.min(wakeAt, this.#now() + wait);
      }
    }
    if (wakeAt === Infinity) return;
    const wait = Math.max(wakeAt - this.#now(), 1);
    this.#timer = setTimeout(() => this.#pump(), Math.min(wait, MINUTE));
  }

  /** @returns when there is something to say; infinite where there is nothing more */
  #sayWait(followed: Followed): number {
    const { queuedAt, isWaitKnown } = followed;
    if (queuedAt === undefined || isWaitKnown) return Infinity;
    const sayAt = queuedAt + this.#timing.queued;
    if (sayAt > this.#now()) return sayAt;
    followed.isWaitKnown = true;
    void this.#lookIntoWait(followed);
    return Infinity;
  }

  async #lookIntoWait(followed: Followed): Promise<void> {
    const { known, repository, name } = followed;
    const runners = known.queued.length
      ? await this.#runners.of({ connection: name.connection, repository })
      : undefined;
    // It may have gone on meanwhile.
    if (followed.queuedAt === undefined) return;
    followed.waitsFor = describeWait(known.run, known.queued, runners);
    followed.tell();
  }

  /** @returns false where the budget is used up */
  #ask(followed: Followed): boolean {
    if (!this.#budget.take(followed.isUrgent)) return false;
    followed.isAsking = true;
    this.#asking += 1;
    void this.#answer(followed).finally(() => {
      followed.isAsking = false;
      this.#asking -= 1;
      this.#pump();
    });
    return true;
  }

  async #answer(followed: Followed): Promise<void> {
    try {
      const { connection } = followed.name;
      const api = await this.#engine.github(connection);
      const isNew = await askAbout(api, followed);
      this.#pauses.clear(connection);
      followed.problem = undefined;
      followed.limitedUntil = undefined;
      followed.isUrgent = false;
      followed.dueAt = this.#now() + this.#interval(followed);
      const { run, jobs } = followed.known;
      const areDone =
        jobs.length > 0 && jobs.every(({ status }) => status === 'completed');
      // The run ends with its last job.
      if (isNew && areDone && run?.status !== 'completed')
        followed.dueAt = this.#now() + this.#timing.poll / 3;
      if (isNew) this.#changed(followed);
      else this.#settle(followed);
    } catch (error) {
      this.#fail(followed, error);
    }
  }

  #fail(followed: Followed, error: unknown): void {
    const now = this.#now();
    const limitEnd = limitEndOf(error);
    if (limitEnd !== undefined) {
      this.#pauses.limit(followed.name.connection, limitEnd);
      this.#tellAll(followed.name.connection, one => {
        one.limitedUntil = new Date(limitEnd).toISOString();
      });
      return;
    }
    const code = NanteError.is(error) ? error.code : 'failed';
    // Just started, it may not stand everywhere in GitHub yet.
    const isYoung = now - followed.since < this.#timing.unknown;
    if (code === 'not-found' && isYoung) {
      followed.dueAt = now + this.#timing.poll;
      return;
    }
    if (
      ['not-found', 'unauthorized', 'refused', 'invalid-input'].includes(code)
    ) {
      followed.fail(error);
      this.#forget(followed);
      return;
    }
    this.#pauses.fail(followed.name.connection);
    const problem = describeError(error);
    this.#tellAll(followed.name.connection, one => {
      one.problem = problem;
    });
  }

  #tellAll(connection: string, note: (followed: Followed) => void): void {
    for (const followed of [...this.#followed.values()]) {
      if (followed.name.connection !== connection) continue;
      note(followed);
      followed.tell();
    }
  }

  /** Until the next look: the budget is shared by all who need it in the same way. */
  #interval(followed: Followed): number {
    const isQuiet = followed.heardAt !== undefined;
    let count = 0;
    for (const { heardAt } of this.#followed.values())
      if ((heardAt !== undefined) === isQuiet) count += 1;
    const share = isQuiet ? SHARES.quiet : SHARES.poll;
    const fair = (count * MINUTE) / (this.#perMinute * share);
    const { quietPoll, poll } = this.#timing;
    return Math.max(isQuiet ? quietPoll : poll, fair);
  }
}

function byUrgency(a: Followed, b: Followed): number {
  if (a.isUrgent !== b.isUrgent) return a.isUrgent ? -1 : 1;
  return a.dueAt - b.dueAt;
}

function keyOf(repository: string, runId: number): string {
  return `${repository.toLowerCase()}#${runId}`;
}
