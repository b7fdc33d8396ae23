import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TokenName } from '../access';
import { runGit, temporaryFolder, type TestGithub } from './server';

/** A clone in which a test works as a person does. */
export async function cloneOf(
  github: TestGithub,
  repository: string,
  as: TokenName = 'token',
) {
  const folder = join(await temporaryFolder(), 'clone');
  const cloned = await runGit(
    dirname(folder),
    ...['clone', '--quiet', github.remote(repository, as), folder],
  );
  if (cloned.code !== 0) throw new Error(cloned.stderr);
  const git = (...args: string[]) => runGit(folder, ...args);

  /** Writes files and commits them. @returns the commit's sha */
  async function commit(
    files: Record<string, string>,
    message = 'Change',
  ): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '-m', message);
    return (await git('rev-parse', 'HEAD')).stdout.trim();
  }

  return {
    ...{ folder, git, commit },
    push: (...args: string[]) =>
      git('push', 'origin', ...(args.length > 0 ? args : ['HEAD'])),
  };
}

/** A private repository of the organization with these files on `main`. @returns its calls begin with `/repos/acme/<name>` */
export async function repositoryWith(
  github: TestGithub,
  name: string,
  files: Record<string, string>,
) {
  const made = await github.call('POST', '/orgs/acme/repos', {
    ...{ name, private: true },
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  const clone = await cloneOf(github, `acme/${name}`);
  await clone.git('checkout', '--quiet', '-B', 'main');
  const sha = await clone.commit(files, 'Begin');
  const pushed = await clone.push('main');
  if (pushed.code !== 0) throw new Error(pushed.stderr);
  return { ...clone, sha, path: `/repos/acme/${name}` };
}

/** A workflow with one job, `test`. @param on - what starts it, as YAML of one line */
export function workflowText(on: string, more = ''): string {
  return `name: Test
on: ${on}
${more}
jobs:
  test:
    runs-on: [self-hosted, linux]
    steps:
      - name: Say so
        run: echo yes
`;
}
