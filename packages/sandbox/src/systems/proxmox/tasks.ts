import type { Identity } from './access';
import { ApiFailure } from './failure';
import type { FaultBoard } from './faults';
import type { ClusterState, TaskRecord } from './state';
import type { DurationName, Timing } from './timing';

/** What the work of a task gets to report with. */
export interface TaskHandle {
  upid: string;
  log(line: string): void;
  /** A line that makes the task end with `WARNINGS: n`. */
  warn(line: string): void;
  /** Lets simulated time pass; rejects when somebody aborts the task. */
  spend(duration: DurationName): Promise<void>;
}

/** How many finished tasks are remembered. */
const keptTasks = 500;

/** Runs work as Proxmox's workers do: with a UPID, a log and an exit status. */
export class TaskRunner {
  readonly #running = new Map<string, AbortController>();
  readonly #done = new Map<string, Promise<void>>();
  readonly #state: () => ClusterState;
  readonly #timing: Timing;
  readonly #faults: FaultBoard;
  readonly #changed: () => void;

  constructor(options: {
    state(): ClusterState;
    timing: Timing;
    faults: FaultBoard;
    changed(): void;
  }) {
    this.#state = options.state;
    this.#timing = options.timing;
    this.#faults = options.faults;
    this.#changed = options.changed;
  }

  /**
   * Starts a task.
   *
   * @param work - what it does; an error becomes its exit status
   * @param always - what is done at the end in any case, for example giving a lock back
   * @returns the UPID, at once
   */
  start(
    options: { node: string; type: string; id: string; by: Identity },
    work: (task: TaskHandle) => Promise<void>,
    always: () => void = () => {},
  ): string {
    const record = this.#record(options);
    const abort = new AbortController();
    this.#running.set(record.upid, abort);
    const done = this.#run(record, abort.signal, work).finally(() => {
      always();
      this.#running.delete(record.upid);
      this.#done.delete(record.upid);
      this.#changed();
    });
    this.#done.set(record.upid, done);
    this.#changed();
    return record.upid;
  }

  /** True while the task runs. */
  isRunning(upid: string): boolean {
    return this.#running.has(upid);
  }

  /** @throws ApiFailure 400 when there is no such task, or it is too young to be known */
  find(node: string, upid: string): TaskRecord {
    const record = this.#state().tasks.find(task => task.upid === upid);
    if (
      !/^UPID:[^:]+:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/i.test(
        upid,
      )
    )
      throw new ApiFailure(400, `unable to parse worker upid '${upid}'\n`, {
        upid: 'unable to parse worker upid',
      });
    if (!record || record.node !== node || !this.isVisible(record))
      throw new ApiFailure(400, 'Parameter verification failed.\n', {
        upid: 'no such task',
      });
    return record;
  }

  isVisible(record: TaskRecord): boolean {
    return Date.now() - record.createdMs >= this.#timing.taskVisibleAfterMs;
  }

  /** Asks a running task to stop; a finished one stays as it is. */
  abort(upid: string): void {
    this.#running.get(upid)?.abort();
  }

  /** Aborts everything and waits until it has ended. */
  async stopAll(): Promise<void> {
    for (const abort of this.#running.values()) abort.abort();
    await Promise.allSettled(this.#done.values());
  }

  #record(options: {
    node: string;
    type: string;
    id: string;
    by: Identity;
  }): TaskRecord {
    const state = this.#state();
    const now = Date.now();
    const pid = state.nextPid;
    state.nextPid += 1 + (pid % 7);
    const node = state.nodes.find(item => item.name === options.node);
    const starttime = Math.floor(now / 1000);
    const pstart = Math.max(1, starttime - (node?.bootedAt ?? 0)) * 100;
    const hex = (value: number) =>
      value.toString(16).toUpperCase().padStart(8, '0');
    const upid = `UPID:${options.node}:${hex(pid)}:${hex(pstart)}:${hex(starttime)}:${options.type}:${options.id}:${options.by.label}:`;
    const record: TaskRecord = {
      upid,
      node: options.node,
      pid,
      pstart,
      starttime,
      type: options.type,
      id: options.id,
      user: options.by.user,
      tokenid: options.by.token,
      createdMs: now,
      log: [],
    };
    state.tasks.unshift(record);
    state.tasks.length = Math.min(state.tasks.length, keptTasks);
    return record;
  }

  async #run(
    record: TaskRecord,
    signal: AbortSignal,
    work: (task: TaskHandle) => Promise<void>,
  ): Promise<void> {
    let warnings = 0;
    const ofType = (fault: { type?: string }) =>
      fault.type === undefined || fault.type === record.type;
    const handle: TaskHandle = {
      upid: record.upid,
      log: line => record.log.push(line),
      warn: line => {
        warnings += 1;
        record.log.push(`WARN: ${line}`);
      },
      spend: async duration => {
        await this.#timing.wait(this.#timing.of(duration), signal);
        signal.throwIfAborted();
      },
    };
    try {
      const refused = this.#faults.use('task-failure', ofType);
      if (refused)
        throw new Error(refused.message ?? 'command failed: exit code 1');
      await work(handle);
      if (this.#faults.use('half-done', ofType))
        throw new Error('unable to finish: Input/output error');
      record.exitstatus = warnings > 0 ? `WARNINGS: ${warnings}` : 'OK';
      record.log.push(warnings > 0 ? `TASK WARNINGS: ${warnings}` : 'TASK OK');
    } catch (error) {
      const message = signal.aborted
        ? 'received interrupt'
        : String(error instanceof Error ? error.message : error).trim();
      record.exitstatus = message;
      record.log.push(`TASK ERROR: ${message}`);
    }
    record.endtime = Math.floor(Date.now() / 1000);
  }
}
