// Secrets that were committed by mistake, by detect-secrets.
import { root } from '../lib/paths.mjs';
import { readOutput, runForOutput } from './output.mjs';

/** Files with nothing but checksums, certificates of tests' servers are made as they run. */
const checksums =
  /(^|\/)(yarn\.lock|package-lock\.json|requirements\.txt|checks\.txt)$|^\.github\/actions\/nante\/dist\//;
const binary = /\.(png|ico|svg|woff2?)$/;

/** @param {{ files: string[], tools: { detectSecrets: string }, env: NodeJS.ProcessEnv, base?: string }} context */
export async function detectSecrets({ files, tools, env, base = root }) {
  const inputs = files.filter(
    file => !checksums.test(file) && !binary.test(file),
  );
  const printed = await runForOutput(
    tools.detectSecrets,
    [
      'scan',
      ...['--no-verify', '--force-use-all-plugins'],
      // What git does not know is looked at too.
      ...(base === root ? [] : ['--all-files']),
      ...inputs,
    ],
    env,
    { cwd: base },
  );
  return readOutput('detect-secrets', printed, ({ stdout }) =>
    Object.entries(JSON.parse(stdout).results).flatMap(([file, found]) =>
      found.map(({ type, line_number: line }) => ({
        tool: 'detect-secrets',
        rule: type,
        file,
        line,
        message: `looks like a secret (${type})`,
      })),
    ),
  );
}
