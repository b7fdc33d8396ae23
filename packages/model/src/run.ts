import { z } from 'zod';
import { hostRecapSchema, playFailureSchema } from './ansible';
import {
  artifactResultSchema,
  deploymentResultSchema,
  projectResultSchema,
  registrationSchema,
  releaseResultSchema,
  repositoryResultSchema,
} from './deploymentResults';
import { appDeploymentResultSchema } from './appDeployment';
import { hostKindSchema } from './host';
import { processMarkSchema } from './ledger';
import {
  pullRequestResultSchema,
  sourceRepositoryResultSchema,
} from './repository';
import { remedySchema } from './request';

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
  /** Likely cause, by the list of known ones. */
  cause: z
    .object({
      /** Id of the rule, such as `disk-full`. */
      rule: z.string(),
      /** The cause, one sentence. */
      text: z.string(),
      /** What to do about it. */
      remedy: z.string(),
    })
    .optional(),
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

/** That a host has arrived where it should: in the mesh, and with its first metric and log line in the telemetry. */
export const arrivalSchema = z.object({
  host: z.string(),
  mesh: z
    .object({
      /** Name in MagicDNS, without the dot at its end. */
      name: z.string(),
      addresses: z.array(z.string()),
    })
    .optional(),
  /** ISO time of the newest metric when the run looked. */
  metricAt: z.string().optional(),
  /** ISO time of the newest log line when the run looked. */
  logAt: z.string().optional(),
});
export type Arrival = z.infer<typeof arrivalSchema>;

/** What Ansible did, or would do. */
export const configurationSchema = z.object({
  /** Nothing was changed. */
  dryRun: z.boolean(),
  /** The guests are records, so that only the syntax and the list of tasks were looked at. */
  pretended: z.boolean().default(false),
  roles: z.array(z.string()),
  recap: z.array(hostRecapSchema),
  failures: z.array(playFailureSchema),
  /** What changed on which host, with a diff where the module has one; the first 200. */
  changes: z
    .array(
      z.object({
        host: z.string(),
        task: z.string(),
        diff: z.string().optional(),
      }),
    )
    .default([]),
  /** What a dry run could not see, because it builds on what was not done. */
  unseen: z.array(z.string()).default([]),
});
export type Configuration = z.infer<typeof configurationSchema>;

/** One thing that was asked of cloud-init, and what the guest says. */
export const proofSchema = z.object({
  what: z.enum(['user', 'key', 'hostname', 'address', 'disk']),
  wanted: z.string(),
  found: z.string(),
  ok: z.boolean(),
});
export type Proof = z.infer<typeof proofSchema>;

/** What a change of size means for a host that runs. */
export const impactSchema = z.enum(['none', 'hot-plug', 'reboot', 'rebuild']);
export type Impact = z.infer<typeof impactSchema>;

/** Something that a run made or meant to make, and whether it is there now. */
export const runThingSchema = z.object({
  id: z.string(),
  /** What it is, for a person: `VM 20001 on pve1`. */
  title: z.string(),
  state: z.enum(['exists', 'missing', 'unknown', 'disagrees']),
  detail: z.string().optional(),
});
export type RunThing = z.infer<typeof runThingSchema>;

/** A way out of a run that did not succeed. */
export const runRemedySchema = z.object({
  remedy: remedySchema,
  /** What it will do, one line each. */
  effects: z.array(z.string()),
  allowed: z.boolean(),
  /** Why not. */
  reason: z.string().optional(),
});
export type RunRemedy = z.infer<typeof runRemedySchema>;

export const runKindSchema = z.enum([
  'provision',
  'destroy',
  'configure',
  'power',
  'resize',
  'snapshot',
  'onboard',
  'adopt',
  'forget',
  'template',
  'register',
  'deregister',
  'create-project',
  'release',
  'deploy',
  'rollback',
  'publish',
  'create-repository',
  'set-up-repository',
  'propose-change',
  'deploy-docker',
  'deploy-k8s',
]);
export type RunKind = z.infer<typeof runKindSchema>;

/** `nante/<workspace>/runs/<id>.json`: what a run did, step by step, by whichever door. */
export const runDocumentSchema = z.object({
  version: z.literal(1),
  /** The request's id: a repeated request finds its run. */
  id: z.string(),
  kind: runKindSchema,
  door: z.enum(['portal', 'workflow', 'cli']),
  /** Scaffolder task, workflow run, or nothing. */
  link: z.string().optional(),
  workspace: z.string(),
  app: z.string(),
  /** Empty for what concerns no environment: a release, an artifact. */
  environment: z.string(),
  /** The host; of several the first. Empty for what concerns none: a release, a deployment, an artifact. */
  host: z.string(),
  /** All hosts, where there are several. */
  hosts: z.array(z.string()).optional(),
  hostKind: hostKindSchema.optional(),
  owner: z.string().optional(),
  requestedBy: z.string(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  state: runStateSchema,
  /** Process that executes it, or did. */
  process: processMarkSchema.optional(),
  /**
   * The state says that it works, and whoever executed it is provably gone. Found out when a run is read, and never
   * stored: a repeat of the request, or another remedy, ends it.
   */
  interrupted: z.boolean().optional(),
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
  /** What the change of size means for the host. */
  impact: impactSchema.optional(),
  /** Size of the host before its change, so that it can be given back. */
  before: z
    .object({
      cores: z.number().int(),
      memoryMb: z.number().int(),
      diskGb: z.number().int(),
    })
    .optional(),
  /** What the guest itself says of what was asked of cloud-init. */
  proof: z.array(proofSchema).optional(),
  configuration: configurationSchema.optional(),
  /** What mesh and telemetry said of the hosts at the end of the run, where their environment has them. */
  arrivals: z.array(arrivalSchema).optional(),
  /** The deployment target that a host is, at the end of the run. */
  registration: registrationSchema.optional(),
  project: projectResultSchema.optional(),
  release: releaseResultSchema.optional(),
  deployment: deploymentResultSchema.optional(),
  artifact: artifactResultSchema.optional(),
  repository: repositoryResultSchema.optional(),
  sourceRepository: sourceRepositoryResultSchema.optional(),
  pullRequest: pullRequestResultSchema.optional(),
  /** A deployment by Compose or Helm; `deployment` is one by Octopus. */
  appDeployment: appDeploymentResultSchema.optional(),
  /** SSH host keys that the check of an onboarding learned, best first; the onboarding takes no others. */
  hostKeys: z.array(z.string()).optional(),
  result: hostResultSchema.optional(),
  /** Run that this one repairs. */
  repairs: z.string().optional(),
  /** Run that undid, adopted or forgot what this one left. */
  repairedBy: z.string().optional(),
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
      ansible: z.string().optional(),
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
