// Linters of what is no TypeScript: workflows, actions, shell, Ansible, YAML, and secrets that do not belong here.
//
//   node scripts/lint/index.mjs [LINTER ...]
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { ensureCheckTools, ensurePython } from '../lib/python.mjs';
import { runMain, step } from '../lib/steps.mjs';
import { ansibleLint, yamllint } from './ansible.mjs';
import { readExceptions } from './exceptions.mjs';
import { runForOutput } from './output.mjs';
import { detectSecrets } from './secrets.mjs';
import { shellcheck } from './shell.mjs';
import { actionlint, zizmor } from './workflows.mjs';

/** By name: findings, or undefined where the linter cannot run on this machine. */
export const linters = {
  actionlint,
  zizmor,
  shellcheck,
  yamllint,
  'ansible-lint': ansibleLint,
  'detect-secrets': detectSecrets,
};

/** Files that are committed or would be. */
async function repositoryFiles(env) {
  const { stdout } = await runForOutput(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    env,
  );
  return stdout.split('\0').filter(Boolean).sort();
}

/**
 * Prepares the linters.
 *
 * @param {(line: string) => void} progress
 * @returns {Promise<(name: keyof typeof linters) => Promise<string[] | undefined>>} lines about what is wrong; undefined where
 *   the linter cannot run here
 */
export async function prepareLinters(progress) {
  const python = await ensurePython(progress);
  const tools = await ensureCheckTools(progress);
  const env = { ...process.env, ...python.env, NO_COLOR: '1' };
  const exceptions = readExceptions();
  const files = await repositoryFiles(env);
  return async name => {
    const context = { files, python, tools, env, exceptions };
    const found = await linters[name](context);
    return (
      found && [
        ...exceptions
          .remaining(found)
          .map(
            ({ tool, rule, file, line, message }) =>
              `${file}:${line}: ${message} [${tool} ${rule}]`,
          ),
        ...exceptions.unused(name),
      ]
    );
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await runMain(async () => {
    const { positionals } = parseArgs({ allowPositionals: true });
    const lint = await step('Linters', prepareLinters);
    let wrong = 0;
    for (const name of positionals.length > 0
      ? positionals
      : Object.keys(linters)) {
      const lines = await step(name, () => lint(name));
      if (!lines) console.log(`${name} cannot run with this Python.`);
      for (const line of lines ?? []) console.log(line);
      wrong += lines?.length ?? 0;
    }
    return wrong > 0 ? 1 : 0;
  });
