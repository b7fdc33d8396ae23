import { NanteError, parseInput } from '@nante/model';
import { z } from 'zod';
import type { Conclusion } from './model';
import type { Github } from './server';

const tokenSchema = z.strictObject({
  /** Which of the tokens of the endpoints. */
  name: z.enum(['token', 'admin', 'developer', 'readOnly', 'withoutWorkflow']),
  scopes: z.array(z.string()),
});

const endSchema = z.strictObject({
  conclusion: z.enum(['success', 'failure', 'cancelled']),
});

/**
 * Control calls of this system: `GET state` says how much there is, `POST webhooks/settled` waits until all are sent,
 * `POST token` gives a token other scopes, and `POST runs/<id>/end` ends a run in place of a runner (pretended).
 *
 * @returns undefined when the path is none of these
 */
export async function answerControl(
  github: Github,
  request: Request,
  path: string,
): Promise<Response | undefined> {
  const call = `${request.method} ${path.replace(/^\/+|\/+$/g, '')}`;
  const done = () => new Response(null, { status: 204 });
  if (call === 'GET state') return Response.json(counts(github));
  if (call === 'POST webhooks/settled') {
    await github.webhooks.settled();
    return done();
  }
  if (call === 'POST token') {
    const { name, scopes } = parseInput(tokenSchema, await bodyOf(request));
    github.tokens.setScopes(name, scopes);
    return done();
  }
  const [, id] = /^POST runs\/(\d+)\/end$/.exec(call) ?? [];
  if (!id) return undefined;
  const { conclusion } = parseInput(endSchema, await bodyOf(request));
  pretendRun(github, Number(id), conclusion);
  return done();
}

/** A run as if a runner had executed all its jobs. */
function pretendRun({ runs, state }: Github, id: number, end: Conclusion) {
  if (!state.get('runs', id))
    throw new NanteError('not-found', `There is no run ${id}.`);
  const { plan } = runs.run(id);
  for (const { key, name } of plan) {
    const job = runs.beginJob(id, { key, name });
    runs.writeLog(job, 'No runner executed this (pretended).');
    runs.endJob(job, end);
  }
  runs.endRun(id, end);
}

async function bodyOf(request: Request): Promise<unknown> {
  return request.json().catch(() => ({}));
}

function counts({ state }: Github) {
  const kinds = [
    'repositories',
    'pulls',
    'runs',
    'jobs',
    'hooks',
    'deliveries',
    'secrets',
    'variables',
    'environments',
  ] as const;
  return Object.fromEntries(kinds.map(kind => [kind, state.all(kind).length]));
}
