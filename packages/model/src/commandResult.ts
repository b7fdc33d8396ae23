import { z } from 'zod';
import { runDocumentSchema } from './run';

/** What the command line answers with `--json`, and writes with `--result`: one document, whatever happened. */
export const commandResultSchema = z.object({
  version: z.literal(1),
  /** Verb that was asked for, such as `provision`. */
  verb: z.string(),
  ok: z.boolean(),
  /** 0 done, 1 failed, 2 wrong use, 3 refused, 4 locked, 5 unreachable, 130 cancelled. */
  exitCode: z.number().int(),
  /** The run's document as it stands in the bucket, where the verb made or read one. */
  run: runDocumentSchema.optional(),
  /** Answer of a verb that makes no run. */
  data: z.unknown().optional(),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
    })
    .optional(),
});
export type CommandResult = z.infer<typeof commandResultSchema>;
