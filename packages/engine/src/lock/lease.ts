import type { ObjectStore } from '@nante/clients';
import {
  NanteError,
  operationLockSchema,
  type OperationLock,
} from '@nante/model';
import {
  patiently,
  readDocument,
  serialize,
  type StoredDocument,
} from '../store/documents';

export interface LeaseTiming {
  /** Milliseconds between heartbeats. */
  heartbeatMs: number;
  /** Milliseconds without a heartbeat after which others may look whether the holder is dead. */
  ttlMs: number;
}

/** A held lock. */
export interface Lease {
  /** Grows with each taking. */
  readonly fencing: number;
  /** What the document said when it was taken, for example a stranded state of the run before. */
  readonly taken: OperationLock;
  /** Aborts when somebody else has taken the lock. */
  readonly lost: AbortSignal;
  /**
   * Writes a heartbeat now: to be called before each effect.
   *
   * @throws NanteError `locked` when the lock was taken over, `unreachable` when the bucket does not answer
   */
  assertHeld(): Promise<void>;
  /** Called after each heartbeat, for whoever wants to look at the bucket in the same rhythm. */
  onHeartbeat(listener: () => Promise<void>): void;
  /** Keeps the lock held, and says where the state lies that could not be uploaded; null takes the note away. */
  setStranded(
    stranded: NonNullable<OperationLock['strandedState']> | null,
  ): Promise<void>;
  /** Ends the heartbeat and leaves the lock held: what still works under it has to end before anybody may take it. */
  leave(): void;
  /** Gives the lock back by writing "released"; with a stranded state it stays held, without heartbeat. */
  release(): Promise<void>;
}

const active = new Set<string>();

/** What tells one taking of a lock from every other. */
const leaseName = ({ runId, fencing, acquiredAt }: OperationLock) =>
  `${runId} ${fencing} ${acquiredAt}`;

/** True while this process works under the lock. */
export function isActiveLease(lock: OperationLock): boolean {
  return active.has(leaseName(lock));
}

/** Starts the heartbeat of a lock that was just taken. */
export function startLease(
  store: ObjectStore,
  key: string,
  taken: StoredDocument<OperationLock>,
  timing: LeaseTiming,
): Lease {
  const lost = new AbortController();
  const listeners: (() => Promise<void>)[] = [];
  let current = taken;
  let queue: Promise<void> = Promise.resolve();
  let ended = false;
  active.add(leaseName(taken.value));

  /** A refused condition is either the echo of our own write whose answer was lost, or the end of the lease. */
  const reconcile = async (value: OperationLock) => {
    const found = await readDocument(store, key, operationLockSchema);
    const ours =
      found?.value.fencing === taken.value.fencing &&
      found.value.acquiredAt === taken.value.acquiredAt &&
      found.value.holder === taken.value.holder;
    if (!found || !ours) {
      lost.abort(lostError(key));
      throw lostError(key);
    }
    const { etag } = await store.put(key, serialize(value), {
      ifMatch: found.etag,
    });
    current = { value, etag };
  };

  /** One write at a time: a heartbeat in flight and a release would otherwise refuse each other. */
  const write = (change: (value: OperationLock) => OperationLock) => {
    const next = queue.then(async () => {
      if (lost.signal.aborted) throw lostError(key);
      const value = change(current.value);
      try {
        const { etag } = await store.put(key, serialize(value), {
          ifMatch: current.etag,
        });
        current = { value, etag };
      } catch (error) {
        if (!NanteError.is(error) || error.code !== 'conflict') throw error;
        await reconcile(value);
      }
    });
    queue = next.catch(() => {});
    return next;
  };

  const beat = () =>
    write(value => ({ ...value, heartbeat: value.heartbeat + 1 }));

  const timer = setInterval(() => {
    // An unreachable bucket is no lost lease: nobody else can take it there either. The next beat tries again.
    beat()
      .then(() => Promise.all(listeners.map(listener => listener())))
      .catch(() => {});
  }, timing.heartbeatMs);
  timer.unref();

  const leave = () => {
    ended = true;
    clearInterval(timer);
    active.delete(leaseName(taken.value));
  };

  return {
    fencing: taken.value.fencing,
    taken: taken.value,
    lost: lost.signal,
    assertHeld: beat,
    onHeartbeat: listener => listeners.push(listener),
    async setStranded(stranded) {
      await patiently(
        () =>
          write(value => ({ ...value, strandedState: stranded ?? undefined })),
        timing.ttlMs,
      );
    },
    leave,
    async release() {
      if (ended) return;
      clearInterval(timer);
      try {
        if (lost.signal.aborted || current.value.strandedState) return;
        await patiently(
          () => write(value => ({ ...value, state: 'released' })),
          timing.ttlMs,
        );
      } finally {
        leave();
      }
    },
  };
}

function lostError(key: string): NanteError {
  return new NanteError(
    'locked',
    `The lease ${key} was taken over by another run; this one stops.`,
    { hint: 'Look at the newer run of the same workspace.' },
  );
}
