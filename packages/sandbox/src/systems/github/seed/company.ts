import { RepositoryReader } from '../git/read';
import type { Repository } from '../model';
import { noteWorkflows } from '../pushes';
import { createRepository } from '../repositories';
import type { Github } from '../server';
import { commitFiles, type SeedCommit } from './commitFiles';
import { foreignCommits, helloCommits, legacyCommits } from './hello';
import { seedHelloRuns } from './helloRuns';
import { writeSmallRepository } from './ownRepository';
import { seedPeople } from './people';

/** Our own repository, as callers name it. */
export interface OwnRepository {
  repository: string;
  commit: string;
  version: string;
}

type Write = (folder: string) => Promise<{ commit: string; version: string }>;

/** The company's accounts and repositories, at the first start. */
export async function seedCompany(
  github: Github,
  write: Write = writeSmallRepository,
): Promise<void> {
  seedPeople(github.state);
  await createRepository(github, {
    ...{ owner: 'nante', name: 'nante', visibility: 'public' },
    description: 'Workflows, actions, roles and modules that new apps use.',
    createdAt: '2026-01-05T08:00:00.000Z',
  });
  await ownRepository(github, write);
  const pinned = await commitOfRelease(github, 'v0.0.9');
  await seedHello(github, pinned);
  const repositories: [string, string, string, SeedCommit[]][] = [
    ['acme', 'legacy', 'Older than the templates', legacyCommits()],
    ['acme', 'taken', 'A name that is taken', foreignCommits('Taken')],
    ['other', 'taken', 'A name that is taken', foreignCommits('Taken')],
  ];
  for (const [owner, name, description, commits] of repositories)
    await seedRepository(github, { owner, name, description }, commits);
}

/** Our own repository as the clone has it now; at every start, because the clone may have changed. */
export async function ownRepository(
  github: Github,
  write: Write = writeSmallRepository,
): Promise<OwnRepository> {
  const own = github.state.find(
    'repositories',
    ({ owner, name }) => owner === 'nante' && name === 'nante',
  );
  if (!own) throw new Error('The seed has no repository nante/nante.');
  const folder = github.git.folder(own.id);
  const isOurs = write === writeSmallRepository;
  const known = isOurs ? await newestRelease(folder) : undefined;
  const { commit, version } = known ?? (await write(folder));
  const pushedAt = new Date().toISOString();
  const noted = github.state.update('repositories', own.id, { pushedAt });
  await noteWorkflows(github, noted, commit);
  return { repository: 'nante/nante', commit, version };
}

/** The small repository is written once. */
async function newestRelease(folder: string) {
  const ref = await new RepositoryReader(folder).ref('refs/tags/v0.1.0');
  return ref && { commit: ref.commit, version: 'v0.1.0' };
}

async function commitOfRelease(
  { state, git }: Github,
  tag: string,
): Promise<string> {
  const own = state.find('repositories', ({ owner }) => owner === 'nante')!;
  const reader = new RepositoryReader(git.folder(own.id));
  return (await reader.resolve(`refs/tags/${tag}`)) ?? '0'.repeat(40);
}

async function seedRepository(
  github: Github,
  fields: Pick<Repository, 'owner' | 'name' | 'description'>,
  commits: SeedCommit[],
): Promise<{ repository: Repository; shas: string[] }> {
  const last = commits.at(-1)!;
  const made = await createRepository(github, {
    ...fields,
    visibility: 'private',
    createdAt: new Date(commits[0].date).toISOString(),
    updatedAt: new Date(last.date).toISOString(),
    pushedAt: new Date(last.date).toISOString(),
  });
  const folder = github.git.folder(made.id);
  const shas = await commitFiles(folder, 'main', commits);
  await noteWorkflows(github, made, shas.at(-1)!);
  return { repository: made, shas };
}

async function seedHello(github: Github, pinned: string) {
  const commits = helloCommits(pinned);
  const { repository, shas } = await seedRepository(
    github,
    {
      ...{ owner: 'acme', name: 'hello' },
      description: 'A page that says its version',
    },
    commits,
  );
  const workflow = github.state.find(
    'workflows',
    one => one.repository === repository.id,
  )!;
  seedHelloRuns(
    github,
    repository,
    workflow,
    commits.map(({ message }, index) => ({ sha: shas[index], message })),
    pinned,
  );
}
