import { Hono, type Context } from 'hono';
import { isAllowed, unauthorized, type OpenobserveUser } from './access';
import { OpenobserveError } from './errors';
import type { OpenobserveFaults } from './faults';
import {
  bodyText,
  ingest,
  readBulk,
  readJsonLogs,
  readJsonMetrics,
} from './ingest';
import { readPush } from './loki';
import { readOtlpLogs, readOtlpMetrics } from './otlp';
import { readWriteRequest } from './prometheus';
import type { NewRecord, StreamType } from './records';
import { search } from './search';
import { snappyDecode } from './snappy';
import { describeStream } from './streams';
import type { StreamStore } from './store';

/** What the calls work on. */
export interface OpenobserveParts {
  user: OpenobserveUser;
  store: StreamStore;
  faults: OpenobserveFaults;
}

/** The calls: who may, what comes in, what is asked. */
export function createApp(parts: OpenobserveParts): Hono {
  const { user, store, faults } = parts;
  const app = new Hono();
  app.onError(error => {
    if (error instanceof OpenobserveError) return error.toResponse();
    throw error;
  });
  app.notFound(() => new Response('404 Not Found', { status: 404 }));
  app.get('/healthz', c => c.json({ status: 'ok' }));
  app.use('/api/*', async (c, next) => {
    if (faults.refusesCredentials || !isAllowed(c.req.raw.headers, user))
      return unauthorized();
    return next();
  });
  addIngestion(app, parts);
  app.get('/api/:org/streams', c => {
    const keyword = c.req.query('keyword') ?? '';
    const type = typeOf(c);
    const list = store
      .list(c.req.param('org'), type)
      .filter(({ name }) => name.includes(keyword))
      .map(stream => describeStream(stream, store.figures(stream)));
    const offset = Number(c.req.query('offset') ?? 0);
    const limit = Number(c.req.query('limit') || list.length);
    return c.json({
      list: list.slice(offset, offset + limit),
      total: list.length,
    });
  });
  app.post('/api/:org/_search', async c => {
    const body: unknown = await c.req.json().catch(() => undefined);
    return c.json(search(store, c.req.param('org'), typeOf(c), body));
  });
  return app;
}

function addIngestion(app: Hono, { store, faults }: OpenobserveParts) {
  app.use('/api/*', async (c, next) => {
    const { refusesIngest } = faults;
    const isIngest =
      c.req.method === 'POST' && !c.req.path.endsWith('/_search');
    if (refusesIngest && isIngest)
      throw new OpenobserveError(refusesIngest.status, refusesIngest.message);
    return next();
  });
  const keep = (c: Context, type: StreamType, records: NewRecord[]) =>
    ingest(
      {
        store,
        organization: c.req.param('org') ?? '',
        type,
        visibleAt: faults.visibleAt(),
      },
      records,
    );

  app.post('/api/:org/prometheus/api/v1/write', async c => {
    const block = new Uint8Array(await c.req.arrayBuffer());
    keep(c, 'metrics', readRemoteWrite(block));
    return c.body(null, 200);
  });
  app.post('/api/:org/loki/api/v1/push', async c => {
    keep(c, 'logs', await readPush(c.req.raw));
    return c.body(null, 204);
  });
  app.post('/api/:org/v1/logs', async c => {
    const stream = c.req.header('stream-name') ?? 'default';
    const status = keep(c, 'logs', readOtlpLogs(await otlpBody(c), stream));
    return c.json({ code: 200, status });
  });
  app.post('/api/:org/v1/metrics', async c => {
    keep(c, 'metrics', readOtlpMetrics(await otlpBody(c)));
    return c.json({ code: 200 });
  });
  app.post('/api/:org/ingest/metrics/_json', async c => {
    const records = readJsonMetrics(await bodyText(c.req.raw));
    return c.json({ code: 200, status: keep(c, 'metrics', records) });
  });
  app.post('/api/:org/_bulk', async c => {
    const items = readBulk(await bodyText(c.req.raw));
    const results = items.map(({ action, record }, index) => {
      const [{ failed, error }] = keep(c, 'logs', [record]);
      const result = {
        _index: record.stream,
        _id: String(index + 1),
        status: failed ? 400 : 200,
        ...(error ? { error: { type: error, reason: error } } : {}),
      };
      return { failed, item: { [action]: result } };
    });
    return c.json({
      took: 1,
      errors: results.some(({ failed }) => failed > 0),
      items: results.map(({ item }) => item),
    });
  });
  for (const [path, form] of [
    ['_json', 'array'],
    ['_multi', 'lines'],
  ] as const)
    app.post(`/api/:org/:stream/${path}`, async c => {
      const text = await bodyText(c.req.raw);
      const records = readJsonLogs(text, c.req.param('stream'), form);
      return c.json({ code: 200, status: keep(c, 'logs', records) });
    });
}

function readRemoteWrite(block: Uint8Array): NewRecord[] {
  try {
    return readWriteRequest(snappyDecode(block));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new OpenobserveError(
      400,
      `Invalid snappy compressed data: ${error.message}`,
    );
  }
}

async function otlpBody(c: Context): Promise<unknown> {
  if (!c.req.header('content-type')?.startsWith('application/json'))
    throw new OpenobserveError(
      415,
      'The stand-in takes OTLP as application/json only.',
    );
  try {
    return JSON.parse(await bodyText(c.req.raw));
  } catch {
    throw new OpenobserveError(400, 'Invalid json');
  }
}

/** @throws OpenobserveError 400 */
function typeOf(c: Context): StreamType {
  const type = c.req.query('type') ?? 'logs';
  if (type === 'logs' || type === 'metrics' || type === 'traces') return type;
  throw new OpenobserveError(400, `Invalid stream type: ${type}`);
}
