import fs from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { must, runCommand } from './command';

/** What the copy is called in callers, and the ref that they name. */
export const repository = 'acme/nante';
export const ref = 'main';

/** Project of Octopus that the callers release and deploy. */
export const project = 'storefront';

/** Folders of the clone that a runner gets when it is told to use an action of it. */
const shared = ['.github', 'terraform', 'ansible', 'packages/cli/bin'];

/** A git repository in a folder of its own. */
export interface TemporaryRepository {
  folder: string;
  /** What was changed so that act takes it, for whoever reads the output. */
  changes: string[];
}

/**
 * A copy of what the workflows need of this clone, as it is now, with a bundle made from the sources. What act 0.2.89 does
 * not know is put in other words: `$/`, which means this repository at this commit, and `queue` of a concurrency group.
 */
export async function copyOfNante(
  folder: string,
): Promise<TemporaryRepository> {
  for (const file of await trackedFiles()) {
    if (!fs.existsSync(path.join(root, file))) continue;
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.copyFileSync(path.join(root, file), path.join(folder, file));
  }
  await must(
    process.execPath,
    [
      ...['--import', 'tsx', 'packages/cli/scripts/bundle.ts'],
      ...['--out', path.join(folder, '.github/actions/nante/dist')],
    ],
    { cwd: root },
  );
  const counts = { self: 0, queue: 0 };
  const github = path.join(folder, '.github');
  for (const name of fs.readdirSync(github, { recursive: true })) {
    const file = path.join(github, String(name));
    if (!/^(workflows\/[^/]+|actions\/.+\/action)\.yml$/.test(String(name)))
      continue;
    const text = fs
      .readFileSync(file, 'utf8')
      .replace(/uses: \$\/(\S+)/g, (_, action: string) => {
        counts.self += 1;
        return `uses: ${repository}/${action}@${ref}`;
      })
      .replace(/^ *queue: max\n/gm, () => {
        counts.queue += 1;
        return '';
      });
    fs.writeFileSync(file, text);
  }
  await commit(folder);
  return {
    folder,
    changes: [
      `${counts.self} × "uses: $/…" became "uses: ${repository}/…@${ref}"`,
      `${counts.queue} × "queue: max" was left out; act runs no concurrency groups`,
    ],
  };
}

/**
 * A repository of a team that calls our workflows: all of `examples/`, and more.
 *
 * @param callers - workflows by name and text
 * @param sources - other files by their path
 */
export async function callerRepository(
  folder: string,
  callers: Record<string, string>,
  sources: Record<string, string> = {},
): Promise<TemporaryRepository> {
  const workflows = path.join(folder, '.github/workflows');
  fs.mkdirSync(workflows, { recursive: true });
  const examples = path.join(root, 'examples');
  for (const name of fs.readdirSync(examples)) {
    if (!name.endsWith('.yml')) continue;
    const text = fs.readFileSync(path.join(examples, name), 'utf8');
    fs.writeFileSync(
      path.join(workflows, name),
      text
        .replace(/(acme\/nante\/\S+)@[0-9a-f]{40}\b/g, `$1@${ref}`)
        .replace('kind: go\n', `kind: go\n      octopus_project: ${project}\n`),
    );
  }
  for (const [name, text] of Object.entries(callers))
    fs.writeFileSync(path.join(workflows, name), text);
  writeSources(folder, sources);
  await commit(folder, 'https://github.com/acme/shop');
  return {
    folder,
    changes: [
      'the commit of a release became the branch of the copy',
      `their project of Octopus is ${project}; shop is another one of the sandbox`,
    ],
  };
}

/**
 * The same repository with other files in one commit more.
 *
 * @param changes - files by their path
 * @returns its folder
 */
export async function changedRepository(
  original: string,
  folder: string,
  { changes, message }: { changes: Record<string, string>; message: string },
): Promise<string> {
  fs.cpSync(original, folder, { recursive: true });
  writeSources(folder, changes);
  await must('git', ['add', '--all'], { cwd: folder });
  await must('git', [...who, 'commit', '--quiet', '-m', message], {
    cwd: folder,
  });
  return folder;
}

function writeSources(folder: string, sources: Record<string, string>): void {
  for (const [name, text] of Object.entries(sources)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    if (name.endsWith('.sh')) fs.chmodSync(file, 0o755);
  }
}

async function trackedFiles(): Promise<string[]> {
  const { code, output } = await runCommand(
    'git',
    ['ls-files', '-z', '--', ...shared],
    { cwd: root },
  );
  if (code !== 0) throw new Error('git cannot list the files of the clone.');
  return output
    .split('\0')
    .filter(file => file && !file.startsWith('.github/actions/nante/dist/'));
}

const who = ['-c', 'user.name=verify', '-c', 'user.email=v@example.test'];

async function commit(folder: string, remote?: string): Promise<void> {
  await must('git', ['init', '--quiet', '--initial-branch', ref], {
    cwd: folder,
  });
  if (remote)
    await must('git', ['remote', 'add', 'origin', remote], { cwd: folder });
  // The bundle as well, whatever is ignored.
  await must('git', ['add', '--all', '--force'], { cwd: folder });
  await must('git', [...who, 'commit', '--quiet', '-m', 'A copy'], {
    cwd: folder,
  });
}
