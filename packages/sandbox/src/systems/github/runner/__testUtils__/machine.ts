import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import sodium from 'libsodium-wrappers';
import {
  afterwards,
  runGit,
  startGithub,
  temporaryFolder,
  type Json,
  type TestGithub,
} from '../../__testUtils__/server';
import { githubOfClone } from '../fromClone';
import { signal } from '../processes';

/** act of the clone or of the machine; undefined where there is none. */
export const act = [
  // eslint-disable-next-line no-restricted-syntax -- tests run from the sources
  resolve(__dirname, '../../../../../../../.tools/checks/bin/act'),
  ...(process.env.PATH ?? '').split(':').map(folder => join(folder, 'act')),
].find(file => existsSync(file));

/**
 * `describe` where act is here. Elsewhere its tests are skipped, which is said, or fail where everything has to be here.
 */
export const describeWithAct: jest.Describe = (() => {
  if (act) return describe;
  if (process.env.NANTE_REQUIRE_LAB === '1')
    throw new Error(
      'NANTE_REQUIRE_LAB=1, and there is no act: npm start gets it.',
    );
  process.stderr.write(
    'Left out, since there is no act here: npm start gets it.\n',
  );
  return describe.skip;
})();

/** A folder like a clone of ours, with workflows of a test's own. */
export async function cloneWith(
  files: Record<string, string>,
): Promise<string> {
  const folder = await temporaryFolder();
  const all = {
    'terraform/main.tf': '',
    'ansible/site.yml': '',
    'packages/cli/bin/nante': '',
    '.github/workflows/none.yml': 'on: workflow_call\njobs: {}\n',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await runGit(folder, 'init', '--quiet');
  return folder;
}

/** A stand-in with a runner that works. */
export async function startWithRunner(
  options: {
    clone?: string;
    dataDir?: string;
    act?: string;
    /** Milliseconds that a cancelled job has, twice. */
    graceMs?: number;
  } = {},
): Promise<TestGithub> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const graceMs = options.graceMs ?? 400;
  return startGithub({
    dataDir,
    ...githubOfClone({ dataDir, folder: dataDir }, () => {}, {
      clone: options.clone ?? (await cloneWith({})),
      act: options.act ?? act,
      timing: { interruptMs: graceMs, terminateMs: graceMs, cleanUpMs: 10_000 },
    }),
  });
}

/** Waits for something that becomes true. */
export async function until<T>(
  read: () => Promise<T | undefined | false>,
  what: string,
): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not in 30 s`);
    await new Promise(wake => setTimeout(wake, 50));
  }
}

/** The newest run of a repository in a state. @param path - `/repos/acme/<name>` */
export function runThat(
  github: TestGithub,
  path: string,
  status: string,
): Promise<Json> {
  return until(async () => {
    const { body } = await github.call('GET', `${path}/actions/runs`);
    const [run] = body.workflow_runs ?? [];
    return run?.status === status && run;
  }, `a run of ${path} is ${status}`);
}

/** Jobs of a run by name, each with its steps as `name: conclusion` and its log. */
export async function jobsOf(github: TestGithub, path: string, run: number) {
  const { body } = await github.call('GET', `${path}/actions/runs/${run}/jobs`);
  const jobs: Record<
    string,
    { id: number; conclusion: string; steps: string[]; log: string }
  > = {};
  for (const { id, name, conclusion, steps } of body.jobs as Json[]) {
    const logs = await github.call('GET', `${path}/actions/jobs/${id}/logs`);
    const place = logs.headers.get('location');
    const text = place ? await (await fetch(place)).text() : '';
    jobs[name] = {
      ...{ id, conclusion },
      steps: steps.map((step: Json) => `${step.name}: ${step.conclusion}`),
      log: text.replace(/^\S+Z /gm, ''),
    };
  }
  return jobs;
}

/** Sets a secret as a client does: sealed. @param place - of the secrets, such as `/repos/acme/app/actions/secrets` */
export async function setSecret(
  github: TestGithub,
  place: string,
  name: string,
  value: string,
): Promise<void> {
  await sodium.ready;
  const { body: key } = await github.call('GET', `${place}/public-key`);
  const sealed = sodium.crypto_box_seal(
    Buffer.from(value),
    Buffer.from(key.key, 'base64'),
  );
  const { status } = await github.call('PUT', `${place}/${name}`, {
    encrypted_value: Buffer.from(sealed).toString('base64'),
    key_id: key.key_id,
  });
  if (status !== 201) throw new Error(`${name}: ${status}`);
}

/** Whether some file below a folder contains a text. */
export function someFileHas(folder: string, text: string): boolean {
  try {
    execFileSync('grep', ['-rqF', '--', text, folder]);
    return true;
  } catch {
    return false;
  }
}

/** Ends processes that a test looks for, whatever became of it. */
export function killedAfterwards(pids: () => number[]): void {
  afterwards(async () => {
    signal(pids(), 'SIGKILL');
  });
}
