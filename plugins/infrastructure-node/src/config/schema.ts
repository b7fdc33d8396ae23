import { infrastructureConfigSchema } from '@nante/model';
import { z } from 'zod';

/** Keys under `infrastructure:` that are this portal's own; the rest is `infrastructureConfigSchema`. */
export const portalSettingsSchema = z.object({
  workDirectory: z.string().min(1),
  terraformRoot: z.string().min(1).optional(),
  secrets: z
    .strictObject({
      source: z.enum(['doppler', 'environment']).default('doppler'),
      doppler: z
        .strictObject({
          apiHost: z.url().optional(),
          project: z.string().optional(),
          config: z.string().optional(),
        })
        .default({}),
    })
    .default({ source: 'doppler', doppler: {} }),
  state: z.strictObject({ caFile: z.string().optional() }).default({}),
  terraform: z
    .strictObject({
      binary: z.string().min(1).default('terraform'),
      tool: z.enum(['terraform', 'tofu']).optional(),
      provider: z.strictObject({ mirror: z.string().optional() }).default({}),
    })
    .default({ binary: 'terraform', provider: {} }),
  ansible: z
    .strictObject({
      bin: z.string().min(1).optional(),
      project: z.string().min(1).optional(),
    })
    .default({}),
  catalog: z
    .strictObject({
      defaultOwner: z.string().default('group:default/unknown'),
      /** Read by the catalog module with Backstage's own reader. */
      schedule: z.unknown().optional(),
    })
    .default({ defaultOwner: 'group:default/unknown' }),
  workflows: z
    .strictObject({
      requestsPerMinute: z.number().int().min(10).optional(),
    })
    .default({}),
  sandbox: z.strictObject({ endpointsFile: z.string().min(1) }).optional(),
});

/** Keys of the configuration that all doors share. */
export const sharedKeys = Object.keys(infrastructureConfigSchema.shape);

/** Keys that other parts of the portal read. */
const foreignKeys = ['roles'];

/** Every key that may stand under `infrastructure:`. */
export const knownKeys = [
  ...Object.keys(portalSettingsSchema.shape),
  ...sharedKeys,
  ...foreignKeys,
];
