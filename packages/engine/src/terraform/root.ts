import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Where everything of a workspace lies on this machine; it survives runs and restarts. */
export interface WorkspacePaths {
  directory: string;
  /** Copy of the Terraform root, where Terraform works: it writes `.terraform/` and `errored.tfstate` beside its files. */
  root: string;
  /** Candidate var-file of the next plan. */
  candidate: string;
  plan: string;
  /** Who runs, so that a restart finds it. */
  child: string;
  output: string;
  errors: string;
  /** Id of Terraform's lock while it was provably ours. */
  ownLock: string;
  /** What the last `init` was made for. */
  initialized: string;
  cliConfig: string;
  erroredState: string;
}

export function workspacePaths(
  workDirectory: string,
  workspace: string,
): WorkspacePaths {
  const directory = join(workDirectory, 'workspaces', workspace);
  const root = join(directory, 'root');
  return {
    directory,
    root,
    candidate: join(directory, 'candidate.tfvars.json'),
    plan: join(directory, 'plan.tfplan'),
    child: join(directory, 'child.json'),
    output: join(directory, 'output.ndjson'),
    errors: join(directory, 'errors.log'),
    ownLock: join(directory, 'state-lock.json'),
    initialized: join(directory, 'initialized'),
    cliConfig: join(directory, 'terraform.rc'),
    erroredState: join(root, 'errored.tfstate'),
  };
}

const ownFiles = ['.terraform', '.terraform.lock.hcl', 'errored.tfstate'];
const rootFiles = /\.(tf|tofu|hcl)$/;

/**
 * Brings the copy of the root up to date; the folder of the root itself is never written to.
 *
 * @returns a digest of the root's content
 */
export async function copyRoot(
  source: string,
  target: string,
): Promise<string> {
  const files = await rootContent(source);
  const digest = digestOf(files);
  await mkdir(target, { recursive: true });
  if (digestOf(await rootContent(target)) === digest) return digest;
  for (const entry of await readdir(target)) {
    if (!ownFiles.includes(entry))
      await rm(join(target, entry), { recursive: true });
  }
  for (const [file] of files)
    await cp(join(source, file), join(target, file), { recursive: true });
  return digest;
}

async function rootContent(folder: string): Promise<[string, string][]> {
  const files: [string, string][] = [];
  const walk = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      const name = relative(folder, path);
      // Tests and examples are no part of what is planned.
      if (ownFiles.includes(name) || ['tests', 'examples'].includes(name))
        continue;
      if (entry.isDirectory()) await walk(path);
      else if (rootFiles.test(entry.name))
        files.push([name, await readFile(path, 'utf8')]);
    }
  };
  await walk(folder);
  return files.sort(([a], [b]) => (a < b ? -1 : 1));
}

function digestOf(files: readonly [string, string][]): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex');
}
