import { z } from 'zod';
import { hostKindSchema } from './host';

/** States of a run and of its steps. */
export const runStateSchema = z.enum([
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
]);
export type RunState = z.infer<typeof runStateSchema>;

/** States that a run or step no longer leaves. */
export const finalRunStates: readonly RunState[] = [
  'succeeded',
  'failed',
  'cancelled',
];

export const runErrorSchema = z.object({
  code: z.string(),
  /** First real error line. */
  message: z.string(),
  /** What to do next. */
  hint: z.string().optional(),
  step: z.string().optional(),
});
export type RunError = z.infer<typeof runErrorSchema>;

export const runStepSchema = z.object({
  id: z.string(),
  /** A sentence for the person who watches. */
  title: z.string(),
  state: z.enum([
    'pending',
    'running',
    'succeeded',
    'failed',
    'cancelled',
    'skipped',
  ]),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  /** Last thing worth saying about it, one line. */
  detail: z.string().optional(),
});
export type RunStep = z.infer<typeof runStepSchema>;

/** One resource of a Terraform plan, readable as a table row. */
export const plannedChangeSchema = z.object({
  address: z.string(),
  action: z.enum(['create', 'update', 'replace', 'delete', 'no-op', 'read']),
  /** What changes; values of sensitive attributes are replaced by `(sensitive)`. */
  attributes: z.array(
    z.object({
      name: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
});
export type PlannedChange = z.infer<typeof plannedChangeSchema>;

export const planSummarySchema = z.object({
  add: z.number().int(),
  change: z.number().int(),
  destroy: z.number().int(),
  changes: z.array(plannedChangeSchema),
  /** Siblings that differ from the desired document; reported, never changed unasked. */
  drift: z
    .array(z.object({ address: z.string(), summary: z.string() }))
    .default([]),
});
export type PlanSummary = z.infer<typeof planSummarySchema>;

/** Where a person goes after a successful run. */
export const hostResultSchema = z.object({
  name: z.string(),
  kind: hostKindSchema,
  connection: z.string(),
  node: z.string(),
  vmId: z.number().int(),
  /** IPv4 address, null where neither the input nor the guest agent names one. */
  address: z.string().nullable(),
  user: z.string(),
  /** Command that logs in. */
  ssh: z.string().nullable(),
  /** Entity ref in the catalog. */
  entityRef: z.string(),
});
export type HostResult = z.infer<typeof hostResultSchema>;

/** `nante/<workspace>/runs/<id>.json`: what a run did, step by step, by whichever door. */
export const runDocumentSchema = z.object({
  version: z.literal(1),
  /** The request's id: a repeated request finds its run. */
  id: z.string(),
  kind: z.enum(['provision', 'destroy']),
  door: z.enum(['portal', 'workflow', 'cli']),
  /** Scaffolder task, workflow run, or nothing. */
  link: z.string().optional(),
  workspace: z.string(),
  app: z.string(),
  environment: z.string(),
  host: z.string(),
  hostKind: hostKindSchema.optional(),
  owner: z.string().optional(),
  requestedBy: z.string(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  state: runStateSchema,
  /** A person asked for the end; the run page says "cancelling". */
  cancelRequested: z.boolean().default(false),
  steps: z.array(runStepSchema),
  /** What was asked, without secrets. */
  inputs: z.record(z.string(), z.unknown()),
  /** What the run chose before it claimed it, so that a repeat claims the same. */
  reserved: z
    .object({ vmId: z.number().int(), address: z.string().nullable() })
    .optional(),
  plan: planSummarySchema.optional(),
  result: hostResultSchema.optional(),
  error: runErrorSchema.optional(),
  /** What exists after a run that did not succeed, one line each. */
  leftovers: z.array(z.string()).default([]),
  /** Commands that do the same by hand. */
  byHand: z.array(z.string()).default([]),
  tools: z
    .object({
      terraform: z.string().optional(),
      /** `bpg/proxmox 0.111.1`, or `stand-in` in the sandbox. */
      provider: z.string().optional(),
      /** Guests driver of the sandbox; absent against real systems. */
      guests: z.string().optional(),
    })
    .default({}),
});
export type RunDocument = z.infer<typeof runDocumentSchema>;

/** One line of a run's log. */
export const runLogLineSchema = z.object({
  /** Position, from 0. */
  n: z.number().int(),
  time: z.string(),
  step: z.string().optional(),
  level: z.enum(['info', 'warn', 'error']),
  text: z.string(),
});
export type RunLogLine = z.infer<typeof runLogLineSchema>;
