import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { CallOptions } from '../proxmox/types';
import type { GithubConnection } from './connection';
import { hasStatus } from './failures';
import { newestCommit } from './newestCommit';
import { toTree } from './newTree';
import { gitCommitSchema, repositorySchema, treeSchema } from './reading';
import { pathOf } from './repositories';
import { isStart, start } from './start';
import type { GithubCommit, NewFile, RepositoryName } from './types';

interface NewCommit {
  branch: string;
  message: string;
  files: readonly NewFile[];
  parent?: string;
}

/** One repository, and how it is asked. */
interface Place {
  connection: GithubConnection;
  repository: RepositoryName;
  options?: CallOptions;
}

const refsSchema = z.array(
  z.object({ ref: z.string(), object: z.object({ sha: z.string() }) }),
);
const contentsAnswer = z.object({ commit: z.object({ sha: z.string() }) });

/** See `GithubApi.commitFiles`. */
export async function commitFiles(
  connection: GithubConnection,
  repository: RepositoryName,
  commit: NewCommit,
  options?: CallOptions,
): Promise<GithubCommit> {
  const place = { connection, repository, options };
  return commit.parent === undefined
    ? firstCommit(place, commit)
    : nextCommit(place, { ...commit, parent: commit.parent });
}

async function nextCommit(
  place: Place,
  { branch, message, files, parent }: NewCommit & { parent: string },
): Promise<GithubCommit> {
  const { connection, repository, options } = place;
  const { owner, name: repo } = repository;
  const base = await connection.read(
    gitCommitSchema,
    'commit',
    { what: `find the commit ${parent} in ${pathOf(repository)}` },
    (rest, pass) =>
      rest.git.getCommit({ owner, repo, commit_sha: parent, ...pass }),
    options,
  );
  const made = await makeCommit(place, {
    ...{ message, files, parents: [parent], baseTree: base.treeSha },
  });
  await moveBranch(place, branch, made.sha);
  return made;
}

/**
 * Every state that this leaves when it is cut off is taken up by the next call: until its last push the branch that is
 * wanted has nothing, or our start.
 */
async function firstCommit(
  place: Place,
  { branch, message, files }: NewCommit,
): Promise<GithubCommit> {
  const { connection, repository, options } = place;
  const { owner, name: repo } = repository;
  const { defaultBranch } = await connection.read(
    repositorySchema,
    'repository',
    { what: `find the repository ${pathOf(repository)}` },
    (rest, pass) => rest.repos.get({ owner, repo, ...pass }),
    options,
  );
  const { sha: startSha, isNew } = await startRepository(place, defaultBranch);
  if (branch !== defaultBranch) await makeDefault(place, branch, startSha);
  if (branch !== defaultBranch || !isNew)
    await removeOtherStarts(place, branch, startSha);
  const made = await makeCommit(place, { message, files, parents: [] });
  await connection.send(
    { what: `push the first commit of ${pathOf(repository)}` },
    (rest, pass) =>
      rest.git.updateRef({
        ...{ owner, repo, ref: `heads/${branch}`, sha: made.sha },
        // The only thing that is overwritten is our own start.
        force: true,
        ...pass,
      }),
    options,
  );
  return made;
}

/** Makes the start, unless an earlier try has. @throws NanteError `conflict` where there is anything else */
async function startRepository(
  place: Place,
  branch: string,
): Promise<{ sha: string; isNew: boolean }> {
  const { connection, repository, options } = place;
  const { owner, name: repo } = repository;
  const takenUp = async (there: GithubCommit) => {
    await assertOnlyStart(place, there);
    return { sha: there.sha, isNew: false };
  };
  const there = await newestCommit(connection, repository, branch, options);
  if (there) return takenUp(there);
  try {
    const { commit } = await connection.read(
      contentsAnswer,
      'commit',
      { what: `start the empty repository ${pathOf(repository)}` },
      (rest, pass) =>
        rest.repos.createOrUpdateFileContents({
          ...{ owner, repo, path: start.path, message: start.message },
          content: Buffer.from(start.content).toString('base64'),
          ...pass,
        }),
      options,
    );
    return { sha: commit.sha, isNew: true };
  } catch (error) {
    // Its answer may have been lost, and then its repetition finds it there.
    const now = hasStatus(error, 409, 422)
      ? await newestCommit(connection, repository, branch, options)
      : undefined;
    if (now) return takenUp(now);
    throw error;
  }
}

/** GitHub chooses the branch of the start; another one can be the default only once it is there. */
async function makeDefault(
  place: Place,
  branch: string,
  startSha: string,
): Promise<void> {
  const { connection, repository, options } = place;
  const { owner, name: repo } = repository;
  const there = await newestCommit(
    connection,
    repository,
    `heads/${branch}`,
    options,
  );
  if (there) await assertOnlyStart(place, there);
  else await moveBranch(place, branch, startSha);
  await connection.send(
    { what: `make ${branch} the default branch of ${pathOf(repository)}` },
    (rest, pass) =>
      rest.repos.update({ owner, repo, default_branch: branch, ...pass }),
    options,
  );
}

/** Removes branches that are nothing but our start. */
async function removeOtherStarts(
  { connection, repository, options }: Place,
  branch: string,
  startSha: string,
): Promise<void> {
  const { owner, name: repo } = repository;
  const refs = await connection.read(
    refsSchema,
    'list of branches',
    { what: `list the branches of ${pathOf(repository)}` },
    (rest, pass) =>
      rest.git.listMatchingRefs({ owner, repo, ref: 'heads/', ...pass }),
    options,
  );
  const others = refs.filter(
    ({ ref, object }) =>
      object.sha === startSha && ref !== `refs/heads/${branch}`,
  );
  for (const { ref } of others)
    await connection.send(
      { what: `remove the branch ${ref.slice(11)} of ${pathOf(repository)}` },
      (rest, pass) =>
        rest.git.deleteRef({
          ...{ owner, repo, ref: ref.slice('refs/'.length) },
          ...pass,
        }),
      options,
    );
}

async function assertOnlyStart(
  { connection, repository, options }: Place,
  commit: GithubCommit,
): Promise<void> {
  const { owner, name: repo } = repository;
  const { tree } = await connection.read(
    treeSchema,
    'tree',
    { what: `list the files of ${pathOf(repository)}` },
    (rest, pass) =>
      rest.git.getTree({ owner, repo, tree_sha: commit.treeSha, ...pass }),
    options,
  );
  if (isStart(commit) && tree.length === 1 && tree[0].path === start.path)
    return;
  throw new NanteError(
    'conflict',
    `The repository ${pathOf(repository)} is not empty: it has the commit ${commit.sha.slice(0, 7)}.`,
    { hint: 'A first commit takes no place of another; propose a change.' },
  );
}

async function makeCommit(
  place: Place,
  commit: {
    message: string;
    files: readonly NewFile[];
    parents: string[];
    baseTree?: string;
  },
): Promise<GithubCommit> {
  const { connection, repository, options } = place;
  const { owner, name: repo } = repository;
  const tree = await toTree(connection, repository, commit.files, options);
  const what = `make a commit in ${pathOf(repository)}`;
  const { sha } = await connection.read(
    treeSchema,
    'tree',
    { what, isRepeatable: true },
    (rest, pass) =>
      rest.git.createTree({
        ...{ owner, repo, tree },
        ...(commit.baseTree && { base_tree: commit.baseTree }),
        ...pass,
      }),
    options,
  );
  return connection.read(
    gitCommitSchema,
    'commit',
    // One that nobody points to is thrown away by GitHub.
    { what, isRepeatable: true },
    (rest, pass) =>
      rest.git.createCommit({
        ...{ owner, repo, message: commit.message, tree: sha },
        ...{ parents: commit.parents, ...pass },
      }),
    options,
  );
}

/** Moves a branch onward to a commit, or makes it. */
async function moveBranch(
  { connection, repository, options }: Place,
  branch: string,
  sha: string,
): Promise<void> {
  const { owner, name: repo } = repository;
  const asked = { what: `push to ${branch} of ${pathOf(repository)}` };
  const there = await newestCommit(
    connection,
    repository,
    `heads/${branch}`,
    options,
  );
  if (!there) {
    await connection.send(
      asked,
      (rest, pass) =>
        rest.git.createRef({
          ...{ owner, repo, ref: `refs/heads/${branch}`, sha },
          ...pass,
        }),
      options,
    );
    return;
  }
  try {
    await connection.send(
      asked,
      (rest, pass) =>
        rest.git.updateRef({
          ...{ owner, repo, ref: `heads/${branch}`, sha, force: false },
          ...pass,
        }),
      options,
    );
  } catch (error) {
    if (
      NanteError.is(error) &&
      hasStatus(error, 422) &&
      /fast.?forward/iu.test(error.message)
    )
      throw new NanteError(
        'conflict',
        `The branch ${branch} of ${pathOf(repository)} moved meanwhile.`,
        { hint: 'Try again.', cause: error },
      );
    throw error;
  }
}
