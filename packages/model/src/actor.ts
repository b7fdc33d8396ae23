import { z } from 'zod';
import { dnsLabelSchema } from './names';

/** Who asks. */
export const actorSchema = z.object({
  /** Entity ref of the person, or the name of the workflow's actor. */
  requestedBy: z.string(),
  /** True where the person may do what is restricted (production, large sizes); decided by the door, never by the form. */
  operator: z.boolean().default(false),
});

/** What every request about a host of ours says. */
export const hostRequestSchema = actorSchema.extend({
  requestId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  name: dnsLabelSchema,
  app: dnsLabelSchema,
  environment: dnsLabelSchema,
});
export type HostRequest = z.infer<typeof hostRequestSchema>;
