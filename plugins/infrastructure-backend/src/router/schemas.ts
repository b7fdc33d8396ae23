import { InputError } from '@backstage/errors';
import {
  artifactFormatSchema,
  dnsLabelSchema,
  hostKindSchema,
  provisionInputSchema,
  repositoryPathSchema,
  resizeRequestSchema,
  runDocumentSchema,
  runKindSchema,
  runStateSchema,
  versionSchema,
} from '@nante/model';
import { z } from 'zod';

const flag = z
  .enum(['true', 'false'])
  .optional()
  .transform(value => value === 'true');

export const flagQuerySchema = z.object({ refresh: flag });

export const runsQuerySchema = z.object({
  mine: flag,
  state: runStateSchema.optional(),
  /** Several, comma separated. */
  kind: z
    .string()
    .transform(text => text.split(','))
    .pipe(z.array(runKindSchema))
    .optional(),
  door: runDocumentSchema.shape.door.optional(),
  host: z.string().optional(),
  app: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export const logQuerySchema = z.object({
  after: z.coerce.number().int().min(-1).default(-1),
  wait: flag,
});

export const hostPathSchema = z.object({
  connection: z.string(),
  vmId: z.coerce.number().int().min(1),
});

export const kindQuerySchema = z.object({ kind: hostKindSchema.optional() });

export const placementQuerySchema = z.object({
  environment: z.string(),
  kind: hostKindSchema,
});

export const namesQuerySchema = z.object({
  name: dnsLabelSchema,
  app: dnsLabelSchema,
  environment: z.string(),
});

/**
 * Who asks and what they may is the door's to say, so those keys are not taken from the body. A host that exists keeps what is
 * left out.
 */
export const requestBodySchema = z.object({
  request: provisionInputSchema.omit({ requestedBy: true, operator: true }),
});

/** As for a new host. */
export const resizePlanBodySchema = z.object({
  request: resizeRequestSchema.omit({ requestedBy: true, operator: true }),
});

const idSchema = z.string().regex(/^[A-Za-z]+-[A-Za-z0-9-]{1,80}$/);

/** Who asks is the door's to say. */
export const startDeploymentSchema = z.object({
  requestId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  action: z.enum(['release', 'deploy', 'rollback', 'cancel']),
  connection: dnsLabelSchema,
  projectId: idSchema,
  environmentId: idSchema.optional(),
  version: versionSchema.optional(),
  packageVersion: versionSchema.optional(),
  deploymentId: idSchema.optional(),
  force: z.boolean().optional(),
  comment: z.string().max(4000).optional(),
  confirm: z.string().max(200).optional(),
});

const entityRefSchema = z.string().regex(/^[a-z]+:[a-z0-9-]+\/[^/\s]{1,63}$/i);

export const artifactsQuerySchema = z.object({
  entityRef: entityRefSchema.transform(ref => ref.toLowerCase()),
  page: z.string().max(20_000).optional(),
  text: z
    .string()
    .trim()
    .max(100)
    .optional()
    .transform(text => text || undefined),
  format: artifactFormatSchema.optional(),
  deployed: flag,
});

export const usageQuerySchema = z.object({
  connection: dnsLabelSchema,
  repository: z.string().min(1).max(200),
  format: artifactFormatSchema.or(z.literal('other')),
  name: z.string().min(1).max(500),
  version: z.string().min(1).max(200),
});

export const activityQuerySchema = z.object({
  entityRef: entityRefSchema.transform(ref => ref.toLowerCase()).optional(),
  environment: dnsLabelSchema.optional(),
  app: dnsLabelSchema.optional(),
  source: z.enum(['run', 'octopus', 'proxmox']).optional(),
  kind: z.string().max(100).optional(),
  actor: z.string().max(200).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  before: z.string().max(300).optional(),
});

export const entityQuerySchema = z.object({
  entityRef: entityRefSchema.transform(ref => ref.toLowerCase()),
});

/** A run or a job of a repository. */
export const pipelinePathSchema = z
  .object({
    connection: dnsLabelSchema,
    owner: z.string(),
    repository: z.string(),
    id: z.coerce.number().int().min(1),
  })
  .transform(({ owner, repository, ...rest }) => ({
    ...rest,
    repository: `${owner}/${repository}`,
  }))
  .refine(
    ({ repository }) => repositoryPathSchema.safeParse(repository).success,
    'repository: use owner/name',
  );

const runIdSchema = z.number().int().min(1);

export const pipelineActionSchema = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('dispatch'),
    entityRef: entityRefSchema,
    file: z.string().regex(/^[A-Za-z0-9._-]{1,200}\.ya?ml$/),
    inputs: z
      .record(z.string().max(200), z.string().max(65_000))
      .refine(
        inputs => Object.keys(inputs).length <= 25,
        'GitHub takes at most 25',
      )
      .default({}),
  }),
  z.object({
    action: z.literal('rerun-failed'),
    entityRef: entityRefSchema,
    runId: runIdSchema,
  }),
  z.object({
    action: z.literal('cancel'),
    entityRef: entityRefSchema,
    runId: runIdSchema,
  }),
]);

export const raiseWorkflowsSchema = z.object({
  connection: dnsLabelSchema,
  repository: repositoryPathSchema,
});

export const answerInterruptionSchema = z.object({
  deploymentId: idSchema,
  result: z.string().min(1).max(50),
  notes: z.string().max(4000).optional(),
});

/**
 * Reads untrusted input.
 *
 * @throws InputError that names every wrong field at once
 */
export function parse<S extends z.ZodType>(
  schema: S,
  input: unknown,
): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new InputError(
    result.error.issues
      .map(issue => `${issue.path.map(String).join('.')}: ${issue.message}`)
      .join('; '),
  );
}
