import type {
  OctopusApi,
  OctopusChannel,
  OctopusProject,
  OctopusRelease,
} from '@nante/clients';
import {
  NanteError,
  parseInput,
  releaseRequestSchema,
  type ReleaseRequest,
  type ReleaseResult,
  type RunDocument,
} from '@nante/model';
import { octopusFor } from '../connections';
import type { EngineContext } from '../context';
import { writeEntry } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { newAppRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { releaseByHand } from './byHand';
import { choosePackages, type ChosenPackage } from './choosePackages';
import { exactlyNamed, ourProject } from './ourProject';
import { pushProvenance } from './provenance';

const stepsOf = ({ dryRun }: ReleaseRequest): readonly StepTitle[] =>
  dryRun
    ? [['check', 'See what the release would be made of']]
    : [
        ['lock', "Take the lock of the app's releases"],
        ['check', 'Choose the packages'],
        ['provenance', 'Say from which build they come'],
        ['release', 'Make the release'],
      ];

/** See `Engine.createRelease`. */
export async function createRelease(
  context: EngineContext,
  given: ReleaseRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(releaseRequestSchema, given);
  const { name: connection } = octopusFor(await context.config(), request, {
    change: !request.dryRun,
  });
  const initial = newAppRunDocument('release', request, options, {
    inputs: { ...request },
    byHand: releaseByHand(request),
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: run => release(run, request, connection),
    },
    options,
  );
}

/** A release that is to be, and the one that is there. */
interface WantedRelease {
  project: OctopusProject;
  channel?: OctopusChannel;
  packages: ChosenPackage[];
  there?: OctopusRelease;
}

const titleOf = ({ packageId, version }: ChosenPackage) =>
  `${packageId} ${version}`;

async function release(
  run: Run,
  request: ReleaseRequest,
  connection: string,
): Promise<Partial<RunDocument>> {
  const { context, recorder } = run;
  const api = await context.octopus(connection);
  const lease = request.dryRun
    ? undefined
    : await recorder.step('lock', () => run.lockRecords());
  const wanted = await recorder.step('check', async step => {
    const found = await look(run, api, request);
    step.detail(
      found.packages.length > 0
        ? found.packages.map(titleOf).join(', ')
        : 'The process deploys no package',
    );
    return found;
  });
  const result = async (
    packages: ChosenPackage[],
    made?: OctopusRelease,
  ): Promise<Partial<RunDocument>> => {
    const { project } = wanted;
    const { version } = request;
    const done: ReleaseResult = {
      connection,
      id: made?.id ?? '',
      project: project.name,
      version,
      packages: packages.map(({ step, packageId, feed, version: chosen }) => ({
        ...{ step, packageId, feed, version: chosen },
      })),
      url: await (made
        ? api.pageUrl('releases', project.slug, version)
        : api.pageUrl('projects', project.slug)),
      alreadyThere: wanted.there !== undefined,
    };
    return { release: done };
  };
  const asThere = (there: OctopusRelease) =>
    wanted.packages.map(used => ({ ...used, version: versionIn(there, used) }));
  if (!lease)
    return wanted.there
      ? result(asThere(wanted.there), wanted.there)
      : result(wanted.packages);
  await recorder.step('provenance', step =>
    wanted.there
      ? Promise.resolve(step.skip('The release is there already.'))
      : pushProvenance(run, api, request, wanted.packages, step),
  );
  const made = await recorder.step('release', async step => {
    if (wanted.there) step.skip('It is there already, with the same packages.');
    return (
      wanted.there ?? make(run, api, request, { connection, wanted, lease })
    );
  });
  return result(asThere(made), made);
}

async function look(
  run: Run,
  api: OctopusApi,
  request: ReleaseRequest,
): Promise<WantedRelease> {
  const { signal } = run;
  const project = await ourProject(api, request, signal);
  const [process, channels, there] = await Promise.all([
    api.process(project, { signal }),
    request.channel === undefined ? [] : api.channels(project.id, { signal }),
    api.findRelease(project.id, request.version, { signal }),
  ]);
  const channel =
    request.channel === undefined
      ? undefined
      : exactlyNamed(channels, request.channel, 'channel');
  const packages = await choosePackages(run, api, request, process);
  const wanted = { project, channel, packages, there };
  if (there) assertSame(request, wanted, there);
  return wanted;
}

function versionIn(
  { packages }: OctopusRelease,
  { action, reference }: Pick<ChosenPackage, 'action' | 'reference'>,
): string {
  return (
    packages.find(
      other => other.action === action && other.reference === reference,
    )?.version ?? ''
  );
}

/**
 * A release that is there is the one that is meant where it has what was named. What was left open may be anything: the newest of a
 * feed is another one tomorrow.
 *
 * @throws NanteError `conflict` that says in what they differ
 */
function assertSame(
  { version }: ReleaseRequest,
  { project, channel, packages }: WantedRelease,
  there: OctopusRelease,
): void {
  const differences = packages
    .filter(used => used.isNamed && versionIn(there, used) !== used.version)
    .map(
      used =>
        `it has ${used.packageId} ${versionIn(there, used) || '(none)'} and not ${used.version}`,
    );
  if (channel && channel.id !== there.channelId)
    differences.push(`it is not in the channel "${channel.name}"`);
  if (differences.length === 0) return;
  throw new NanteError(
    'conflict',
    `There is a release ${version} of ${project.name} already: ${differences.join('; ')}.`,
    { hint: 'Take another version, or delete that release in Octopus.' },
  );
}

async function make(
  run: Run,
  api: OctopusApi,
  request: ReleaseRequest,
  {
    connection,
    wanted,
    lease,
  }: { connection: string; wanted: WantedRelease; lease: Lease },
): Promise<OctopusRelease> {
  const { recorder, store, signal } = run;
  const { project, channel, packages } = wanted;
  const { version, notes, requestId } = request;
  const { workspace, id: runId } = recorder.document;
  const note = (state: 'intended' | 'created' | 'removed', outsideId: string) =>
    writeEntry(store, workspace, {
      id: `octopus/${connection}/release/${project.id}:${version}`,
      ...{ system: 'octopus', connection, kind: 'release', outsideId },
      ...{ host: '', requestId, runId, state },
      undo: `Delete the release ${version} of ${project.name} in Octopus.`,
    });
  await lease.assertHeld();
  await note('intended', '');
  const made = await api
    .createRelease(
      { project, version, channel: channel?.id, packages, notes },
      { signal },
    )
    .catch(async error => {
      // The answer may have been lost, or somebody was faster.
      const there = await api
        .findRelease(project.id, version)
        .catch(() => undefined);
      if (!there) {
        if (NanteError.is(error) && error.code !== 'unreachable')
          await note('removed', '');
        throw error;
      }
      assertSame(request, wanted, there);
      return there;
    });
  await note('created', made.id);
  return made;
}
