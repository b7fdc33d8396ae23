// Every comparison with what the vendors publish, of the stand-ins and of the clients: what was compared, what was left out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  globSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { part, runScenario, say, SkipScenario } from '../lib/report';
import { temporaryFolder } from '../lib/sandbox';

const root = path.resolve(__dirname, '../..');
const cli = path.join(root, 'node_modules/@backstage/cli/bin/backstage-cli');

/** Systems that must have a comparison, in the package that has it; one that is lost would go unnoticed. */
const expected = [
  'sandbox/proxmox',
  'sandbox/tailscale',
  'sandbox/openobserve',
  'sandbox/octopus',
  'sandbox/nexus',
  'sandbox/github',
  'sandbox/doppler',
  'sandbox/s3',
  'clients/proxmox',
  'clients/tailscale',
  'clients/openobserve',
  'clients/nexus',
  'clients/octopus',
];

/** What one test file compared, as it says it: by what was counted. */
type Counts = Record<string, string | string[]>;

/** The folder of the vendors' documents, which are not part of this repository. */
function contractsFolder(): string {
  const folder =
    process.env.NANTE_CONTRACTS_DIR ??
    path.resolve(root, '..', 'shared', 'contracts');
  if (existsSync(path.join(folder, 'nexus'))) return folder;
  throw new SkipScenario(
    "the vendors' documents are not here: NANTE_CONTRACTS_DIR has to name their folder",
  );
}

/**
 * Runs one test file.
 *
 * @returns what it printed; by way of a file, since a pipe may not have taken everything when jest ends
 */
async function runTest(
  file: string,
  contracts: string,
  folder: string,
): Promise<string> {
  const [, name, ...rest] = file.split('/');
  const printed = path.join(folder, 'printed.txt');
  rmSync(path.join(folder, 'report.json'), { force: true });
  const output = openSync(printed, 'w');
  const child = spawn(
    process.execPath,
    [
      cli,
      ...['package', 'test', '--watchAll=false', '--ci', '--silent'],
      // The usual reporter holds back what tests print, and the end of it is lost.
      ...['--runInBand', '--json', '--reporters=summary'],
      // This asks what is right, not how quick a busy machine is.
      '--testTimeout=60000',
      `--outputFile=${path.join(folder, 'report.json')}`,
      rest.join('/'),
    ],
    {
      cwd: path.join(root, 'packages', name),
      env: { ...process.env, CI: 'true', NANTE_CONTRACTS_DIR: contracts },
      stdio: ['ignore', output, 'pipe'],
    },
  );
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', chunk => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  closeSync(output);
  assert.equal(
    code,
    0,
    `${file}: ${failuresOf(folder) || errors.slice(-4000)}`,
  );
  return readFileSync(printed, 'utf8');
}

/** What went wrong, by the report of jest; nothing where it did not come so far. */
function failuresOf(folder: string): string {
  const report = path.join(folder, 'report.json');
  if (!existsSync(report)) return '';
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  return (testResults as { message: string }[])
    .map(({ message }) => message)
    .join('\n');
}

/** Runs one test file and reads the lines `what: counts` that it prints. */
async function compare(
  file: string,
  contracts: string,
  folder: string,
): Promise<Counts> {
  const printed = await runTest(file, contracts, folder);
  const report = readFileSync(path.join(folder, 'report.json'), 'utf8');
  const { numPassedTests, numPendingTests } = JSON.parse(report);
  assert.equal(numPendingTests, 0, `${file} left something out`);
  assert.ok(numPassedTests > 0, `${file} compared nothing`);
  const counts: Counts = { tests: String(numPassedTests) };
  for (const line of printed.split('\n')) {
    const [, what, text] = /^([a-z][a-z ,]*): (.+)$/.exec(line) ?? [];
    if (!what) continue;
    // Several of one kind are a list, as deviations are.
    counts[what] = counts[what] ? [counts[what], text].flat() : text;
  }
  assert.ok(Object.keys(counts).length > 1, `${file} says no counts`);
  return counts;
}

void runScenario('contracts', async undo => {
  const contracts = contractsFolder();
  const folder = temporaryFolder(undo);
  const files = globSync('packages/*/src/**/contract.test.ts', { cwd: root })
    .map(file => file.replaceAll(path.sep, '/'))
    .sort();
  const compared: Record<string, Counts> = {};
  for (const file of files) {
    const [, name] = file.split('/');
    const system = `${name}/${path.basename(path.dirname(file))}`;
    compared[system] = await part(system, () =>
      compare(file, contracts, folder),
    );
    for (const [what, counts] of Object.entries(compared[system]))
      say(`    ${what}: ${[counts].flat().join('; ')}`);
  }
  const missing = expected.filter(system => !compared[system]);
  assert.deepEqual(missing, [], 'comparisons that are gone');
  return { compared };
});
