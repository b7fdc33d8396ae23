import { randomUUID } from 'node:crypto';
import {
  infrastructureConfigSchema,
  NanteError,
  type Diagnosis,
  type ProvisionInput,
} from '@nante/model';
import { readGivenFile } from '../inputs';
import type { Session, Verb } from '../session';
import { provisionRequest } from './requests';

export const cancel: Verb = async session => {
  const runId = session.inputs.required('run-id');
  const engine = await session.engine();
  const run = await engine.getRun(runId, { signal: session.signal });
  if (!run) throw new NanteError('not-found', `There is no run ${runId}.`);
  await engine.requestCancel(runId);
  return { lines: [`The run ${runId} was asked to end.`] };
};

export const unlock: Verb = async session => {
  const { inputs, door, signal } = session;
  const engine = await session.engine();
  const data = await engine.unlock(
    {
      requestId: randomUUID(),
      app: inputs.required('app'),
      environment: inputs.required('environment'),
      operator: await session.isOperator(),
      force: inputs.flag('force'),
      confirm: inputs.text('confirm'),
    },
    { door, signal },
  );
  return {
    data,
    lines: data.released
      ? [
          data.holder
            ? `${data.workspace} is free again; it was locked by ${data.holder} (run ${data.runId}).`
            : `${data.workspace} is free again.`,
          ...data.effects,
        ]
      : [`${data.workspace} is not locked.`],
  };
};

const marks = { ok: 'ok', warning: 'warn', failed: 'FAIL', unknown: '?' };

export const doctor: Verb = async session => {
  const { inputs, signal } = session;
  const engine = await session.engine().catch(error => {
    // Without a configuration in the bucket there is still much to say.
    if (NanteError.is(error) && error.code === 'cancelled') throw error;
    return session.plainEngine();
  });
  const asked = await askedRequest(session);
  const data = await engine.doctor({
    request: asked.request,
    environment: inputs.text('environment'),
    signal,
  });
  data.push(...asked.problems);
  const failed = data.filter(({ state }) => state === 'failed');
  return {
    data,
    lines: data.flatMap(({ title, state, message, who, how }) => [
      [marks[state].padEnd(4), title, message && `(${message})`]
        .filter(Boolean)
        .join(' '),
      ...(who ? [`     ${who}: ${how}`] : []),
    ]),
    problem:
      failed.length > 0
        ? new NanteError(
            'failed',
            `${failed.length} of ${data.length} checks failed: ${failed.map(({ title }) => title).join('; ')}.`,
          )
        : undefined,
  };
};

export const configPush: Verb = async session => {
  const file = session.inputs.argument!;
  let content: unknown;
  try {
    content = JSON.parse(readGivenFile(file, 'config push'));
  } catch (error) {
    if (NanteError.is(error)) throw error;
    throw new NanteError(
      'invalid-input',
      `${file} is no JSON: ${(error as Error).message}`,
    );
  }
  const parsed = infrastructureConfigSchema.safeParse(content);
  if (!parsed.success)
    throw new NanteError(
      'invalid-input',
      `${file} is no configuration: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
    );
  const engine = await session.plainEngine();
  await engine.publishConfig(parsed.data);
  return {
    data: parsed.data,
    lines: [
      `Published: environments ${Object.keys(parsed.data.environments).sort().join(', ')}.`,
    ],
  };
};

export const configShow: Verb = async session => {
  const engine = await session.plainEngine();
  const data = await engine.config();
  return { data, lines: JSON.stringify(data, null, 2).split('\n') };
};

/** The request that was given whole; one that cannot be put together is a finding, since the rest is worth knowing. */
async function askedRequest(
  session: Session,
): Promise<{ request?: ProvisionInput; problems: Diagnosis[] }> {
  const needed = ['name', 'app', 'environment'] as const;
  if (!needed.every(name => session.inputs.has(name))) return { problems: [] };
  try {
    const actor = await session.actor(['doctor']);
    return { request: provisionRequest(session, actor), problems: [] };
  } catch (error) {
    if (!NanteError.is(error) || error.code === 'cancelled') throw error;
    const { message, hint } = error;
    return {
      problems: [
        {
          id: 'request',
          group: 'request',
          title: 'The request can be put together',
          state: 'failed',
          message,
          who: 'you, or whoever keeps what it needs',
          how: hint ?? 'Correct the request.',
        },
      ],
    };
  }
}
