import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  removeTestSandboxes,
  startTestSandbox,
  temporaryFolder,
} from '../../__testUtils__/sandbox';
import { makeCalls, type Store } from './__testUtils__/calls';

const binary = process.env.NANTE_VERSITYGW;
if (!binary)
  process.stdout.write(
    'Skipped: comparison with a real S3 store; NANTE_VERSITYGW names no versitygw.\n',
  );

/** Where VersityGW words a refusal as no other store does. */
const ownWords: Record<string, object> = {
  'unknown key': { status: 404, error: 'XAdminUserNotFound' },
};

let gateway: ChildProcess | undefined;

afterEach(async () => {
  if (gateway && gateway.exitCode === null) {
    gateway.kill();
    await once(gateway, 'exit');
  }
  await removeTestSandboxes();
});

const describeIfGateway = binary ? describe : describe.skip;
describeIfGateway('VersityGW', () => {
  it('answers the calls of Terraform and of our store as VersityGW does', async () => {
    const sandbox = await startTestSandbox({ systems: ['s3'] });
    const ours = await makeCalls(sandbox.endpoints.s3 as unknown as Store);
    const theirs = await makeCalls(await startGateway(String(binary)));
    expect(ours.length).toBeGreaterThan(50);
    expect(
      ours.map(outcome => ({ ...outcome, ...ownWords[outcome.call] })),
    ).toEqual(theirs);
  }, 60_000);
});

async function startGateway(path: string): Promise<Store> {
  const folder = await temporaryFolder();
  const address = `127.0.0.1:${await freePort()}`;
  const store = {
    url: `http://${address}`,
    accessKeyId: 'compared',
    secretAccessKey: 'compared-secret',
  };
  gateway = spawn(
    path,
    [
      ...['--access', store.accessKeyId, '--secret', store.secretAccessKey],
      ...['--port', address, '--quiet', 'posix', folder],
    ],
    { stdio: 'ignore' },
  );
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(store.url).catch(() => undefined);
    if (answer) return store;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`${path} does not answer`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
