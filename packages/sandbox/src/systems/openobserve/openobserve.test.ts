import { gzipSync } from 'node:zlib';
import {
  removeTestSandboxes,
  startTestSandbox,
} from '../../__testUtils__/sandbox';
import { startClient } from './__testUtils__/client';
import { remoteWrite, snappyLiteral } from './__testUtils__/wire';
import { snappyDecode } from './snappy';

afterEach(removeTestSandboxes);

const hour = 3600_000;

it('keeps what Prometheus writes: one stream for each metric, labels as columns, and finds it by SQL', async () => {
  const { post, search } = await startClient();
  const at = Date.now();
  const sent = await post(
    '/prometheus/api/v1/write',
    remoteWrite([
      { labels: { __name__: 'up', host: 'web-9', app: 'x' }, value: 1, at },
      { labels: { __name__: 'node_load1', host: 'web-9' }, value: 0.5, at },
      { labels: { __name__: 'node_load1', host: 'gone' }, value: NaN, at },
    ]),
    { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
  );
  expect(sent.status).toBe(200);
  const hits = await search(
    'metrics',
    `SELECT host, app, max(_timestamp) AS at, value FROM "up" WHERE host = 'web-9' GROUP BY host, app`,
  );
  expect(hits).toEqual([{ host: 'web-9', app: 'x', at: at * 1000, value: 1 }]);
  await expect(
    search(
      'metrics',
      'select * from node_load1 where host is not null and job is null',
    ),
  ).resolves.toEqual([
    {
      _timestamp: at * 1000,
      __name__: 'node_load1',
      host: 'web-9',
      value: 0.5,
    },
  ]);
});

it('takes what Loki clients push, and refuses all of it for one empty line', async () => {
  const { post, search } = await startClient();
  const nanoseconds = (age = 0) => `${Date.now() - age}000000`;
  const push = (values: string[][], labels = { stream_name: 'My-Stream' }) =>
    post(
      '/loki/api/v1/push',
      gzipSync(JSON.stringify({ streams: [{ stream: labels, values }] })),
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    );
  const empty = await push([
    [nanoseconds(), 'one'],
    [nanoseconds(), ' '],
  ]);
  expect([empty.status, await empty.text()]).toEqual([
    400,
    'invalid timestamp: Stream 0 entry 1 has empty log line',
  ]);
  const taken = await push([
    [nanoseconds(), 'two'],
    [nanoseconds(6 * hour), 'too old'],
  ]);
  expect(taken.status).toBe(204);
  const lines = await search('logs', 'SELECT message FROM my_stream');
  expect(lines).toEqual([{ message: 'two' }]);
});

it('takes JSON, lines, bulk and OTLP', async () => {
  const { post, search } = await startClient();
  const json = { 'content-type': 'application/json' };
  const answers = [
    await post('/app/_json', JSON.stringify([{ log: { text: 'a' } }]), json),
    await post('/app/_multi', '{"log":"b"}\n{"log":"c"}\n', json),
    await post('/_bulk', '{"index":{"_index":"app"}}\n{"log":"d"}\n', json),
    await post(
      '/v1/logs',
      JSON.stringify({
        resourceLogs: [
          {
            resource: {
              attributes: [{ key: 'host.name', value: { stringValue: 'h' } }],
            },
            scopeLogs: [{ logRecords: [{ body: { stringValue: 'otlp' } }] }],
          },
        ],
      }),
      { ...json, 'stream-name': 'app' },
    ),
    await post(
      '/v1/metrics',
      JSON.stringify({
        resourceMetrics: [
          {
            scopeMetrics: [
              {
                metrics: [
                  {
                    name: 'queue.length',
                    gauge: { dataPoints: [{ asInt: '7' }] },
                  },
                ],
              },
            ],
          },
        ],
      }),
      json,
    ),
  ];
  expect(answers.map(answer => answer.status)).toEqual([
    200, 200, 200, 200, 200,
  ]);
  await expect(answers[1].json()).resolves.toEqual({
    code: 200,
    status: [{ name: 'app', successful: 2, failed: 0 }],
  });
  await expect(
    search(
      'logs',
      'SELECT coalesce(log, log_text, body) AS said FROM app ORDER BY said',
    ),
  ).resolves.toEqual(['a', 'b', 'c', 'd', 'otlp'].map(said => ({ said })));
  await expect(
    search('metrics', 'SELECT value FROM queue_length'),
  ).resolves.toEqual([{ value: 7 }]);
});

it('refuses strangers, unknown streams, fields and SQL that is no question', async () => {
  const { url, get, ask } = await startClient();
  const stranger = await fetch(`${url}/api/default/streams`, {
    headers: { authorization: `Basic ${btoa('telemetry:wrong')}` },
  });
  expect([stranger.status, await stranger.text()]).toEqual([
    401,
    'Unauthorized Access',
  ]);
  const health = await fetch(`${url}/healthz`);
  await expect(health.json()).resolves.toEqual({ status: 'ok' });
  const codes = [];
  for (const sql of [
    'SELECT * FROM nowhere',
    'SELECT shoe_size FROM up',
    'SELECT match_all(host) FROM up',
    'SELEKT',
    'DELETE FROM records',
  ]) {
    const { status, body } = await ask('metrics', sql);
    codes.push([status, body.code, body.message]);
  }
  expect(codes).toEqual([
    [400, 20002, 'Search stream not found: nowhere'],
    [400, 20004, 'Search field not found: shoe_size'],
    [400, 20005, 'Search function not defined: match_all'],
    [400, 20001, 'Search SQL not valid'],
    [400, 20001, 'Search SQL not valid'],
  ]);
  const streams = await get('/streams?type=metrics&keyword=load');
  expect((await streams.json()).list).toMatchObject([
    { name: 'node_load1', stats: { doc_num: expect.any(Number) } },
  ]);
});

it('has a company in which most hosts report and some are silent', async () => {
  const { search } = await startClient();
  const hosts = (await search(
    'metrics',
    'SELECT host, max(_timestamp) AS at FROM up GROUP BY host',
  )) as { host: string; at: number }[];
  const age = (name: string) =>
    Date.now() - (hosts.find(({ host }) => host === name)?.at ?? 0) / 1000;
  expect(age('shop-web-1')).toBeLessThan(60_000);
  expect(age('shop-web-dev')).toBeGreaterThan(25 * hour);
  await expect(
    search(
      'logs',
      "SELECT host FROM journal WHERE host = 'shop-web-1' LIMIT 1",
    ),
  ).resolves.toEqual([{ host: 'shop-web-1' }]);
});

it('refuses credentials, refuses what is sent in, or finds it late, on command', async () => {
  const { post, search, ask, fault, clearFaults } = await startClient();
  const send = () => post('/late/_json', '[{"log":"x"}]');
  await fault({ kind: 'refuse-credentials' });
  expect((await ask('logs', 'SELECT 1 AS one')).status).toBe(401);
  await clearFaults();

  await fault({ kind: 'refuse-ingest' });
  expect((await send()).status).toBe(503);
  expect((await ask('logs', 'SELECT 1 AS one')).status).toBe(200);
  await clearFaults();

  await fault({ kind: 'stuck-index', seconds: 1 });
  expect((await send()).status).toBe(200);
  const found = () => search('logs', 'SELECT log FROM late');
  await expect(found()).resolves.toEqual([]);
  const end = Date.now() + 5000;
  while ((await found()).length === 0 && Date.now() < end)
    await new Promise(resolve => setTimeout(resolve, 100));
  await expect(found()).resolves.toEqual([{ log: 'x' }]);
  await expect(fault({ kind: 'flood' })).rejects.toThrow(
    'OpenObserve has refuse-credentials, stuck-index, refuse-ingest.',
  );
});

it('remembers records and password over a restart', async () => {
  const first = await startClient();
  await first.post('/kept/_json', '[{"log":"before"}]');
  const { dataDir, credentials } = first;
  await first.stop();
  const second = await startClient(
    await startTestSandbox({ dataDir, systems: ['openobserve'] }),
  );
  expect(second.credentials).toEqual(credentials);
  await expect(second.search('logs', 'SELECT log FROM kept')).resolves.toEqual([
    { log: 'before' },
  ]);
});

it("unpacks what Snappy's own examples say", () => {
  const text = (block: number[]) =>
    new TextDecoder().decode(snappyDecode(Uint8Array.from(block)));
  // "xababab" packed: two letters as they are, then a copy that reads what it writes.
  expect(text([7, 2 * 4, 0x78, 0x61, 0x62, 1, 2])).toBe('xababab');
  const long = Buffer.from('y'.repeat(70_000));
  expect(snappyDecode(snappyLiteral(long))).toEqual(new Uint8Array(long));
  expect(() => text([7, 8, 0x78])).toThrow('corrupt input');
  expect(() => text([4, 0, 0x78, 1, 9])).toThrow('corrupt input');
});
