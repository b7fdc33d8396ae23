import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startServer } from '../__testUtils__/server';
import { createOpenobserveClient } from './OpenobserveClient';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file =
  folder &&
  join(folder, 'openobserve', 'openobserve-openapi-reconstructed.json');

interface AskedCall {
  method: string;
  url: URL;
  body: { query?: Record<string, unknown> };
}

/** Makes every call of the client once and notes what it asked for. */
async function callsOfClient(): Promise<AskedCall[]> {
  const calls: AskedCall[] = [];
  const server = await startServer(async (request, response) => {
    const body = await text(request);
    calls.push({
      method: `${request.method}`.toLowerCase(),
      url: new URL(`${request.url}`, server.url),
      body: body ? JSON.parse(body) : {},
    });
    response.writeHead(400).end();
  });
  const api = createOpenobserveClient({
    url: server.url,
    user: 'a@example.com',
    password: 'b',
  });
  const since = new Date().toISOString();
  await api.checkAccess().catch(() => {});
  await api.lastHeard({ type: 'metrics', since }).catch(() => {});
  await server.stop();
  expect(calls).toHaveLength(2);
  return calls;
}

if (!file || !existsSync(file)) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  it('makes calls to OpenObserve that exist, with parameters and fields that it knows', async () => {
    const { paths, components } = JSON.parse(readFileSync(file, 'utf8'));
    const { properties, required } = components.schemas.Query;
    const calls = await callsOfClient();
    process.stdout.write(`calls: ${calls.length} compared, answers left out\n`);
    for (const { method, url, body } of calls) {
      const path = url.pathname.replace('/default/', '/{org_id}/');
      const parameters: { name: string }[] | undefined =
        paths[path]?.[method]?.parameters;
      expect([path, parameters !== undefined]).toEqual([path, true]);
      const known = parameters?.map(({ name }) => name) ?? [];
      for (const name of url.searchParams.keys()) expect(known).toContain(name);
      if (!body.query) continue;
      const sent = Object.keys(body.query);
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(sent));
      expect(sent).toEqual(expect.arrayContaining(required));
    }
  });
}
