import {
  deregisterRequestSchema,
  NanteError,
  parseInput,
  workspaceName,
  type DeregisterRequest,
  type RunDocument,
} from '@nante/model';
import { octopusFor } from '../connections';
import type { EngineContext } from '../context';
import { readLedger } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { assertMayChange } from '../policy/policy';
import { newRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import { readHosts } from '../store/hosts';
import { readServers } from '../store/servers';
import type { RunOptions } from '../types';
import { deregisterByHand } from './byHand';
import { openTargets, removeTarget } from './removeTargets';
import { findTarget, targetName } from './targetEntries';
import { keepTarget, targetLeftovers } from './targetRecords';

const stepsOf = ({ dryRun }: DeregisterRequest): readonly StepTitle[] => [
  ['lock', 'Take the lock of the workspace'],
  [
    'deregister',
    dryRun ? 'See what would be removed' : 'Remove the deployment target',
  ],
];

/** See `Engine.deregister`. */
export async function deregister(
  context: EngineContext,
  given: DeregisterRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseDeregister(given);
  const config = await context.config();
  assertMayChange(config, request, 'deregister');
  if (request.connection !== undefined)
    octopusFor(config, request, { change: true });
  const { desired, server } = await recorded(context, request);
  const initial = await newRunDocument('deregister', request, options, {
    hostKind: desired?.kind,
    owner: (desired ?? server)?.owner,
    inputs: { ...request },
    byHand: deregisterByHand(targetName(request)),
    context,
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: (run, onFailure) => deregisterOne(run, request, onFailure),
    },
    options,
  );
}

async function deregisterOne(
  run: Run,
  request: DeregisterRequest,
  onFailure: (look: () => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { recorder, context } = run;
  const { name, dryRun } = request;
  const { lease } = await recorder.step('lock', () => run.lock());
  onFailure(() => targetLeftovers(run, name));
  await recorder.step('deregister', async step => {
    if (dryRun) return step.detail(await previewOf(run, request));
    // First what we want: a later request that leaves the target out must not make it again.
    const { desired, server } = await recorded(context, request);
    await keepTarget(run, { name, desired, server }, undefined);
    const count = await endTargets(run, lease, request);
    if (count === 0) step.skip('It is no deployment target any more.');
    return undefined;
  });
  return {};
}

/**
 * Removes the targets of a host that lives on.
 *
 * @returns how many there were by our ledger
 * @throws NanteError `refused` where something disagrees; `unreachable` and the like
 */
export async function endTargets(
  run: Run,
  lease: Pick<Lease, 'assertHeld'>,
  { name, connection }: { name: string; connection?: string },
): Promise<number> {
  const { config } = run;
  const open = (await openTargets(run, name)).filter(
    entry => connection === undefined || entry.connection === connection,
  );
  for (const entry of open) {
    octopusFor(config, { connection: entry.connection }, { change: true });
    await lease.assertHeld();
    await removeTarget(run, entry).catch((error: unknown) => {
      throw titled(error, targetName({ ...run.recorder.document, name }));
    });
  }
  return open.length;
}

function titled(error: unknown, name: string): unknown {
  if (!NanteError.is(error) || error.code !== 'refused') return error;
  const { code, hint, details } = error;
  const message = `${name} was not removed: ${error.message}`;
  return new NanteError(code, message, { hint, details, cause: error });
}

async function previewOf(
  run: Run,
  { name, connection }: DeregisterRequest,
): Promise<string> {
  const { context, recorder, signal } = run;
  const title = targetName({ ...recorder.document, name });
  const open = (await openTargets(run, name)).filter(
    entry => connection === undefined || entry.connection === connection,
  );
  const lines = await Promise.all(
    open.map(async entry => {
      const api = await context.octopus(entry.connection);
      const { machine, problems } = await findTarget(api, entry, title, {
        signal,
      });
      const where = `from the Octopus ${entry.connection}`;
      if (!machine) return `${title} is gone ${where} already.`;
      return problems.length > 0
        ? `Would refuse: ${title} (${machine.id}) is not provably ours: ${problems.join('; ')}.`
        : `Would remove ${title} (${machine.id}) ${where}.`;
    }),
  );
  return lines.join(' ') || 'It is no deployment target.';
}

/**
 * What our records say of the host.
 *
 * @throws NanteError `not-found` for a name that neither has a host nor ever had a target
 */
async function recorded(
  context: EngineContext,
  { name, app, environment }: DeregisterRequest,
) {
  const store = await context.provenStore();
  const workspace = workspaceName(app, environment);
  const [{ hosts }, { servers }, entries] = await Promise.all([
    readHosts(store, workspace, app, environment),
    readServers(store, workspace, app, environment),
    readLedger(store, workspace),
  ]);
  const wasTarget = entries.some(
    ({ host, kind, system }) =>
      host === name && kind === 'target' && system === 'octopus',
  );
  if (hosts[name] || servers[name] || wasTarget)
    return { desired: hosts[name], server: servers[name] };
  throw new NanteError(
    'not-found',
    `${app} has no host ${name} in ${environment}, and it never was a deployment target.`,
    { hint: 'Look at the name, the app and the environment.' },
  );
}

function parseDeregister(given: DeregisterRequest): DeregisterRequest {
  const request = parseInput(deregisterRequestSchema, given);
  if (request.confirm === request.name) return request;
  throw new NanteError(
    'invalid-input',
    `To deregister ${request.name}, type its name; "${request.confirm}" is another one.`,
  );
}
