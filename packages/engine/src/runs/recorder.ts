import type { ObjectStore } from '@nante/clients';
import {
  NanteError,
  runDocumentSchema,
  type RunDocument,
  type RunLogLine,
  type RunStep,
} from '@nante/model';
import { ownProcess } from '../lock/machine';
import { redactStrings } from '../process';
import { patiently, readDocument, updateDocument } from '../store/documents';
import { runKey, runLogKey } from '../store/keys';
import { openRunLog } from './runLog';

/** Step of a run: its id, and a sentence for the person who watches. */
export type StepTitle = readonly [id: string, title: string];

/** Writes what a run does into its document and its log. */
export interface RunRecorder {
  readonly document: RunDocument;
  readonly log: (level: RunLogLine['level'], text: string) => void;
  /** Lines of the log after a line number; -1 for all. */
  linesAfter(n: number): RunLogLine[];
  /** Runs one step and records its times and its end. */
  step<T>(
    id: string,
    work: (step: {
      detail(text: string): void;
      skip(text: string): void;
    }) => Promise<T>,
  ): Promise<T>;
  /** Changes the document, in memory at once and in the bucket as soon as it answers. */
  update(change: Partial<RunDocument>): Promise<void>;
  /** True when a person has asked for the end, by whichever door. */
  isCancelRequested(): Promise<boolean>;
  /** Writes the end of the run; tries for a while when the bucket is away. */
  finish(
    end: Partial<RunDocument> & { state: RunDocument['state'] },
    deadlineMs: number,
  ): Promise<void>;
}

/** Opens the recorder of a run, new or taken up again. */
export async function openRecorder(options: {
  store: ObjectStore;
  initial: RunDocument;
  steps: readonly StepTitle[];
  workDirectory: string;
  redact: (line: string) => string;
  onRun?: (run: RunDocument) => void;
  onLog?: (line: RunLogLine) => void;
}): Promise<RunRecorder> {
  const { store, initial, redact } = options;
  const key = runKey(initial.workspace, initial.id);
  const log = await openRunLog({
    store,
    key: runLogKey(initial.workspace, initial.id),
    workDirectory: options.workDirectory,
    runId: initial.id,
    redact,
    onLine: options.onLog,
  });
  let document: RunDocument = {
    ...initial,
    state: 'running',
    startedAt: initial.startedAt ?? new Date().toISOString(),
    process: await ownProcess(),
    finishedAt: undefined,
    error: undefined,
    cancelRequested: false,
    leftovers: [],
    steps: options.steps.map(([id, title]) => ({
      id,
      title,
      state: 'pending',
    })),
  };
  let queue: Promise<void> = Promise.resolve();
  let currentStep: string | undefined;

  const write = (fresh = false) => {
    options.onRun?.(document);
    const next = queue.then(async () => {
      await updateDocument(store, key, runDocumentSchema, current => ({
        ...document,
        // Somebody else writes this one; only a new try forgets the wish of the try before.
        cancelRequested:
          document.cancelRequested ||
          (!fresh && (current?.cancelRequested ?? false)),
      }));
    });
    queue = next.catch(() => {});
    return next;
  };
  /** Between the ends of a run its document is a view: a bucket that is away must not stop the work. */
  const writeCalmly = () => write().catch(() => {});

  /** What programs said, in whatever form it came, has no secret in it. */
  const spoken = (change: Partial<RunDocument>): Partial<RunDocument> => {
    const { plan, configuration, error } = change;
    return {
      ...change,
      ...redactStrings(
        {
          ...(plan && { plan }),
          ...(configuration && { configuration }),
          ...(error && { error }),
        },
        redact,
      ),
    };
  };

  const setStep = (id: string, change: Partial<RunStep>) => {
    document = {
      ...document,
      steps: document.steps.map(step =>
        step.id === id ? { ...step, ...change } : step,
      ),
    };
  };

  const add = (level: RunLogLine['level'], text: string) =>
    log.add({ level, text, step: currentStep });

  await write(true);

  return {
    get document() {
      return document;
    },
    log: add,
    linesAfter: n => log.after(n),
    async step(id, work) {
      currentStep = id;
      const skip: { detail?: string } = {};
      setStep(id, { state: 'running', startedAt: new Date().toISOString() });
      add('info', document.steps.find(step => step.id === id)?.title ?? id);
      void writeCalmly();
      try {
        const result = await work({
          detail(text) {
            setStep(id, { detail: redact(text) });
            add('info', text);
            void writeCalmly();
          },
          skip(text) {
            skip.detail = text;
            add('info', text);
          },
        });
        setStep(id, {
          state: skip.detail ? 'skipped' : 'succeeded',
          finishedAt: new Date().toISOString(),
          ...skip,
        });
        void writeCalmly();
        return result;
      } catch (error) {
        const cancelled = NanteError.is(error) && error.code === 'cancelled';
        setStep(id, {
          state: cancelled ? 'cancelled' : 'failed',
          finishedAt: new Date().toISOString(),
          detail: redact(
            error instanceof Error ? error.message : String(error),
          ),
        });
        throw error;
      }
    },
    async update(change) {
      document = { ...document, ...spoken(change) };
      await write();
    },
    async isCancelRequested() {
      const found = await readDocument(store, key, runDocumentSchema);
      if (found?.value.cancelRequested && !document.cancelRequested) {
        document = { ...document, cancelRequested: true };
        options.onRun?.(document);
      }
      return document.cancelRequested;
    },
    async finish(end, deadlineMs) {
      document = {
        ...document,
        ...spoken(end),
        finishedAt: new Date().toISOString(),
        steps: document.steps.map(step =>
          step.state === 'pending' && end.state !== 'succeeded'
            ? { ...step, state: 'skipped' }
            : step,
        ),
      };
      if (end.error) add('error', end.error.message);
      const words = end.state === 'cancelled' ? 'was cancelled' : end.state;
      add(end.state === 'succeeded' ? 'info' : 'error', `The run ${words}.`);
      await patiently(() => write(), deadlineMs);
      await log.finish(deadlineMs);
    },
  };
}
