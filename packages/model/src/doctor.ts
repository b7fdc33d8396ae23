import { z } from 'zod';

/** One thing that has to be right before a host can be made, and whether it is. */
export const diagnosisSchema = z.object({
  /** Stable, such as `bucket-conditions` or `rights-dev-vm`. */
  id: z.string(),
  /** What it belongs to. */
  group: z.enum([
    'machine',
    'tools',
    'secrets',
    'bucket',
    'proxmox',
    'mesh',
    'telemetry',
    'deployments',
    'artifacts',
    'repositories',
    'environments',
    'request',
  ]),
  title: z.string(),
  /** `unknown`: could not be asked, because something before it failed. */
  state: z.enum(['ok', 'warning', 'failed', 'unknown']),
  /** What was found: versions, names, the problem. Never a value of a secret. */
  message: z.string().optional(),
  /** Who can repair it, where it is not right. */
  who: z.string().optional(),
  /** How. */
  how: z.string().optional(),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;
