import { createHash } from 'node:crypto';

/**
 * Id of a request: what the form made, bound to the person so that nobody takes up a stranger's run; without one, the
 * task's own, so that a task that is taken up again repeats the same request.
 *
 * @param given - id of the form
 * @param requester - entity ref of the person
 * @param taskId - id of the scaffolder task
 */
export function requestIdOf(
  given: string | undefined,
  requester: string,
  taskId: string,
): string {
  if (!given) return taskId;
  const digest = createHash('sha256')
    .update(`${requester}\n${given}`)
    .digest('hex');
  return digest.replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/,
    '$1-$2-$3-$4-$5',
  );
}
