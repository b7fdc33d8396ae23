import { NanteError, type RunDocument } from '@nante/model';

/**
 * Lets an id stand for one request only: whoever asks with a foreign id must not get the foreign run's answer, nor go on
 * with it.
 *
 * @throws NanteError `conflict` that says in what the two differ, and nothing about the other one's values
 */
export function assertSameRequest(
  earlier: RunDocument,
  now: RunDocument,
): void {
  const [there, here] = [essence(earlier), essence(now)];
  const names = new Set([...Object.keys(there), ...Object.keys(here)]);
  const differing = [...names]
    .filter(name => JSON.stringify(there[name]) !== JSON.stringify(here[name]))
    .sort();
  if (differing.length === 0) return;
  throw new NanteError(
    'conflict',
    `The request id ${now.id} belongs to another request, which differs in ${differing.join(', ')}.`,
    { hint: 'Use a new id for a new request.' },
  );
}

function essence(run: RunDocument): Record<string, unknown> {
  // Whether somebody is an operator is looked up anew each time, and is no part of what was asked for.
  const { operator: _operator, ...inputs } = run.inputs;
  const { kind: verb, app, environment, host, requestedBy } = run;
  return { ...inputs, verb, app, environment, host, requestedBy };
}
