import { NanteError } from '@nante/model';
import type {
  ActivityElement,
  Interruption,
  ServerTask,
  TaskState,
} from '../documents';
import { runDeployment } from './deployment';
import { endedBefore, verdict } from './endings';
import { runHealthCheck } from './health';
import { chosenAnswer } from './interruptions';
import { KeptLog } from './keptLog';
import { mutexOf } from './mutex';
import { pretendedWork } from './pretended';
import { rawLog } from './rawLog';
import { recordedLog } from './recordedLog';
import type { TaskLogTree } from './taskLog';
import { Gate, timeSpan, wakeAt } from './timing';
import type {
  InterruptionAnswer,
  NewTask,
  TaskChange,
  TaskQueueParts,
} from './types';
import { TaskFailure, type TaskWork, type WorkContext } from './work';

const serverNode = 'sandbox';

const works: Partial<Record<string, TaskWork>> = {
  Deploy: runDeployment,
  Health: runHealthCheck,
};

interface Running {
  abort: AbortController;
  log: TaskLogTree;
  done: Promise<void>;
}

/**
 * Server tasks: at most `cap` at once in the order of their coming, one deployment at a time of a project to an environment.
 * Everything is kept: after a stop or a kill, what waited in the queue or for a person still waits, and what ran has failed.
 */
export class TaskQueue {
  readonly #parts: TaskQueueParts;
  readonly #gate = new Gate();
  #queued: string[] = [];
  /** Answered by a person, and waiting for a place. */
  readonly #resumed = new Map<string, WorkContext['resumed']>();
  readonly #running = new Map<string, Running>();
  /** What no other task may do meanwhile, by task; also of those that wait for a person. */
  readonly #held = new Map<string, string>();
  #wake: NodeJS.Timeout | undefined;
  #open = false;

  constructor(parts: TaskQueueParts) {
    this.#parts = parts;
    this.start();
  }

  /** Takes up what is kept; called by the constructor, and again after a `stop` that was none of the sandbox (a reset). */
  start(): void {
    this.#open = true;
    this.#queued = [];
    this.#resumed.clear();
    this.#held.clear();
    const { state } = this.#parts;
    for (const task of state.all('tasks')) {
      if (task.State === 'Queued') this.#queued.push(task.Id);
      else if (task.State === 'Cancelling') this.#endKept(task, 'Canceled');
      else if (task.State !== 'Executing') continue;
      else if (this.#pendingInterruption(task.Id)) this.#hold(task);
      else this.#endKept(task, 'Failed');
    }
    this.#pump();
  }

  /** Puts a task at the end of the queue. */
  enqueue(task: NewTask): ServerTask {
    const now = new Date().toISOString();
    const made = this.#parts.state.insert('tasks', 'ServerTasks', {
      ...task,
      State: 'Queued',
      QueueTime: task.QueueTime ?? now,
      LastUpdatedTime: now,
      HasWarningsOrErrors: false,
      HasPendingInterruptions: false,
      HasBeenPickedUpByProcessor: false,
    });
    this.#queued.push(made.Id);
    this.#changed(made, 'queued');
    // The caller may have to finish its own documents first.
    setImmediate(() => this.#pump());
    return made;
  }

  /**
   * Cancels a task: one that waits ends at once, one that runs as soon as its programs have ended.
   *
   * @throws NanteError `not-found`, or `conflict` when it has ended already
   */
  cancel(id: string): ServerTask {
    const task = this.#task(id);
    const running = this.#running.get(id);
    if (running) {
      if (task.State === 'Executing') this.#set(id, { State: 'Cancelling' });
      running.abort.abort('cancel');
    } else if (['Queued', 'Executing'].includes(task.State)) {
      this.#endKept(task, 'Canceled');
      this.#pump();
    } else if (task.State !== 'Cancelling') {
      throw new NanteError(
        'conflict',
        `The task ${id} has ended already (${task.State}) and cannot be cancelled.`,
      );
    }
    return this.#task(id);
  }

  /** The log tree; of a seeded task one that is made from what its documents say. */
  details(id: string): ActivityElement[] {
    const running = this.#running.get(id);
    if (running) return running.log.activities;
    const { state } = this.#parts;
    const kept = state.get('tasklogs', id)?.Activities;
    return kept ?? recordedLog(state, this.#task(id));
  }

  /** The log as text. */
  raw(id: string): string {
    return rawLog(this.#task(id), this.details(id));
  }

  /** Tasks that come before a queued one. */
  queuedBehind(id: string): ServerTask[] {
    const position = this.#queued.indexOf(id);
    if (position < 0) return [];
    return [...this.#running.keys(), ...this.#queued.slice(0, position)].map(
      before => this.#task(before),
    );
  }

  /** @throws NanteError `not-found`, or `conflict` when it is somebody else's or not pending any more */
  takeResponsibility(interruptionId: string, userId: string): Interruption {
    const interruption = this.#interruption(interruptionId);
    if (!interruption.IsPending)
      throw new NanteError('conflict', `${interruptionId} is not pending.`);
    const { ResponsibleUserId = userId } = interruption;
    if (ResponsibleUserId !== userId)
      throw new NanteError(
        'conflict',
        `${ResponsibleUserId} is responsible for ${interruptionId} already.`,
      );
    return this.#parts.state.update('interruptions', interruptionId, {
      ResponsibleUserId: userId,
    });
  }

  /**
   * Answers an interruption; the task goes on as soon as there is a place.
   *
   * @param userId - who answers; has to have taken responsibility
   * @throws NanteError `not-found`; `conflict` when it was answered already; `refused` without responsibility; `invalid-input`
   *   when the answer is none of those that it offers
   */
  answer(
    interruptionId: string,
    answer: InterruptionAnswer,
    userId: string,
  ): Interruption {
    const before = this.#interruption(interruptionId);
    const values = chosenAnswer(before, answer, userId);
    const { state } = this.#parts;
    const interruption = state.update('interruptions', interruptionId, {
      IsPending: false,
      Form: {
        ...before.Form,
        Values: { ...before.Form.Values, ...values },
      },
    });
    const task = this.#task(before.TaskId);
    const position = state.get('tasklogs', task.Id)?.Position;
    this.#resumed.set(task.Id, { position, interruption, answer });
    this.#changed(
      this.#set(task.Id, { HasPendingInterruptions: false }),
      'resumed',
    );
    setImmediate(() => this.#pump());
    return interruption;
  }

  /** The fault `task-hangs`: tasks that run make no step any more until it is taken back. */
  hang(on: boolean): void {
    this.#gate.set(on);
  }

  /** Waits until nothing runs and nothing could run now. */
  async settled(): Promise<void> {
    // The next ones begin when the callbacks of the last have run.
    await new Promise(resolve => setImmediate(resolve));
    while (this.#running.size > 0) {
      await Promise.all([...this.#running.values()].map(({ done }) => done));
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  /** Ends what runs, as failed, and takes nothing up any more. */
  async stop(): Promise<void> {
    this.#open = false;
    clearTimeout(this.#wake);
    for (const { abort } of this.#running.values()) abort.abort('stop');
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #pump(): void {
    if (!this.#open) return;
    const { cap = 5 } = this.#parts;
    for (const [id, resumed] of this.#resumed) {
      if (this.#running.size >= cap) return;
      this.#resumed.delete(id);
      this.#run(this.#task(id), resumed);
    }
    const now = Date.now();
    const waits: number[] = [];
    for (const id of [...this.#queued]) {
      const task = this.#task(id);
      const expiry = Date.parse(task.QueueTimeExpiry ?? '');
      const due = Date.parse(task.QueueTime);
      if (expiry <= now) this.#endKept(task, 'TimedOut');
      else if (due > now) waits.push(due);
      else if (this.#running.size < cap && this.#hold(task))
        this.#run(task, undefined);
      if (expiry > now) waits.push(expiry);
    }
    this.#wake = wakeAt(this.#wake, waits, () => this.#pump());
  }

  /** @returns false when another task holds it */
  #hold(task: ServerTask): boolean {
    const key = mutexOf(this.#parts.state, task);
    if (key && [...this.#held.values()].includes(key)) return false;
    if (key) this.#held.set(task.Id, key);
    return true;
  }

  #run(task: ServerTask, resumed: WorkContext['resumed']): void {
    this.#queued = this.#queued.filter(id => id !== task.Id);
    const abort = new AbortController();
    const log = new KeptLog(
      this.#parts.state,
      task,
      resumed ? this.details(task.Id) : [],
    );
    const started = this.#set(task.Id, {
      State: 'Executing',
      StartTime: task.StartTime ?? new Date().toISOString(),
      HasBeenPickedUpByProcessor: true,
      ServerNode: serverNode,
    });
    const limit = timeSpan(task.Arguments.Timeout);
    const clock = limit
      ? setTimeout(() => abort.abort('timeout'), limit)
      : undefined;
    const done = this.#work({
      parts: this.#parts,
      task: started,
      log: log.tree,
      signal: abort.signal,
      resumed,
      gate: () => this.#gate.pass(abort.signal),
      keepPosition: position => {
        log.position = position;
      },
    }).finally(() => {
      clearTimeout(clock);
      this.#running.delete(task.Id);
      log.keep();
      const after = this.#task(task.Id);
      const isWaiting = after.State === 'Executing';
      if (!isWaiting) this.#held.delete(task.Id);
      this.#changed(after, isWaiting ? 'waiting' : 'ended');
      this.#pump();
    });
    this.#running.set(task.Id, { abort, log: log.tree, done });
    if (!resumed) this.#changed(started, 'started');
  }

  /** Does the work and writes the end of it into the task. */
  async #work(context: WorkContext): Promise<void> {
    const { task, log, signal } = context;
    try {
      log.root.start();
      await context.gate();
      const work = works[task.Name] ?? pretendedWork;
      const outcome = await work(context);
      signal.throwIfAborted();
      if (outcome === 'waiting') {
        this.#set(task.Id, { HasPendingInterruptions: true });
        return;
      }
      log.root.end(log.hasWarnings ? 'SuccessWithWarning' : 'Success');
      this.#end(task.Id, 'Success', undefined, log.hasWarnings);
    } catch (error) {
      const { state, message } = verdict(error, signal, task);
      log.root.fatal(message);
      log.root.end(state === 'Canceled' ? 'Canceled' : 'Failed');
      this.#end(task.Id, state, message, true);
      if (!(error instanceof TaskFailure) && !signal.aborted)
        this.#parts.log(`${task.Id}: ${(error as Error).stack ?? error}`);
    }
  }

  /** Ends a task that does not run. */
  #endKept(task: ServerTask, state: TaskState): void {
    const log = new KeptLog(
      this.#parts.state,
      task,
      task.State === 'Queued' ? [] : this.details(task.Id),
    );
    const { root } = log.tree;
    const message = endedBefore(state);
    root.fatal(message);
    root.end(state === 'Canceled' ? 'Canceled' : 'Failed');
    log.keep();
    this.#queued = this.#queued.filter(id => id !== task.Id);
    this.#resumed.delete(task.Id);
    this.#held.delete(task.Id);
    const ended = this.#end(task.Id, state, message, true);
    this.#changed(ended, 'ended');
  }

  #end(
    id: string,
    state: TaskState,
    message: string | undefined,
    hasWarnings: boolean,
  ): ServerTask {
    const pending = this.#pendingInterruption(id);
    if (pending)
      this.#parts.state.update('interruptions', pending.Id, {
        IsPending: false,
      });
    return this.#set(id, {
      State: state,
      CompletedTime: new Date().toISOString(),
      ErrorMessage: message,
      HasWarningsOrErrors: hasWarnings,
      HasPendingInterruptions: false,
    });
  }

  #set(id: string, change: Partial<ServerTask>): ServerTask {
    const LastUpdatedTime = new Date().toISOString();
    return this.#parts.state.update('tasks', id, {
      ...change,
      LastUpdatedTime,
    });
  }

  #changed(task: ServerTask, change: TaskChange): void {
    this.#parts.onChange?.(task, change);
  }

  #task(id: string): ServerTask {
    const task = this.#parts.state.get('tasks', id);
    if (!task) throw new NanteError('not-found', `There is no task ${id}.`);
    return task;
  }

  #interruption(id: string): Interruption {
    const found = this.#parts.state.get('interruptions', id);
    if (!found)
      throw new NanteError('not-found', `There is no interruption ${id}.`);
    return found;
  }

  #pendingInterruption(taskId: string): Interruption | undefined {
    return this.#parts.state
      .all('interruptions')
      .find(({ TaskId, IsPending }) => IsPending && TaskId === taskId);
  }
}
