import { basename } from 'node:path';
import type { NexusApi, NexusRepository } from '@nante/clients';
import {
  NanteError,
  parseInput,
  publishRequestSchema,
  type PublishRequest,
  type RunDocument,
} from '@nante/model';
import { nexusFor } from '../connections';
import type { EngineContext } from '../context';
import { executeRun, type Run } from '../operation/executeRun';
import { newAppRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { artifactLeftovers, artifactNotes } from './artifactNotes';
import { publishByHand } from './byHand';
import { differs, uploadOnce } from './uploadOnce';
import { publicationOf } from './publication';

const stepsOf = ({ dryRun }: PublishRequest): readonly StepTitle[] => [
  ['check', 'Check the file and where it goes'],
  ...(dryRun
    ? []
    : ([['lock', "Take the lock of the app's releases"]] as const)),
  ['look', 'Look whether it is there already'],
  ...(dryRun
    ? []
    : ([
        ['upload', 'Upload it'],
        ['verify', 'Verify that all of it has arrived'],
      ] as const)),
];

/** See `Engine.publish`. */
export async function publish(
  context: EngineContext,
  given: PublishRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(publishRequestSchema, given);
  const { name: connection } = nexusFor(await context.config(), request, {
    change: !request.dryRun,
  });
  const initial = newAppRunDocument('publish', request, options, {
    // Where it lay on a machine is of no use to those who read it elsewhere.
    inputs: { ...request, file: basename(request.file) },
    byHand: [],
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: (run, onFailure) => publishOne(run, request, connection, onFailure),
    },
    options,
  );
}

async function publishOne(
  run: Run,
  request: PublishRequest,
  connection: string,
  onFailure: (look: () => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { context, recorder, signal } = run;
  const nexus = await context.nexus(connection);
  const { repository, publication } = await recorder.step(
    'check',
    async step => {
      const found = await demandRepository(nexus, request, signal);
      const what = await publicationOf(request, signal);
      await recorder.update({
        byHand: publishByHand(request, what, found),
      });
      step.detail(`${what.title}, ${what.digest}`);
      return { repository: found, publication: what };
    },
  );
  const lease = request.dryRun
    ? undefined
    : await recorder.step('lock', () => run.lockRecords());
  const notes = artifactNotes(run, request, { connection, publication });
  if (lease)
    onFailure(() => artifactLeftovers(nexus, request, publication, notes));

  const alreadyThere = await recorder.step('look', async step => {
    const there = await publication.there(nexus, signal);
    if (there !== undefined && there !== publication.digest)
      throw differs(request, publication, there);
    step.detail(
      there === undefined
        ? `It is not in ${request.repository} yet`
        : `It is there already, with the same checksum`,
    );
    return there !== undefined;
  });
  if (lease) {
    await recorder.step('upload', async step => {
      if (!alreadyThere)
        return uploadOnce(
          run,
          { nexus, request, publication, notes, lease },
          step,
        );
      // An earlier try may have been cut off just after it.
      await notes.confirm();
      return step.skip('It is there already.');
    });
    await recorder.step('verify', async step => {
      if (alreadyThere) return step.skip('Its checksum was compared already.');
      if (!(await publication.hasArrived(nexus, signal)))
        throw new NanteError(
          'failed',
          `What lies at ${publication.path} of ${request.repository} is not what was sent.`,
          {
            hint: 'Look at it in Nexus: somebody else may have published there at the same moment.',
          },
        );
      await notes.write('created');
      return step.detail(publication.digest);
    });
  }
  const { url } = repository;
  return {
    artifact: {
      connection,
      ...{ repository: request.repository, format: request.format },
      ...publication.result,
      pull: await publication.pull(nexus, url),
      alreadyThere,
    },
  };
}

/** @throws NanteError `invalid-input` for a repository that cannot take it */
async function demandRepository(
  nexus: NexusApi,
  { repository, format }: PublishRequest,
  signal: AbortSignal,
): Promise<NexusRepository> {
  const found = await nexus.repository(repository, { signal });
  const problem = repositoryProblem(found, repository, format);
  if (found && problem === undefined) return found;
  throw new NanteError(
    'invalid-input',
    `This cannot be published: ${problem}.`,
    {
      hint: found
        ? `Name a hosted repository of format ${format}.`
        : 'Make it by: nante repository create',
    },
  );
}

function repositoryProblem(
  found: NexusRepository | undefined,
  name: string,
  format: string,
): string | undefined {
  if (!found)
    return `there is no repository ${name} in Nexus, or our user may not see it`;
  if (found.format !== format)
    return `${name} is a repository of format ${found.format}, and not ${format}`;
  return found.type === 'hosted'
    ? undefined
    : `${name} is a ${found.type} repository, which takes nothing`;
}
