import type { NexusApi, NexusRepository } from '@nante/clients';
import {
  createRepositoryRequestSchema,
  NanteError,
  parseInput,
  type CreateRepositoryRequest,
  type RunDocument,
} from '@nante/model';
import { nexusFor } from '../connections';
import type { EngineContext } from '../context';
import { writeEntry } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { newAppRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';

/** Records of repositories stand there: they belong to no app. */
const app = 'nexus';

const stepsOf = ({ dryRun }: CreateRepositoryRequest): readonly StepTitle[] => [
  ...(dryRun ? [] : ([['lock', 'Take the lock of the repositories']] as const)),
  ['check', 'Look what Nexus has'],
  ...(dryRun ? [] : ([['repository', 'Make the repository']] as const)),
];

/** See `Engine.createRepository`. */
export async function createRepository(
  context: EngineContext,
  given: CreateRepositoryRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(createRepositoryRequestSchema, given);
  if (!request.operator)
    throw new NanteError(
      'refused',
      'Only operators may make repositories; ask one of them.',
    );
  if (request.dockerPort !== undefined && request.format !== 'docker')
    throw new NanteError(
      'invalid-input',
      `A repository of format ${request.format} has no connector of its own: leave the port out.`,
    );
  const { name: connection } = nexusFor(await context.config(), request, {
    change: !request.dryRun,
  });
  const initial = newAppRunDocument(
    'create-repository',
    { ...request, app },
    options,
    { inputs: { ...request }, byHand: [] },
  );
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: run => makeOne(run, request, connection),
    },
    options,
  );
}

async function makeOne(
  run: Run,
  request: CreateRepositoryRequest,
  connection: string,
): Promise<Partial<RunDocument>> {
  const { context, recorder, signal } = run;
  const nexus = await context.nexus(connection);
  const { name, format, dryRun } = request;
  const lease = dryRun
    ? undefined
    : await recorder.step('lock', () => run.lockRecords());
  const there = await recorder.step('check', async step => {
    const found = await nexus.repository(name, { signal });
    if (found) assertSame(request, found);
    step.detail(
      found ? 'It is there already, as asked for' : 'There is none yet',
    );
    return found;
  });
  const made =
    lease &&
    (await recorder.step('repository', async step => {
      if (!there) return make(run, nexus, { request, connection, lease });
      step.skip('It is there already, as asked for.');
      return there;
    }));
  return {
    repository: {
      ...{ connection, name, format },
      url: (made ?? there)?.url ?? '',
      alreadyThere: there !== undefined,
    },
  };
}

async function make(
  { store, recorder, signal }: Run,
  nexus: NexusApi,
  {
    request,
    connection,
    lease,
  }: { request: CreateRepositoryRequest; connection: string; lease: Lease },
): Promise<NexusRepository> {
  const { name, requestId } = request;
  const { workspace, id: runId } = recorder.document;
  const note = (state: 'intended' | 'created' | 'removed') =>
    writeEntry(store, workspace, {
      id: `nexus/${connection}/repository/${name}`,
      ...{ system: 'nexus', connection, kind: 'repository' },
      ...{ outsideId: name, host: '', requestId, runId, state },
      undo: `Delete the repository ${name} in Nexus, with all that is in it.`,
    });
  await lease.assertHeld();
  await note('intended');
  let failure: unknown;
  try {
    await nexus.createRepository(request, { signal });
  } catch (error) {
    failure = error;
  }
  // The answer may have been lost, or somebody was faster.
  const made = await nexus.repository(name).catch(() => undefined);
  if (!made) {
    const isCertain =
      NanteError.is(failure) &&
      !['unreachable', 'cancelled'].includes(failure.code);
    if (isCertain) await note('removed');
    throw failure ?? hidden(name);
  }
  assertSame(request, made);
  await note('created');
  return made;
}

/** @throws NanteError `conflict` that says in what they differ, `unauthorized` where that cannot be seen */
function assertSame(
  wanted: CreateRepositoryRequest,
  there: NexusRepository,
): void {
  const { name, format, dockerPort } = wanted;
  const isOfKind = there.format === format && there.type === 'hosted';
  if (isOfKind && (there.redeploy === undefined || !there.blobStore))
    throw hidden(name);
  const differences = isOfKind
    ? [
        ...(there.redeploy === wanted.redeploy
          ? []
          : [
              `its versions may ${there.redeploy ? '' : 'not '}be published again`,
            ]),
        ...(there.blobStore === wanted.blobStore
          ? []
          : [`its blob store is ${there.blobStore}`]),
        ...(format !== 'docker' || there.dockerPort === dockerPort
          ? []
          : [
              there.dockerPort === undefined
                ? 'it has no port of its own'
                : `its port is ${there.dockerPort}`,
            ]),
      ]
    : [`it is a ${there.type} repository of format ${there.format}`];
  if (differences.length === 0) return;
  throw new NanteError(
    'conflict',
    `There is a repository ${name} already, and ${differences.join('; ')}.`,
    { hint: 'Take another name, or ask for what is there.' },
  );
}

function hidden(name: string): NanteError {
  return new NanteError(
    'unauthorized',
    `There is a repository ${name}, and our user may not see its settings.`,
    {
      hint: `Give it the privilege nx-repository-admin-*-${name}-read in Nexus.`,
    },
  );
}
