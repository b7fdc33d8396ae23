// Shell: scripts in the repository, and those in the steps of workflows and actions.
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../lib/paths.mjs';
import { readOutput, runForOutput } from './output.mjs';
import { stepScripts } from './workflows.mjs';

/** Files that a shell runs, told by their first line. */
function isShellScript(file, base) {
  if (!/(\.sh|\/[^./]+)$/.test(file)) return false;
  const start = fs.readFileSync(path.join(base, file), 'utf8').slice(0, 80);
  return /^#(!.*\b(ba|da)?sh\b| shellcheck shell=)/.test(start);
}

// What a script sources is looked at with it.
const strict = [
  ...['--format', 'json', '--severity', 'style', '--external-sources'],
];

function findingsOf(printed, place) {
  return readOutput('shellcheck', printed, ({ stdout }) =>
    JSON.parse(stdout).map(({ code, line, message }) => ({
      tool: 'shellcheck',
      rule: `SC${code}`,
      ...place(line),
      message,
    })),
  );
}

/** @param {{ files: string[], tools: { shellcheck: string }, env: NodeJS.ProcessEnv, base?: string }} context */
export async function shellcheck({ files, tools, env, base = root }) {
  const findings = [];
  for (const file of files.filter(one => isShellScript(one, base)))
    findings.push(
      ...findingsOf(
        await runForOutput(tools.shellcheck, [...strict, file], env, {
          cwd: base,
        }),
        line => ({ file, line }),
      ),
    );
  for (const { file, name, text } of stepScripts(files, base)) {
    const printed = await runForOutput(
      tools.shellcheck,
      [...strict, '--shell', 'bash', '-'],
      env,
      { input: text },
    );
    // The line is that of the script; its step is easier to find.
    for (const { line, message, ...finding } of findingsOf(printed, line => ({
      file,
      line,
    })))
      findings.push({
        ...finding,
        line: 1,
        message: `${message} (step ${JSON.stringify(name)}, line ${line} of its script)`,
      });
  }
  return findings;
}
