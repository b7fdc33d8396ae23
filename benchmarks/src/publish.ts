// A large file as an artifact: memory, and rate beside curl; and a release once more where it runs already.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { startSandbox, type Endpoints } from '@nante/sandbox';
import { root } from '../../scripts/lib/paths.mjs';
import { temporaryFolder } from '../../e2e/lib/sandbox';
import { round, runBenchmark, say } from './lib/report';
import type { PublishOrder, PublishedRun } from './publish-process';

const { values: options } = parseArgs({
  options: { 'size-mb': { type: 'string', default: '1024' } },
});
const sizeMb = Number(options['size-mb']);
const execute = promisify(execFile);

/** A file whose content nobody compresses. */
function writeFile(file: string): void {
  const handle = fs.openSync(file, 'w');
  for (let written = 0; written < sizeMb; written += 16) {
    fs.writeSync(handle, randomBytes(16 * 2 ** 20));
  }
  fs.closeSync(handle);
}

/** Seconds that curl takes for the same file. */
async function curl(
  { url, username, password }: NonNullable<Endpoints['nexus']>,
  file: string,
  name: string,
  folder: string,
): Promise<number> {
  const settings = path.join(folder, 'netrc');
  fs.writeFileSync(
    settings,
    `machine ${new URL(url).hostname} login ${username} password ${password}\n`,
    { mode: 0o600 },
  );
  const startedAt = performance.now();
  await execute('curl', [
    ...['--fail', '--silent', '--show-error', '--netrc-file', settings],
    ...['--upload-file', file],
    `${url}/repository/raw-hosted/bench/curl/${name}`,
  ]);
  return (performance.now() - startedAt) / 1000;
}

/** Newest release that runs in Development. */
async function runningRelease({
  url,
  adminKey,
}: NonNullable<Endpoints['octopus']>) {
  const answer = await fetch(`${url}/api/Spaces-1/dashboard`, {
    headers: { 'x-octopus-apikey': String(adminKey) },
  });
  const { Items, Projects } = (await answer.json()) as {
    Items: {
      ProjectId: string;
      EnvironmentId: string;
      ReleaseVersion: string;
      State: string;
    }[];
    Projects: { Id: string; Name: string; Slug: string }[];
  };
  const shop = Projects.find(({ Slug }) => Slug === 'shop')!;
  const item = Items.find(
    one =>
      one.ProjectId === shop.Id &&
      one.EnvironmentId === 'Environments-1' &&
      one.State === 'Success',
  );
  assert.ok(item, 'The sandbox has no release of Shop in Development.');
  return { project: shop.Name, version: item.ReleaseVersion };
}

async function engineRuns(
  order: PublishOrder,
  undo: (() => unknown)[],
): Promise<{ published: PublishedRun[]; deployed: PublishedRun[] }> {
  const child = spawn(
    process.execPath,
    [
      ...['--expose-gc', '--import', 'tsx'],
      path.join(import.meta.dirname, 'publish-process.ts'),
      JSON.stringify(order),
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  undo.push(() => child.kill());
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`publish-process ended with ${code}`);
  });
  const [answer] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return answer;
}

void runBenchmark('publish', async undo => {
  const folder = temporaryFolder(undo);
  const sandbox = await startSandbox({
    dataDir: path.join(folder, 'sandbox'),
    systems: ['proxmox', 's3', 'doppler', 'nexus', 'octopus'],
  });
  undo.push(() => sandbox.stop());
  const { nexus, octopus } = sandbox.endpoints as Required<Endpoints>;
  const file = path.join(folder, 'large.bin');
  writeFile(file);
  const before = await curl(nexus, file, 'before.bin', folder);
  say(`curl: ${round(before)} s for ${sizeMb} MiB`);
  const small = path.join(folder, 'small.bin');
  fs.writeFileSync(small, randomBytes(2 ** 20));
  const what = { file, group: 'bench', name: 'large.bin', version: '1.0.0' };
  const { published, deployed } = await engineRuns(
    {
      endpoints: sandbox.endpoints,
      workDirectory: path.join(folder, 'work'),
      publish: [
        // Loads what a first run loads, so that what follows is the file's alone.
        {
          ...{ ...what, file: small, name: 'small.bin' },
          requestId: 'bench-publish-0',
        },
        { ...what, requestId: 'bench-publish-1' },
        { ...what, requestId: 'bench-publish-2' },
      ],
      deploy: { requestId: 'bench-deploy', ...(await runningRelease(octopus)) },
    },
    undo,
  );
  const after = await curl(nexus, file, 'after.bin', folder);
  const [, first, again] = published;
  const redeploy = deployed.at(-1)!;
  assert.equal(first.alreadyThere, false);
  assert.ok(again.alreadyThere && redeploy.alreadyThere);
  say(
    `engine: ${round(first.ms / 1000)} s, memory ${round(first.rssBefore)} to at most ${round(first.rssPeak)} MiB; again: ${round(again.ms / 1000)} s; curl afterwards: ${round(after)} s`,
  );
  const fastest = Math.min(before, after);
  return {
    gates: [
      {
        name: `memory added by publishing ${sizeMb} MiB`,
        value: round((first.rssPeak - first.rssBefore) * 1.048_576),
        limit: 100,
        unit: 'MB',
      },
      {
        name: 'redeploy of what runs there',
        value: round(redeploy.ms / 1000, 2),
        limit: 2,
        unit: 's',
      },
    ],
    figures: [
      {
        name: 'rate of the whole run, checksums and verification included',
        value: round(sizeMb / (first.ms / 1000)),
        unit: 'MiB/s',
      },
      { name: 'rate of curl', value: round(sizeMb / fastest), unit: 'MiB/s' },
      {
        name: 'time of the run / of curl',
        value: round(first.ms / 1000 / fastest, 2),
      },
      {
        name: 'the same file once more, recognised',
        value: round(again.ms / 1000),
        unit: 's',
      },
      {
        name: 'first redeploy of the process',
        value: round(deployed[0].ms / 1000, 2),
        unit: 's',
      },
    ],
    notes: [
      'A small file was published before, so that the memory is that of the large one. A run reads the file once for its checksum and once for the upload, and asks Nexus afterwards what arrived; curl uploads before and after it to the same stand-in, and the faster counts.',
    ],
  };
});
