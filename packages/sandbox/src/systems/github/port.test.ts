import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  removeTestSandboxes,
  startTestSandbox,
  temporaryFolder,
} from '../../__testUtils__/sandbox';

jest.setTimeout(120_000);

afterEach(removeTestSandboxes);

it('keeps its address between starts, so that clones and catalog entries stay right, unless somebody took it', async () => {
  const dataDir = await temporaryFolder();
  async function addressOfStart(): Promise<string> {
    const sandbox = await startTestSandbox({ dataDir, systems: ['github'] });
    const { url } = sandbox.endpoints.github!;
    await sandbox.stop();
    return url;
  }
  const first = await addressOfStart();
  expect(await addressOfStart()).toBe(first);

  const other = createServer().listen(Number(new URL(first).port), '127.0.0.1');
  await once(other, 'listening');
  expect(await addressOfStart()).not.toBe(first);
  other.close();
});

it('gives its addresses and tokens to whoever asks Doppler', async () => {
  const sandbox = await startTestSandbox({ systems: ['github', 'doppler'] });
  const { github, doppler } = sandbox.endpoints;
  const response = await fetch(
    `${doppler!.url}/v3/configs/config/secrets/download?format=json`,
    { headers: { authorization: `Bearer ${doppler!.token}` } },
  );
  expect(await response.json()).toMatchObject({
    GH_PAT: github!.token,
    GITHUB_API_URL: `${github!.url}/api/v3`,
    GITHUB_WEBHOOK_SECRET: github!.webhookSecret,
    CI_DOPPLER_TOKEN: doppler!.token,
  });
});
