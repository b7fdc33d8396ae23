import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  removeTestSandboxes,
  startTestSandbox,
  temporaryFolder,
} from '../../__testUtils__/sandbox';
import type { SystemEndpoint } from '../../endpoints';
import { s3Client, type Store } from './__testUtils__/calls';

afterEach(removeTestSandboxes);

const Key = 'nante/shop-prod/operation.lock';

async function start(dataDir?: string) {
  const options = dataDir ? { dataDir } : {};
  const sandbox = await startTestSandbox({ ...options, systems: ['s3'] });
  const endpoint = sandbox.endpoints.s3 as SystemEndpoint;
  const client = s3Client(endpoint as unknown as Store);
  return { sandbox, endpoint, client, Bucket: String(endpoint.bucket) };
}

async function status(work: Promise<unknown>): Promise<number> {
  return work.then(
    answer =>
      (answer as { $metadata: { httpStatusCode: number } }).$metadata
        .httpStatusCode,
    error => error.$metadata.httpStatusCode,
  );
}

function setFault(endpoint: SystemEndpoint, fault: object) {
  return fetch(`${endpoint.control}/faults`, {
    method: 'POST',
    body: JSON.stringify(fault),
  });
}

it('lets exactly one of many writers take a lock', async () => {
  const { client, Bucket } = await start();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      status(
        client.send(
          new PutObjectCommand({
            Bucket,
            Key,
            Body: `${index}`,
            IfNoneMatch: '*',
          }),
        ),
      ),
    ),
  );
  expect(answers.filter(answer => answer === 200)).toHaveLength(1);
  expect(answers.filter(answer => answer === 412)).toHaveLength(19);
});

it('keeps objects and credentials between starts', async () => {
  const dataDir = await temporaryFolder();
  const first = await start(dataDir);
  const longKey = `env:/${'long-'.repeat(60)}/terraform.tfstate`;
  for (const key of [Key, longKey])
    await first.client.send(
      new PutObjectCommand({ Bucket: first.Bucket, Key: key, Body: key }),
    );
  await first.sandbox.stop();

  const second = await start(dataDir);
  expect(second.endpoint.secretAccessKey).toBe(first.endpoint.secretAccessKey);
  for (const key of [Key, longKey]) {
    const answer = await second.client.send(
      new GetObjectCommand({ Bucket: second.Bucket, Key: key }),
    );
    await expect(answer.Body?.transformToString()).resolves.toBe(key);
  }
});

it('gets conditions wrong on command, as real stores do', async () => {
  const { client, endpoint, Bucket } = await start();
  const create = () =>
    status(
      client.send(
        new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }),
      ),
    );
  const removeOther = () =>
    status(
      client.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: '"0"' })),
    );
  await expect(create()).resolves.toBe(200);
  await expect(create()).resolves.toBe(412);

  await setFault(endpoint, { kind: 'ignore-conditions', count: 1 });
  await expect(create()).resolves.toBe(200);
  await expect(create()).resolves.toBe(412);

  await setFault(endpoint, { kind: 'status-304', path: 'operation.lock$' });
  await expect(create()).resolves.toBe(304);
  await fetch(`${endpoint.control}/faults`, { method: 'DELETE' });
  await expect(create()).resolves.toBe(412);

  await expect(removeOther()).resolves.toBe(412);
  await setFault(endpoint, { kind: 'delete-ignores-condition' });
  await expect(removeOther()).resolves.toBe(204);
  await setFault(endpoint, { kind: 'always-412' });
  await expect(create()).resolves.toBe(412);

  const unknown = await setFault(endpoint, { kind: 'melts' });
  expect(unknown.status).toBe(400);
  expect(await unknown.json()).toMatchObject({
    error: 'S3 has no fault "melts".',
  });
});

it('reads a body that comes in chunks, and refuses one that is not signed', async () => {
  const { endpoint, client, Bucket } = await start();
  const stream = Readable.from([Buffer.alloc(100_000), Buffer.alloc(30_000)]);
  await client.send(
    new PutObjectCommand({ Bucket, Key, Body: stream, ContentLength: 130_000 }),
  );
  const read = await client.send(new GetObjectCommand({ Bucket, Key }));
  await expect(read.Body?.transformToString()).resolves.toHaveLength(130_000);

  const unsigned = await fetch(`${endpoint.url}/${Bucket}/${Key}`);
  expect(unsigned.status).toBe(403);
  await expect(unsigned.text()).resolves.toContain('<Code>AccessDenied</Code>');
});
