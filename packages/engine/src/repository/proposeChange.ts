import { createHash } from 'node:crypto';
import type {
  GithubApi,
  GithubCommit,
  GithubRepository,
  NewFile,
} from '@nante/clients';
import {
  NanteError,
  parseInput,
  proposeChangeRequestSchema,
  type GithubConnection,
  type ProposeChangeRequest,
  type PullRequestResult,
  type RunDocument,
} from '@nante/model';
import { githubFor, type NamedConnection } from '../connections';
import type { EngineContext } from '../context';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { newAppRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { changedFiles, clashesOf, differenceOf } from './change';
import { ourBranch, trailerOf } from './proposalBranch';
import { proposalNotes, type ProposalNotes } from './proposalNotes';
import { proposalByHand } from './proposalByHand';
import { openPullRequest } from './pullRequest';
import { assertScopes } from './rights';
import { assertNoSecrets } from './secretsInside';

const stepsOf = ({ dryRun }: ProposeChangeRequest): readonly StepTitle[] => [
  ['check', 'Compare the files with those of the repository'],
  ...(dryRun
    ? []
    : ([
        ['lock', "Take the lock of the app's releases"],
        ['branch', 'Put them onto a branch'],
        ['pull-request', 'Ask for them'],
      ] as const)),
];

/** See `Engine.proposeChange`. */
export async function proposeChange(
  context: EngineContext,
  given: ProposeChangeRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(proposeChangeRequestSchema, given);
  const files = changedFiles(request);
  const github = githubFor(await context.config(), request, {
    change: !request.dryRun,
  });
  const { files: _files, ...rest } = request;
  const where = repositoryOf(request, github.connection);
  const initial = newAppRunDocument('propose-change', request, options, {
    // What stands in them is in the pull request; here their checksum tells whether the same was asked.
    inputs: {
      ...rest,
      paths: Object.keys(request.files),
      content: sumOf(files),
    },
    byHand: proposalByHand(request, `${where.owner}/${where.name}`),
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: run => propose({ run, request, files, github }),
    },
    options,
  );
}

interface Setting {
  run: Run;
  request: ProposeChangeRequest;
  files: NewFile[];
  github: NamedConnection<GithubConnection>;
}

/** What the check found out. */
interface Checked {
  repository: GithubRepository;
  base: string;
  head: GithubCommit;
  /** Paths that differ from the base. */
  paths: string[];
}

async function propose(setting: Setting): Promise<Partial<RunDocument>> {
  const { run, request, github } = setting;
  const { recorder, context } = run;
  const api = await context.github(github.name);
  const checked = await recorder.step('check', async step => {
    const found = await check(setting, api);
    step.detail(
      found.paths.length > 0
        ? `${found.paths.length} files differ from ${found.base}`
        : `${found.base} has all of it already`,
    );
    return found;
  });
  const { repository, paths, base } = checked;
  const { owner, name, url } = repository;
  const result = (more: Partial<PullRequestResult>) => ({
    pullRequest: {
      ...{ connection: github.name, repository: `${owner}/${name}` },
      ...{ url, branch: request.branch, files: paths, alreadyThere: false },
      ...more,
    },
  });
  if (request.dryRun) return result({ alreadyThere: paths.length === 0 });
  const lease = await recorder.step('lock', () => run.lockRecords());
  const notes = proposalNotes(run, {
    ...{ connection: github.name, repository: `${owner}/${name}` },
    ...{ branch: request.branch, requestId: request.requestId },
  });
  const work = { ...setting, api, checked, notes, lease };
  const head = await recorder.step('branch', async step => {
    if (paths.length > 0) return push(work, step);
    step.skip(`${base} has all of it already.`);
    return undefined;
  });
  const { pull, isNew } = await recorder.step('pull-request', async step => {
    if (head !== undefined)
      return openPullRequest(
        { run, api, repository, request, base, notes, lease },
        step,
      );
    step.skip('There is nothing to ask for.');
    return { pull: undefined, isNew: false };
  });
  return result({
    ...(pull && { number: pull.number, url: pull.url }),
    alreadyThere: !isNew && !head?.isNew,
  });
}

/** @throws NanteError what makes the request impossible; nothing is changed yet */
async function check(
  { run, request, files, github }: Setting,
  api: GithubApi,
): Promise<Checked> {
  const { context, signal } = run;
  const { owner, name } = repositoryOf(request, github.connection);
  const [access, repository] = await Promise.all([
    api.checkAccess({ signal }),
    api.repository({ owner, name }, { signal }),
  ]);
  if (!repository)
    throw new NanteError(
      'not-found',
      `There is no repository ${owner}/${name}, or the token in ${github.connection.token} may not see it.`,
    );
  if (repository.isArchived)
    throw new NanteError(
      'conflict',
      `The repository ${owner}/${name} is archived, and takes nothing.`,
      { hint: 'Unarchive it in GitHub.' },
    );
  const base = request.base ?? repository.defaultBranch;
  if (base === request.branch)
    throw new NanteError(
      'invalid-input',
      `The change is to come from the branch ${base}, which is the one that is to take it.`,
      { hint: 'Name another branch.' },
    );
  assertScopes(access, github.connection, {
    visibility: repository.visibility,
    paths: files.map(({ path }) => path),
  });
  await assertNoSecrets(context, files);
  const head = await api.commit(repository, `heads/${base}`, { signal });
  if (!head)
    throw new NanteError(
      'not-found',
      `The repository ${owner}/${name} has no branch ${base}.`,
    );
  const tree = await api.files(repository, head.treeSha, { signal });
  const { paths, changed } = differenceOf(files, tree);
  const clashes = clashesOf(files, tree);
  const refused = request.overwrite ? clashes : [...changed, ...clashes];
  if (refused.length > 0)
    throw new NanteError(
      'conflict',
      `${owner}/${name} has ${refused.sort().join(', ')} already, with something else. Nothing was changed.`,
      {
        hint:
          clashes.length > 0
            ? 'A file cannot take the place of a folder, nor lie below a file: choose other paths.'
            : 'Allow overwriting where that is meant; the pull request then shows what changes.',
        details: { files: refused },
      },
    );
  return { repository, base, head, paths };
}

/** Puts onto the branch what it does not have yet. */
async function push(
  {
    run,
    request,
    files,
    api,
    checked,
    notes,
    lease,
  }: Setting & {
    api: GithubApi;
    checked: Checked;
    notes: ProposalNotes;
    lease: Lease;
  },
  step: { detail(text: string): void; skip(text: string): void },
): Promise<{ isNew: boolean }> {
  const { signal } = run;
  const { repository, base, head } = checked;
  const { branch, title, requestId } = request;
  const there = await ourBranch(
    api,
    repository,
    { branch, base, isKnown: (await notes.read()) !== undefined },
    signal,
  );
  const parent = there ?? head;
  const tree = await api.files(repository, parent.treeSha, { signal });
  const missing = differenceOf(files, tree);
  if (missing.files.length === 0) {
    step.skip(`${branch} has them already.`);
    return { isNew: false };
  }
  await lease.assertHeld();
  await notes.write('intended');
  const { sha } = await api.commitFiles(
    repository,
    {
      ...{ branch, parent: parent.sha, files: missing.files },
      message: `${title}\n\n${trailerOf(requestId)}\n`,
    },
    { signal },
  );
  step.detail(`${missing.files.length} files in ${sha.slice(0, 7)}`);
  return { isNew: true };
}

function repositoryOf(
  { repository }: ProposeChangeRequest,
  { organization }: GithubConnection,
): { owner: string; name: string } {
  const [owner, name] = repository.includes('/')
    ? repository.split('/')
    : [organization, repository];
  return { owner, name };
}

function sumOf(files: readonly NewFile[]): string {
  const sum = createHash('sha256');
  for (const { path, content } of files)
    sum.update(JSON.stringify([path, content?.toString('base64') ?? null]));
  return `sha256:${sum.digest('hex')}`;
}
