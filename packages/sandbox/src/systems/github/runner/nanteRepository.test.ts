import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  removeGithubs,
  runGit,
  temporaryFolder,
} from '../__testUtils__/server';
import { cloneWith } from './__testUtils__/machine';
import { isClone, writeNanteRepository } from './nanteRepository';

jest.setTimeout(30_000);
afterEach(removeGithubs);

const workflow = '.github/workflows/reusable-ci.yml';

async function bare(): Promise<string> {
  const folder = await temporaryFolder();
  await runGit(folder, 'init', '--quiet', '--bare', '--initial-branch=main');
  return folder;
}

async function read(folder: string, ...args: string[]): Promise<string> {
  return (await runGit(folder, ...args)).stdout.trim();
}

describe('our own repository in the sandbox', () => {
  it('has the files of the clone as they are, committed or not, without what git ignores, in two releases', async () => {
    const clone = await cloneWith({
      [workflow]: 'name: CI\n',
      '.gitignore': '*.secret\n',
      'terraform/my.secret': 'not for others',
      'docs/other.md': 'no workflow needs it',
    });
    await runGit(clone, 'add', '--all');
    await runGit(clone, 'commit', '--quiet', '-m', 'x');
    await writeFile(join(clone, '.github/workflows/new.yml'), 'name: New\n');
    await rm(join(clone, '.github/workflows/none.yml'));
    await runGit(clone, 'update-index', '--chmod=+x', 'packages/cli/bin/nante');
    const folder = await bare();
    const { commit, version } = await writeNanteRepository(clone, folder);
    expect(version).toBe('v0.1.0');
    for (const ref of ['main', 'v0.1.0'])
      expect(await read(folder, 'rev-parse', ref)).toBe(commit);
    expect(await read(folder, 'rev-parse', `${commit}^`)).toBe(
      await read(folder, 'rev-parse', 'v0.0.9'),
    );
    const files = await read(folder, 'ls-tree', '-r', '--name-only', commit);
    expect(files.split('\n')).toEqual([
      ...['.github/workflows/new.yml', workflow, 'ansible/site.yml'],
      ...['packages/cli/bin/nante', 'terraform/main.tf'],
    ]);
    expect(await read(folder, 'show', `v0.1.0:${workflow}`)).toBe('name: CI');
    expect(await read(folder, 'show', `v0.0.9:${workflow}`)).toBe(
      '# As in release v0.0.9.\nname: CI',
    );
  });

  it('keeps its commits from start to start, and has new ones for new files', async () => {
    const clone = await cloneWith({ [workflow]: 'name: CI\n' });
    const folder = await bare();
    const first = await writeNanteRepository(clone, folder);
    expect(await writeNanteRepository(clone, folder)).toEqual(first);
    expect(await writeNanteRepository(clone, await bare())).toEqual(first);
    await writeFile(join(clone, workflow), 'name: Other\n');
    const second = await writeNanteRepository(clone, folder);
    expect(second.commit).not.toBe(first.commit);
    // Callers that were pinned before still find theirs.
    expect(await read(folder, 'show', `${first.commit}:${workflow}`)).toBe(
      'name: CI',
    );
  });

  it('is only taken from a clone', async () => {
    expect(isClone(await cloneWith({}))).toBe(true);
    expect(isClone(await temporaryFolder())).toBe(false);
  });
});
