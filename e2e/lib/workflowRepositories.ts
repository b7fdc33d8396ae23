import fs from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { runCommand } from './command';

/** What the copy is called in callers, and the ref that they name. */
export const repository = 'acme/nante';
export const ref = 'main';

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
    root,
  );
  const counts = { self: 0, queue: 0 };
  const workflows = path.join(folder, '.github/workflows');
  for (const name of fs.readdirSync(workflows)) {
    const file = path.join(workflows, name);
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
 * A repository of a team that calls our workflows.
 *
 * @param callers - files of `examples/`, or workflows by name and text
 */
export async function callerRepository(
  folder: string,
  callers: Record<string, string>,
): Promise<TemporaryRepository> {
  const workflows = path.join(folder, '.github/workflows');
  fs.mkdirSync(workflows, { recursive: true });
  const examples = path.join(root, 'examples');
  for (const name of fs.readdirSync(examples)) {
    if (!name.endsWith('.yml')) continue;
    const text = fs.readFileSync(path.join(examples, name), 'utf8');
    fs.writeFileSync(
      path.join(workflows, name),
      text.replace(/(acme\/nante\/\S+)@[0-9a-f]{40}\b/g, `$1@${ref}`),
    );
  }
  for (const [name, text] of Object.entries(callers))
    fs.writeFileSync(path.join(workflows, name), text);
  await commit(folder, 'https://github.com/acme/shop');
  return {
    folder,
    changes: ['the commit of a release became the branch of the copy'],
  };
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

async function commit(folder: string, remote?: string): Promise<void> {
  await must('git', ['init', '--quiet', '--initial-branch', ref], folder);
  if (remote) await must('git', ['remote', 'add', 'origin', remote], folder);
  // The bundle as well, whatever is ignored.
  await must('git', ['add', '--all', '--force'], folder);
  const who = ['-c', 'user.name=verify', '-c', 'user.email=v@example.test'];
  await must('git', [...who, 'commit', '--quiet', '-m', 'A copy'], folder);
}

async function must(file: string, args: readonly string[], cwd: string) {
  const lines: string[] = [];
  const { code } = await runCommand(file, args, {
    cwd,
    onLine: line => lines.push(line),
  });
  if (code !== 0)
    throw new Error(`${file} ${args.join(' ')}: ${lines.join('\n')}`);
}
