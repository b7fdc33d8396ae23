import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { mockServices } from '@backstage/backend-test-utils';
import { TemplateDurations } from './TemplateDurations';

const task = (
  template: string | undefined,
  createdAt: string,
  lastHeartbeatAt: string | null,
  status = 'completed',
) => ({
  ...{ id: '1', status, createdAt, lastHeartbeatAt },
  spec: template ? { templateInfo: { entityRef: template } } : {},
});
const vm = 'template:default/new-virtual-machine';

describe('how long a template usually takes', () => {
  let server: http.Server;
  let answer: { status: number; body: unknown };
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    server = http.createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
    await new Promise<void>(resolve =>
      server.listen(0, '127.0.0.1', () => resolve()),
    );
  });
  afterEach(() => {
    server.close();
  });

  const given = (now: () => number) => {
    const { port } = server.address() as AddressInfo;
    return new TemplateDurations({
      auth: mockServices.auth(),
      discovery: mockServices.discovery.mock({
        getBaseUrl: async plugin => `http://127.0.0.1:${port}/api/${plugin}`,
      }),
      now,
    });
  };

  it("is the median of the scaffolder's finished tasks, asked once a minute for all", async () => {
    let now = 0;
    answer = {
      status: 200,
      body: {
        tasks: [
          task(vm, '2026-01-01T10:00:00Z', '2026-01-01T10:02:00Z'),
          // As SQLite writes times, in UTC.
          task(vm, '2026-01-01 10:00:00', '2026-01-01 10:01:00'),
          task(vm, '2026-01-01T10:00:00Z', '2026-01-01T11:00:00Z'),
          task(vm, '2026-01-01T10:00:00Z', '2026-01-01T19:00:00Z', 'failed'),
          task(vm, '2026-01-01T10:00:00Z', null),
          task(undefined, '2026-01-01T10:00:00Z', '2026-01-01T10:00:01Z'),
          task(
            'template:other/quick',
            '2026-01-01T10:00:00Z',
            '2026-01-01T10:00:00Z',
          ),
        ],
      },
    };
    const durations = given(() => now);
    const wanted = {
      'new-virtual-machine': { usualSeconds: 120, runs: 3 },
      quick: { usualSeconds: 1, runs: 1 },
    };
    const all = await Promise.all([durations.read(), durations.read()]);
    expect(all).toEqual([wanted, wanted]);
    expect(asked).toEqual([
      expect.stringMatching(
        /^\/api\/scaffolder\/v2\/tasks\?status=completed&order=desc%3Acreated_at&limit=300 Bearer /,
      ),
    ]);
    now = 61_000;
    answer = { status: 503, body: {} };
    expect(await durations.read()).toEqual(wanted);
    expect(asked).toHaveLength(2);
  });

  it('is not known where the scaffolder never answered', async () => {
    answer = { status: 503, body: {} };
    expect(await given(() => 0).read()).toEqual({});
  });
});
