import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox, type SandboxOptions } from '..';

const running: Sandbox[] = [];
const folders: string[] = [];

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nante-sandbox-'));
  folders.push(folder);
  return folder;
}

/** A sandbox on free ports that ends with the test. */
export async function startTestSandbox(
  options: Partial<SandboxOptions> = {},
): Promise<Sandbox> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const sandbox = await startSandbox({ ...options, dataDir });
  running.push(sandbox);
  return sandbox;
}

/** For `afterEach`: stops and removes what the two functions above made. */
export async function removeTestSandboxes(): Promise<void> {
  await Promise.all(running.splice(0).map(sandbox => sandbox.stop()));
  await Promise.all(
    folders.splice(0).map(folder => rm(folder, { recursive: true })),
  );
}
