// Roles and playbooks by ansible-lint, and all YAML by yamllint.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { root } from '../lib/paths.mjs';
import { readOutput, runForOutput } from './output.mjs';

const parsable = /^(?:\.\/)?(.+?):(\d+)(?::\d+)?: \[(\w+)\] (.+) \((.+)\)$/;

export async function yamllint({ files, python, env, exceptions }) {
  const inputs = files.filter(
    file =>
      /\.ya?ml$/.test(file) &&
      /^(\.github|ansible|examples|templates|docs|scripts|app-config)/.test(
        file,
      ),
  );
  const printed = await runForOutput(
    python.yamllint,
    [
      ...['--strict', '--format', 'parsable'],
      ...['--config-data', stringify(exceptions.yamllint), ...inputs],
    ],
    env,
  );
  return readOutput('yamllint', printed, ({ stdout, stderr }) => {
    if (stderr.trim()) throw new Error(stderr);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map(text => {
        const [, file, line, , message, rule] = parsable.exec(text);
        return { tool: 'yamllint', rule, file, line: Number(line), message };
      });
  });
}

export async function ansibleLint({ python, env, exceptions }) {
  // It takes yamllint's configuration from there.
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'nante-lint-'));
  fs.mkdirSync(path.join(home, 'yamllint'));
  fs.writeFileSync(
    path.join(home, 'yamllint', 'config'),
    stringify(exceptions.yamllint),
  );
  try {
    const printed = await runForOutput(
      python.ansibleLint,
      [
        ...['--offline', '--profile', 'production', '--format', 'codeclimate'],
        ...['--project-dir', python.playbooks, python.playbooks],
      ],
      { ...env, XDG_CONFIG_HOME: home },
    );
    return readOutput('ansible-lint', printed, ({ code, stdout }) => {
      if (code !== 0 && code !== 2) throw new Error('it did not do its work');
      return JSON.parse(stdout).map(
        ({ check_name: rule, location, ...one }) => ({
          tool: 'ansible-lint',
          rule,
          file: path.relative(
            root,
            path.resolve(
              python.playbooks,
              location.path.replace(/^ansible\//, ''),
            ),
          ),
          line: location.lines?.begin ?? location.positions?.begin?.line ?? 1,
          message: one.description.split('\n')[0],
        }),
      );
    });
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}
