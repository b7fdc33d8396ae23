import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  deployDockerRequestSchema,
  type AppDeploymentResult,
  type LedgerEntry,
} from '@nante/model';
import { createMemoryStore } from '../../__testUtils__/memoryStore';
import { failure } from '../../__testUtils__/outcome';
import { readLedger, writeEntry } from '../../ledger/ledger';
import type { Run } from '../../operation/executeRun';
import { createRedactor } from '../../secrets';
import { placedHostFor } from './__testUtils__/placedHostFor';
import { releaseToHosts } from './release';
import type { ReleaseWord } from './releaseWord';
import type { ReleaseWork } from './work';

jest.setTimeout(60_000);

const workspace = 'deployments.shop.dev';
const image = `nexus.example.com/shop@sha256:${'b'.repeat(64)}`;
const request = deployDockerRequestSchema.parse({
  ...{ requestId: 'request-0001', requestedBy: 'user:default/mia' },
  ...{ app: 'shop', environment: 'dev', hosts: ['a', 'b', 'c'] },
  ...{ version: '2.0.0', image, port: 8080, healthSeconds: 5 },
  operator: false,
});

/** An app on three hosts: one server, since they only differ in what Ansible says of them. */
let server: Server;
let status = 200;
beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => server.close());
beforeEach(() => {
  status = 200;
});

const wordOf = (change: Partial<ReleaseWord>): ReleaseWord => ({
  ...{ version: '2.0.0', state: 'deployed', previous: '1.0.0' },
  ...{ returnedTo: '', answer: '200', why: '', log: [] },
  ...change,
});

/** Deploys to three hosts that had 1.0.0; `says`: what becomes of it by host and role. */
async function attempt(
  says: (host: string, isReturn: boolean) => ReleaseWord | Error,
) {
  const store = createMemoryStore();
  const { port } = server.address() as AddressInfo;
  const hosts = ['a', 'b', 'c'].map(name =>
    placedHostFor(name, `http://127.0.0.1:${port}`),
  );
  for (const { before } of hosts)
    await writeEntry(store, workspace, before as LedgerEntry);
  let result: AppDeploymentResult | undefined;
  const plays: string[] = [];
  const recorder = {
    document: { workspace, id: request.requestId },
    async update(change: { appDeployment?: AppDeploymentResult }) {
      result = change.appDeployment ?? result;
    },
  };
  const context = { options: { sandboxGuests: 'nspawn' } };
  const run = {
    ...{ context, store, recorder, redactor: createRedactor([]) },
    signal: new AbortController().signal,
  } as unknown as Run;
  const role = { name: 'app-deploy', arguments: {} };
  const work: ReleaseWork = {
    ...{ run, request, image, hosts, role, detail: () => {} },
    wayBack: { ...role, arguments: { app_deploy_state: 'returned' } },
    plays: {
      configuration: () => undefined,
      async play({ host: { name } }, { arguments: given }) {
        const isReturn = given.app_deploy_state === 'returned';
        plays.push(`${name}${isReturn ? ' back' : ''}`);
        const word = says(name, isReturn);
        if (word instanceof Error) return { failure: word };
        const isFailure =
          !isReturn && !['deployed', 'there'].includes(word.state);
        return { word, failure: isFailure ? new Error('play') : undefined };
      },
    },
  };
  const end = releaseToHosts(work);
  const error = await end.then(() => undefined).catch(() => failure(end));
  const ledger = await readLedger(store, workspace);
  const versions = ledger.map(entry => `${entry.outsideId} ${entry.state}`);
  return { error, result, plays, versions };
}

it('hosts follow one another, and each is asked from outside', async () => {
  const { error, result, plays, versions } = await attempt(() => wordOf({}));
  expect(error).toBeUndefined();
  expect(plays).toEqual(['a', 'b', 'c']);
  expect(result).toMatchObject({
    ...{ healthy: true, previousVersion: '1.0.0', alreadyThere: false },
  });
  expect(versions).toEqual(Array(3).fill('2.0.0 created'));
});

it('the first that is not well ends it: those before it are returned, those behind it are left alone', async () => {
  const { error, result, plays, versions } = await attempt((host, isReturn) =>
    isReturn || host === 'b'
      ? wordOf({
          ...{ state: 'returned', returnedTo: '1.0.0' },
          ...(host === 'b' && { why: 'it ended', log: ['oh no'] }),
        })
      : wordOf({}),
  );
  expect(plays).toEqual(['a', 'b', 'a back']);
  expect(error?.message).toBe(
    'shop 2.0.0 is not healthy on b: it ended. 1.0.0 is back, and healthy (b, a).',
  );
  expect(result).toMatchObject({
    ...{ returnedTo: '1.0.0', healthy: true, problems: ['oh no'] },
  });
  expect(versions).toEqual(Array(3).fill('1.0.0 created'));
});

it('what nobody reaches from outside is returned, however well its host finds it', async () => {
  status = 503;
  const { error, plays } = await attempt((_, isReturn) =>
    isReturn ? wordOf({ state: 'returned', returnedTo: '1.0.0' }) : wordOf({}),
  );
  expect(plays).toEqual(['a', 'a back']);
  expect(error?.message).toMatch(
    /^shop 2\.0\.0 is not healthy: http:.* answered "503" from here, and was well on a itself\. 1\.0\.0 is back/,
  );
});

it('what could not be deployed goes on as it was, and so do hosts that a lost one stands beside', async () => {
  const unchanged = await attempt(() =>
    wordOf({ state: 'unchanged', why: 'no such image' }),
  );
  expect(unchanged.error?.message).toBe(
    'shop 2.0.0 could not be deployed on a: no such image. Nothing was switched: 1.0.0 goes on (a).',
  );
  expect(unchanged.result?.returnedTo).toBeUndefined();
  const lost = await attempt((_, isReturn) =>
    wordOf({ state: isReturn ? 'returned' : 'lost', why: 'it ended' }),
  );
  expect(lost.error?.message).toContain('is not healthy either (a)');
  expect(lost.result?.healthy).toBe(false);
});

it('a host that could not be asked is said to be unknown, unless its refusal says that nothing was done', async () => {
  const away = await attempt(() => new Error('a did not answer.'));
  expect(away.error?.message).toBe(
    'shop 2.0.0 could not be deployed on a: a did not answer. What runs there nobody could say: look at /opt/shop/current (a).',
  );
  expect(away.result).toMatchObject({ healthy: false });
  const refused = await attempt(
    () => new Error('Nothing was switched: this host has no Docker Compose.'),
  );
  expect(refused.error?.message).toBe(
    'shop 2.0.0 could not be deployed on a: Nothing was switched: this host has no Docker Compose.',
  );
});
