import type { OctopusApi, OctopusProject } from '@nante/clients';
import {
  createProjectRequestSchema,
  NanteError,
  parseInput,
  type CreateProjectRequest,
  type ProjectResult,
  type RunDocument,
} from '@nante/model';
import { octopusFor } from '../connections';
import type { EngineContext } from '../context';
import { isOpen, readLedger, writeEntry } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { projectByHand } from '../release/byHand';
import { exactlyNamed } from '../release/ourProject';
import { newAppRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { processSteps } from './process';

const stepsOf = ({ dryRun }: CreateProjectRequest): readonly StepTitle[] =>
  dryRun
    ? [['check', 'See what would be made']]
    : [
        ['lock', "Take the lock of the app's releases"],
        ['check', 'Look what Octopus has'],
        ['project', 'Make the project'],
        ['process', 'Give it its process'],
      ];

/** See `Engine.createProject`. */
export async function createProject(
  context: EngineContext,
  given: CreateProjectRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(createProjectRequestSchema, given);
  const { name: connection } = octopusFor(await context.config(), request, {
    change: !request.dryRun,
  });
  const initial = newAppRunDocument('create-project', request, options, {
    inputs: { ...request },
    byHand: projectByHand(request),
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: run => makeProject(run, request, connection),
    },
    options,
  );
}

/** What the names of a request turned out to be. */
interface Found {
  project?: OctopusProject;
  /** Undefined: it has to be made. */
  groupId?: string;
  lifecycleId: string;
  /** Undefined: the project gets none. */
  steps?: unknown[];
}

async function makeProject(
  run: Run,
  request: CreateProjectRequest,
  connection: string,
): Promise<Partial<RunDocument>> {
  const { context, recorder, signal } = run;
  const { app, project: name = app, dryRun } = request;
  const api = await context.octopus(connection);
  const lease = dryRun
    ? undefined
    : await recorder.step('lock', () => run.lockRecords());
  const found = await recorder.step('check', async step => {
    const things = await lookAround(api, request, signal);
    await recorder.update({ byHand: projectByHand(request, things.steps) });
    step.detail(
      things.project
        ? `The project "${name}" is there already`
        : `There is no project "${name}" yet`,
    );
    return things;
  });
  const result = async (project: OctopusProject, alreadyThere: boolean) => {
    const { id, name: called, slug } = project;
    const url = await api.pageUrl('projects', slug);
    const made: ProjectResult = {
      ...{ connection, id, name: called, slug, url, alreadyThere },
    };
    return { project: made };
  };
  if (!lease) {
    const { project } = found;
    const slug = name.toLowerCase().replace(/[^a-z0-9]+/gu, '-');
    return project
      ? result(project, true)
      : result({ id: '', name, slug } as OctopusProject, false);
  }
  const entry = { run, connection, name, requestId: request.requestId };
  // An earlier try of this request may have been cut off between the project and its process.
  const isUnfinished = found.project !== undefined && (await isOurs(entry));
  const project = await recorder.step('project', async step => {
    if (found.project) {
      step.skip(`"${name}" is there already, and is left as it is.`);
      return found.project;
    }
    await lease.assertHeld();
    await note(entry, 'intended', '');
    return make(run, api, request, found, lease);
  });
  await recorder.step('process', async step => {
    if (found.project && !isUnfinished) {
      step.skip('Its process is left alone.');
      return;
    }
    if (!found.steps) step.skip('None was asked for.');
    else {
      const { steps } = await api.process(project, { signal });
      if (steps.length > 0) step.skip('It has one already.');
      else {
        await lease.assertHeld();
        await api.replaceProcess(project, found.steps, { signal });
      }
    }
    await note(entry, 'created', project.id);
  });
  return result(project, found.project !== undefined && !isUnfinished);
}

async function lookAround(
  api: OctopusApi,
  request: CreateProjectRequest,
  signal: AbortSignal,
): Promise<Found> {
  const { app, project = app, process } = request;
  const wanted = process !== undefined;
  const [there, groups, lifecycles, feeds, environments] = await Promise.all([
    api.findProject(project, { signal }),
    api.projectGroups({ signal }),
    api.lifecycles({ signal }),
    wanted ? api.feeds({ signal }) : [],
    wanted && process.approvals.length > 0 ? api.environments({ signal }) : [],
  ]);
  const lifecycle =
    request.lifecycle === undefined
      ? lifecycles[0]
      : exactlyNamed(lifecycles, request.lifecycle, 'lifecycle');
  if (!lifecycle)
    throw new NanteError(
      'invalid-input',
      'This space of Octopus has no lifecycle that our key may see.',
      { hint: 'Make one in Octopus, or give the key LifecycleView.' },
    );
  return {
    project: there,
    groupId: groups.find(group => group.name === request.group)?.id,
    lifecycleId: lifecycle.id,
    ...(process && {
      steps: processSteps(app, process, {
        feedId: exactlyNamed(feeds, process.feed, 'feed').id,
        approvalIds: process.approvals.map(
          name => exactlyNamed(environments, name, 'environment').id,
        ),
      }),
    }),
  };
}

async function make(
  { recorder, signal }: Run,
  api: OctopusApi,
  request: CreateProjectRequest,
  found: Found,
  lease: Lease,
): Promise<OctopusProject> {
  const { app, project: name = app, group, description = '' } = request;
  let { groupId } = found;
  if (groupId === undefined) {
    const made = await api.createProjectGroup(group, { signal });
    recorder.log('info', `The project group "${group}" was made`);
    groupId = made.id;
    await lease.assertHeld();
  }
  const { lifecycleId } = found;
  try {
    return await api.createProject(
      { name, groupId, lifecycleId, description },
      { signal },
    );
  } catch (error) {
    // The answer may have been lost, or somebody was faster.
    const there = await api
      .findProject(name, { signal })
      .catch(() => undefined);
    if (there) return there;
    throw error;
  }
}

interface Entry {
  run: Run;
  connection: string;
  name: string;
  requestId: string;
}

const entryId = ({ connection, name }: Entry) =>
  `octopus/${connection}/project/${name}`;

/** True while this very request has the project under way. */
async function isOurs(entry: Entry): Promise<boolean> {
  const { run, requestId } = entry;
  const { workspace } = run.recorder.document;
  const entries = await readLedger(run.store, workspace);
  const last = entries.findLast(({ id }) => id === entryId(entry));
  return (
    last?.state === 'intended' && last.requestId === requestId && isOpen(last)
  );
}

async function note(
  entry: Entry,
  state: 'intended' | 'created',
  outsideId: string,
): Promise<void> {
  const { run, connection, name, requestId } = entry;
  const { workspace, id: runId } = run.recorder.document;
  await writeEntry(run.store, workspace, {
    id: entryId(entry),
    ...{ system: 'octopus', connection, kind: 'project', outsideId, host: '' },
    ...{ requestId, runId, state },
    undo: `Delete the project "${name}" in Octopus, with its releases and their history.`,
  });
}
