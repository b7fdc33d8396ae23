import type {
  AuditorServiceCreateEventOptions,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { audited, type RunnerOptions } from '@nante/plugin-infrastructure-node';
import type { Requester } from './authorization';
import type { ActionDeps } from './deps';
import { followRun } from './follow';
import { requestIdOf } from './requestId';

/** What every request to the engine says of who asks. */
interface Asker {
  requestId: string;
  requestedBy: string;
  operator: boolean;
}

type AuditMeta = AuditorServiceCreateEventOptions['meta'];

/** A run that an action means to start. */
export interface PlannedRun<R extends Asker, T> {
  /** Begin of the names of checkpoints, such as `proxmox.power`. */
  key: string;
  /** What it is about; iterations of `each` share a step, so this keeps their checkpoints apart. */
  subject: string;
  /** Id of the form. */
  requestId?: string;
  /** What a dry run says: `Would …`. */
  would: string;
  /** Whether the person may; asked once. */
  authorize(credentials: BackstageCredentials): Promise<Requester>;
  /** The whole request. @throws InputError with all its problems */
  request(asker: Asker): R;
  /** For the audit log. */
  event: Pick<AuditorServiceCreateEventOptions, 'eventId' | 'severityLevel'>;
  /** Of the request for the audit log; left out: all of it. */
  meta?(request: R): AuditMeta;
  /** Starts the run; what it answers is kept in a checkpoint: plain JSON without secrets. */
  start(request: R, options: RunnerOptions): Promise<T>;
}

type Context = Pick<
  ActionContext<any, any, any>,
  | 'checkpoint'
  | 'getInitiatorCredentials'
  | 'isDryRun'
  | 'logger'
  | 'output'
  | 'signal'
  | 'task'
>;

/** What a checkpoint can keep. */
type Kept = Awaited<ReturnType<Context['checkpoint']>>;

/**
 * Starts a run and waits for its end, the way every action does: allowed once, audited, followed in the task's log,
 * cancelled with the task, and not repeated by a task that is taken up again. A dry run only looks at the input.
 *
 * @returns what `start` answered; undefined in a dry run
 */
export async function startRun<R extends Asker, T extends Kept>(
  ctx: Context,
  deps: ActionDeps,
  planned: PlannedRun<R, T>,
): Promise<T | undefined> {
  const { key, subject } = planned;
  if (ctx.isDryRun) {
    planned.request({
      requestId: 'dry-run-request',
      requestedBy: 'user:default/dry-run',
      operator: false,
    });
    ctx.logger.info(planned.would);
    ctx.output('runId', 'dry-run');
    return undefined;
  }

  // Decided once: a task that is taken up hours later goes on with what was allowed when it was started.
  const requester = await ctx.checkpoint({
    key: `${key}.authorize.${subject}`,
    fn: async () => planned.authorize(await ctx.getInitiatorCredentials()),
  });
  const request = planned.request({
    requestId: requestIdOf(
      planned.requestId || undefined,
      requester.ref,
      ctx.task.id,
    ),
    requestedBy: requester.ref,
    operator: requester.operator,
  });
  ctx.output('runId', request.requestId);

  return audited(
    deps.auditor,
    {
      ...planned.event,
      meta:
        planned.meta?.(request) ?? Object.fromEntries(Object.entries(request)),
    },
    () =>
      ctx.checkpoint({
        key: `${key}.${request.requestId}`,
        fn: () =>
          planned.start(request, {
            link: `/create/tasks/${ctx.task.id}`,
            signal: ctx.signal,
            ...followRun(ctx.logger),
          }),
      }),
  );
}

/** A schema of ours, as far as it matters here. */
interface Schema<R> {
  safeParse(candidate: unknown):
    | { success: true; data: R }
    | {
        success: false;
        error: { issues: { path: PropertyKey[]; message: string }[] };
      };
}

/** Reads a request out of an action's input. @throws InputError that names every problem at once */
export function parseRequest<R>(schema: Schema<R>, candidate: unknown): R {
  const parsed = schema.safeParse(candidate);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    issue => `${issue.path.map(String).join('.') || 'input'}: ${issue.message}`,
  );
  throw new InputError(`This request can't be made. ${problems.join('; ')}`);
}
