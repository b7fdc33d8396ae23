import { basename } from 'node:path';
import type { GithubApi, GithubRepository, NewFile } from '@nante/clients';
import {
  parseInput,
  setUpRepositoryRequestSchema,
  type GithubConnection,
  type RunDocument,
  type SetUpRepositoryRequest,
} from '@nante/model';
import { githubFor, type NamedConnection } from '../connections';
import type { EngineContext } from '../context';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { newAppRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { repositoryByHand } from './byHand';
import { calledWorkflows } from './calledWorkflows';
import { readFolder } from './folder';
import { makeRepository } from './makeRepository';
import { repositoryNotes, type RepositoryNotes } from './notes';
import { standingOf, type Standing } from './ourRepository';
import { pushContent } from './pushContent';
import { assertScopes } from './rights';
import { assertNoSecrets } from './secretsInside';
import {
  makeProtection,
  makeSecret,
  makeSettings,
  makeWebhook,
  type Place,
} from './settings';

/**
 * What a first workflow needs stands before the content, whose push starts it; what would refuse that push comes after.
 */
const stepsOf = ({ dryRun }: SetUpRepositoryRequest): readonly StepTitle[] => [
  ['check', 'Check the files, the token and the name'],
  ...(dryRun
    ? []
    : ([
        ['lock', "Take the lock of the app's releases"],
        ['repository', 'Make the repository'],
        ['settings', 'Make its environments and variables'],
        ['secret', 'Give it its one secret'],
        ['webhook', 'Let it send its events'],
        ['content', 'Push its files'],
        ['protection', 'Protect its branch'],
      ] as const)),
];

/** See `Engine.setUpRepository`. */
export async function setUpRepository(
  context: EngineContext,
  given: SetUpRepositoryRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(setUpRepositoryRequestSchema, given);
  const github = githubFor(await context.config(), request, {
    change: !request.dryRun,
  });
  const { organization: owner, webhookUrl } = github.connection;
  const initial = newAppRunDocument('set-up-repository', request, options, {
    // Where it lay on a machine is of no use to those who read it elsewhere.
    inputs: { ...request, folder: basename(request.folder) },
    byHand: repositoryByHand(request, { owner, webhookUrl }),
    owner: request.owner,
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: (run, onFailure) => setUp({ run, request, github, onFailure }),
    },
    options,
  );
}

interface Setting {
  run: Run;
  request: SetUpRepositoryRequest;
  github: NamedConnection<GithubConnection>;
  onFailure(look: () => Promise<string[]>): void;
}

/** What the check found out. */
interface Checked {
  standing: Standing;
  /** Undefined where nothing is going to be pushed. */
  files?: NewFile[];
}

async function setUp(setting: Setting): Promise<Partial<RunDocument>> {
  const { run, request, github, onFailure } = setting;
  const { recorder, context } = run;
  const { organization: owner } = github.connection;
  const api = await context.github(github.name);
  const notes = repositoryNotes(run, {
    ...{ connection: github.name, requestId: request.requestId },
    repository: `${owner}/${request.name}`,
  });
  const { standing, files } = await recorder.step('check', async step => {
    const checked = await check(setting, api, notes);
    step.detail(sayStanding(checked));
    return checked;
  });
  const workflows = files && calledWorkflows(files);
  const result = (
    it: Pick<GithubRepository, 'url' | 'cloneUrl'>,
    commit: string,
    alreadyThere: boolean,
  ): Partial<RunDocument> => ({
    sourceRepository: {
      ...{ connection: github.name, repository: `${owner}/${request.name}` },
      ...{ url: it.url, cloneUrl: it.cloneUrl, commit, alreadyThere },
      defaultBranch: request.defaultBranch,
      ...(workflows && { workflows }),
    },
  });
  if (request.dryRun) {
    const url = `${api.webUrl}/${owner}/${request.name}`;
    const entry = await notes.read();
    return 'repository' in standing
      ? result(standing.repository, entry?.provenance?.commit ?? '', true)
      : result({ url, cloneUrl: `${url}.git` }, '', false);
  }
  const lease = await recorder.step('lock', () => run.lockRecords());
  onFailure(() => leftovers(notes, `${owner}/${request.name}`));
  return finish({ ...setting, api, notes, lease, files, result });
}

/** Everything that changes something. */
async function finish({
  run,
  request,
  github,
  api,
  notes,
  lease,
  files,
  result,
}: Setting & {
  api: GithubApi;
  notes: RepositoryNotes;
  lease: Lease;
  files?: NewFile[];
  result(
    repository: GithubRepository,
    commit: string,
    alreadyThere: boolean,
  ): Partial<RunDocument>;
}): Promise<Partial<RunDocument>> {
  const { recorder } = run;
  const { organization: owner } = github.connection;
  const making = { run, api, owner, request, notes, lease };
  let wasThere = false;
  const repository = await recorder.step('repository', async step => {
    // Before the lock was ours, somebody may have changed it.
    const standing = await look(run, api, github, request, notes);
    wasThere = standing.state === 'ours';
    if (wasThere) step.skip('It is there already, and ours.');
    return makeRepository(making, standing);
  });
  const place: Place = {
    ...{ run, api, request, lease, connection: github.connection },
    repository: { owner: repository.owner, name: repository.name },
  };
  await recorder.step('settings', step => makeSettings(place, step));
  await recorder.step('secret', step => makeSecret(place, step));
  await recorder.step('webhook', step => makeWebhook(place, step));
  const { commit, isNew } = await recorder.step('content', step =>
    pushContent(place, { notes, repository, files }, step),
  );
  await recorder.step('protection', step => makeProtection(place, step));
  return result(repository, commit, wasThere && !isNew);
}

/** @throws NanteError what makes the request impossible; nothing is changed yet */
async function check(
  { run, request, github }: Setting,
  api: GithubApi,
  notes: RepositoryNotes,
): Promise<Checked> {
  const { context, signal } = run;
  const [access, standing] = await Promise.all([
    api.checkAccess({ signal }),
    look(run, api, github, request, notes),
  ]);
  const isFilled =
    'repository' in standing &&
    (await api.commit(standing.repository, request.defaultBranch, {
      signal,
    })) !== undefined;
  const files = isFilled ? undefined : await readFolder(request.folder);
  assertScopes(access, github.connection, {
    visibility: request.visibility,
    paths: files?.map(({ path }) => path) ?? [],
  });
  await assertNoSecrets(context, files ?? []);
  const { dopplerToken, webhookSecret, webhookUrl } = github.connection;
  await context.options.secrets.read([
    ...(request.dopplerToken ? [dopplerToken] : []),
    ...(request.webhook && webhookUrl ? [webhookSecret] : []),
  ]);
  return { standing, files };
}

async function look(
  { context, signal }: Run,
  api: GithubApi,
  { name: connection, connection: { organization } }: Setting['github'],
  { name, app }: SetUpRepositoryRequest,
  notes: RepositoryNotes,
): Promise<Standing> {
  const entry = await notes.read();
  const claim = { connection, owner: organization, name, app, entry };
  return standingOf(context, api, claim, signal);
}

function sayStanding({ standing, files }: Checked): string {
  const what = {
    free: 'The name is free',
    gone: 'It was ours, and is not in GitHub any more',
    begun: 'It was begun, and is finished now',
    ours: 'It is there already, and ours',
  }[standing.state];
  return files
    ? `${what}; ${files.length} files are pushed`
    : `${what}; its files are left alone`;
}

async function leftovers(
  notes: RepositoryNotes,
  repository: string,
): Promise<string[]> {
  const entry = await notes.read();
  if (!entry) return [];
  return [
    entry.outsideId
      ? `The repository ${repository} in GitHub (${entry.state === 'created' ? 'a repetition finishes it' : 'not finished'})`
      : `Perhaps the repository ${repository} in GitHub: its answer was lost`,
  ];
}
