// Secrets that were committed by mistake, by detect-secrets.
import { readOutput, runForOutput } from './output.mjs';

/** Files with nothing but checksums, certificates of tests' servers are made as they run. */
const checksums =
  /(^|\/)(yarn\.lock|package-lock\.json|requirements\.txt|checks\.txt)$|^\.github\/actions\/nante\/dist\//;
const binary = /\.(png|ico|svg|woff2?)$/;

export async function detectSecrets({ files, tools, env }) {
  const inputs = files.filter(
    file => !checksums.test(file) && !binary.test(file),
  );
  const printed = await runForOutput(
    tools.detectSecrets,
    ['scan', '--no-verify', '--force-use-all-plugins', ...inputs],
    env,
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
