import { z } from 'zod';
import type { PlayEvent } from '../../ansible';

/** Name of the task by which the role app-deploy says what became of a release. */
const sayingTask = /(^|: )Say what became of the release$/;
const word = 'release: ';

const releaseWordSchema = z.object({
  version: z.string(),
  /**
   * `there`: nothing had to be done. `returned`: the last good one is back. `taken-down`: there was none. `lost`: that is not
   * healthy either. `unchanged`: it failed before anything was switched. `left`: another version runs already.
   */
  state: z.enum([
    ...(['there', 'deployed', 'returned'] as const),
    ...(['taken-down', 'lost', 'unchanged', 'left'] as const),
  ]),
  /** Version that was there before; empty where there was none. */
  previous: z.string(),
  returnedTo: z.string(),
  /** What the app answered last, asked from its host. */
  answer: z.string(),
  why: z.string(),
  /** Last lines of its log. */
  log: z.array(z.string()),
});
/** What became of a release on one host. */
export type ReleaseWord = z.infer<typeof releaseWordSchema>;

/** Reads it from an event of the play; undefined for every other event. */
export function releaseWordOf(event: PlayEvent): ReleaseWord | undefined {
  if (event.type !== 'ok' || !sayingTask.test(event.task)) return undefined;
  const { message = '' } = event;
  if (!message.startsWith(word)) return undefined;
  try {
    const content: unknown = JSON.parse(message.slice(word.length));
    return releaseWordSchema.safeParse(content).data;
  } catch {
    return undefined;
  }
}
