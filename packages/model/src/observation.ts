import { z } from 'zod';

/** What mesh and telemetry say of one host of ours. Silence is `unknown`, never well. */
export const observationSchema = z.object({
  app: z.string(),
  environment: z.string(),
  host: z.string(),
  /** Absent where the environment has no mesh. */
  mesh: z
    .object({
      /** `absent`: our ledger has no device of the host. `unknown`: the mesh could not be asked. */
      state: z.enum(['online', 'offline', 'absent', 'unknown']),
      /** Name in MagicDNS, without the dot at its end. */
      name: z.string().optional(),
      addresses: z.array(z.string()).default([]),
      tags: z.array(z.string()).default([]),
      /** ISO time at which the control server saw it last. */
      lastSeen: z.string().optional(),
      /** Why it is unknown. */
      problem: z.string().optional(),
    })
    .optional(),
  /** Absent where the environment has no telemetry. */
  telemetry: z
    .object({
      /** `reporting`: its newest metric is younger than five minutes. */
      state: z.enum(['reporting', 'unknown']),
      /** ISO time of the newest metric. */
      metricAt: z.string().optional(),
      /** ISO time of the newest log line. */
      logAt: z.string().optional(),
      problem: z.string().optional(),
    })
    .optional(),
  /** ISO time at which the systems were asked. */
  observedAt: z.string(),
});
export type Observation = z.infer<typeof observationSchema>;
