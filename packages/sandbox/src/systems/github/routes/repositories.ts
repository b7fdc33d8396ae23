import { z } from 'zod';
import { fullRepository, minimalRepository } from '../answers/repository';
import { GithubError, notFound, unprocessable } from '../errors';
import { git } from '../git/git';
import { noCommit, RepositoryReader } from '../git/read';
import { input } from '../input';
import { createRepository, removeRepository } from '../repositories';
import type { Repository } from '../model';
import type { Call, Route } from '../router';
import type { Github } from '../server';
import { organizationOf } from './account';
import { moveRef, signature, writer } from './shared';

const namePattern = /^[A-Za-z0-9._-]{1,100}$/;

const newSchema = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  private: z.boolean().optional(),
  visibility: z.enum(['public', 'private', 'internal']).optional(),
  auto_init: z.boolean().optional(),
});

const changeSchema = z.looseObject({
  name: z.string().optional(),
  description: z.string().nullish(),
  private: z.boolean().optional(),
  visibility: z.enum(['public', 'private', 'internal']).optional(),
  default_branch: z.string().optional(),
  archived: z.boolean().optional(),
});

/** Settings that are kept and shown, and change nothing else. */
const plainSettings = [
  'has_issues',
  'has_projects',
  'has_wiki',
  'allow_merge_commit',
  'allow_squash_merge',
  'allow_rebase_merge',
  'allow_auto_merge',
  'delete_branch_on_merge',
  'is_template',
  'homepage',
];

function settingsOf(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) => plainSettings.includes(name) && value !== undefined,
    ),
  );
}

function visibilityOf(body: {
  private?: boolean;
  visibility?: Repository['visibility'];
}): Repository['visibility'] | undefined {
  if (body.visibility) return body.visibility;
  if (body.private === undefined) return undefined;
  return body.private ? 'private' : 'public';
}

/** @throws GithubError 422 for a name that is taken or none */
function checkName({ state }: Github, owner: string, name: string): void {
  if (!namePattern.test(name) || /^\.{1,2}$|\.git$/.test(name))
    throw unprocessable('Repository creation failed.', {
      resource: 'Repository',
      code: 'custom',
      field: 'name',
      message:
        'The repository name can only contain ASCII letters, digits, and the characters ., -, and _.',
    });
  const taken = state.find(
    'repositories',
    one => one.owner === owner && one.name.toLowerCase() === name.toLowerCase(),
  );
  if (!taken) return;
  const why = 'name already exists on this account';
  throw new GithubError(422, 'Repository creation failed.', {
    errors: [
      { resource: 'Repository', code: 'custom', field: 'name', message: why },
    ],
  });
}

async function create(call: Call, owner: string): Promise<unknown> {
  const { github, by } = call;
  const body = input(newSchema, call.body);
  checkName(github, owner, body.name);
  let made = await createRepository(github, {
    ...{ owner, name: body.name, description: body.description ?? '' },
    visibility: visibilityOf(body) ?? 'public',
    settings: settingsOf(body),
    collaborators: owner === by.login ? {} : { [by.login]: 'admin' },
  });
  if (body.auto_init) made = await firstCommit(call, made);
  return fullRepository(github, made, by);
}

/** As `auto_init` makes it: a README. */
async function firstCommit(call: Call, made: Repository): Promise<Repository> {
  const { github } = call;
  const own = { ...call, repository: made };
  const write = writer(own);
  const sha = await write.blob(Buffer.from(`# ${made.name}\n`));
  const who = signature(call);
  const commit = await write.commit({
    tree: await write.tree(undefined, [
      { path: 'README.md', mode: '100644', sha },
    ]),
    ...{ parents: [], message: 'Initial commit', author: who, committer: who },
  });
  const ref = `refs/heads/${made.defaultBranch}`;
  await moveRef(own, { ref, before: noCommit, after: commit });
  return github.state.get('repositories', made.id)!;
}

export const repositoryRoutes: Route[] = [
  {
    call: 'POST /orgs/{org}/repos',
    scope: 'repo',
    status: 201,
    answer(call) {
      const { login, members } = organizationOf(call);
      const membership = members?.[call.by.login];
      if (!membership) throw notFound();
      if (membership === 'read')
        throw new GithubError(
          403,
          'You need admin access to the organization before adding a repository to it.',
        );
      return create(call, login);
    },
  },
  {
    call: 'POST /user/repos',
    scope: 'repo',
    status: 201,
    answer: call => create(call, call.by.login),
  },
  {
    call: 'GET /repos/{owner}/{repo}',
    answer: ({ github, repository, by }) =>
      fullRepository(github, repository, by.login ? by : undefined),
  },
  {
    call: 'PATCH /repos/{owner}/{repo}',
    needs: 'admin',
    async answer({ github, repository, by, body }) {
      const change = input(changeSchema, body);
      if (change.name && change.name !== repository.name)
        checkName(github, repository.owner, change.name);
      const branch = change.default_branch;
      if (branch && branch !== repository.defaultBranch) {
        const folder = github.git.folder(repository.id);
        if (!(await new RepositoryReader(folder).ref(`refs/heads/${branch}`)))
          throw unprocessable('Validation Failed', {
            resource: 'Repository',
            field: 'default_branch',
            code: 'invalid',
            message: `The branch ${branch} was not found.`,
          });
        await git(['symbolic-ref', 'HEAD', `refs/heads/${branch}`], {
          folder,
        });
      }
      const changed = github.state.update('repositories', repository.id, {
        name: change.name ?? repository.name,
        description:
          change.description === undefined
            ? repository.description
            : (change.description ?? ''),
        visibility: visibilityOf(change) ?? repository.visibility,
        defaultBranch: branch ?? repository.defaultBranch,
        isArchived: change.archived ?? repository.isArchived,
        settings: { ...repository.settings, ...settingsOf(body) },
        updatedAt: new Date().toISOString(),
      });
      return fullRepository(github, changed, by);
    },
  },
  {
    call: 'DELETE /repos/{owner}/{repo}',
    needs: 'admin',
    scope: 'delete_repo',
    answer({ github, repository }) {
      removeRepository(github, repository);
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/topics',
    answer: ({ repository }) => ({ names: repository.topics }),
  },
  {
    call: 'PUT /repos/{owner}/{repo}/topics',
    needs: 'admin',
    answer({ github, repository, body }) {
      const { names } = input(z.object({ names: z.array(z.string()) }), body);
      if (names.some(name => !/^[a-z0-9][a-z0-9-]{0,49}$/.test(name)))
        throw unprocessable(
          'Validation Failed',
          'Topics must start with a lowercase letter or number, consist of 50 characters or less, and can include hyphens.',
        );
      const topics = [...new Set(names)].sort();
      github.state.update('repositories', repository.id, { topics });
      return { names: topics };
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/forks',
    answer: ({ github, repository, page }) =>
      page(
        github.state.filter(
          'repositories',
          ({ forkOf }) => forkOf === repository.id,
        ),
      ).map(one => minimalRepository(github, one)),
  },
  {
    call: 'POST /repos/{owner}/{repo}/forks',
    needs: 'read',
    status: 202,
    async answer({ github, repository, by, body }) {
      const { organization, name = repository.name } = input(
        z.object({
          organization: z.string().optional(),
          name: z.string().optional(),
        }),
        body,
      );
      const owner = organization ?? by.login;
      const known = github.state.find(
        'repositories',
        one => one.owner === owner && one.forkOf === repository.id,
      );
      if (known) return fullRepository(github, known, by);
      checkName(github, owner, name);
      const { description, visibility, defaultBranch, pushedAt } = repository;
      const made = await createRepository(github, {
        ...{ owner, name, description, visibility, defaultBranch, pushedAt },
        forkOf: repository.id,
      });
      await git(
        [
          'fetch',
          '--quiet',
          github.git.folder(repository.id),
          '+refs/heads/*:refs/heads/*',
          '+refs/tags/*:refs/tags/*',
        ],
        { folder: github.git.folder(made.id) },
      );
      return fullRepository(github, made, by);
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/languages',
    answer: () => ({}),
  },
];
