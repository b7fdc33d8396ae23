import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type Authority } from '../__testUtils__/certificates';
import { startServer, type TestServer } from '../__testUtils__/server';
import { createHttpClient, type HttpCall } from './client';

const secret = 'very-secret-token';
const read: HttpCall = {
  method: 'GET',
  path: '/things',
  timeoutMs: 3_000,
  repetitions: 2,
};
const write: HttpCall = {
  method: 'POST',
  path: '/things',
  form: { name: 'a b' },
  timeoutMs: 3_000,
};

describe('calls to an outside system', () => {
  const servers: TestServer[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'http-'));
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(server => server.stop()));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const serve = async (
    listener: RequestListener,
    tls?: { key: string; cert: string },
  ) => {
    const server = await startServer(listener, tls);
    servers.push(server);
    return server;
  };
  const client = (server: TestServer, change = {}) =>
    createHttpClient({
      system: 'Thing store',
      baseUrl: server.url,
      headers: { authorization: `Bearer ${secret}` },
      ...change,
    });

  it('give back any complete answer, and send the form', async () => {
    let body = '';
    const server = await serve((request, response) => {
      request.on('data', piece => {
        body += piece;
      });
      request.on('end', () =>
        response.writeHead(418, 'short and stout').end('tea'),
      );
    });
    expect(await client(server).request(write)).toMatchObject({
      status: 418,
      statusText: 'short and stout',
      text: 'tea',
    });
    expect(body).toBe('name=a+b');
  });

  it('are repeated after a break, a cut body and "not now", and wait as long as the server asks', async () => {
    const times: number[] = [];
    const server = await serve((_, response) => {
      times.push(Date.now());
      if (times.length === 1) {
        response.writeHead(200, { 'content-length': 100 }).write('half');
        setTimeout(() => response.destroy(), 20);
      } else if (times.length === 2) {
        response.writeHead(503, { 'retry-after': '1' }).end();
      } else response.end('whole');
    });
    expect(await client(server).request(read)).toMatchObject({
      status: 200,
      text: 'whole',
    });
    expect(times).toHaveLength(3);
    expect(times[2] - times[1]).toBeGreaterThanOrEqual(990);
  });

  it('do not wait longer than the deadline allows, and give back the last "not now"', async () => {
    let calls = 0;
    const server = await serve((_, response) => {
      calls += 1;
      response.writeHead(429, { 'retry-after': '60' }).end();
    });
    expect(await client(server).request(read)).toMatchObject({
      status: 429,
      retryAfterMs: 60_000,
    });
    expect(calls).toBe(1);
  });

  it('are never repeated when they write', async () => {
    let calls = 0;
    const server = await serve((request, response) => {
      calls += 1;
      request.resume();
      response.destroy();
    });
    await expect(client(server).request(write)).rejects.toMatchObject({
      code: 'unreachable',
    });
    expect(calls).toBe(1);
  });

  it.each<[string, RequestListener]>([
    ['never answers', () => {}],
    [
      'drips',
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('.'), 50);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('end at the deadline when the server %s', async (_, listener) => {
    const server = await serve(listener);
    const start = Date.now();
    await expect(
      client(server).request({ ...read, timeoutMs: 400 }),
    ).rejects.toMatchObject({
      code: 'unreachable',
      message: `Thing store at ${server.url} did not answer within 0.4 s.`,
    });
    expect(Date.now() - start).toBeLessThan(1_500);
  });

  it('end when the caller cancels, also between repetitions', async () => {
    const server = await serve((_, response) =>
      response.writeHead(503, { 'retry-after': '2' }).end(),
    );
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 100);
    const start = Date.now();
    await expect(
      client(server).request({ ...read, signal: cancel.signal }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(Date.now() - start).toBeLessThan(1_000);
  });

  it('are left alone for a while after several failures, where that is wanted', async () => {
    const server = await serve(() => {});
    await server.stop();
    const careful = client(server, { breakAfter: 2 });
    const once = { ...read, repetitions: 0 };
    for (let i = 0; i < 2; i++) {
      await expect(careful.request(once)).rejects.toThrow(
        'nothing listens there',
      );
    }
    await expect(careful.request(once)).rejects.toThrow(
      'several times in a row',
    );
  });

  it('name the address and never a secret when they fail', async () => {
    const server = await serve((_, response) => {
      response.destroy();
    });
    const error = await client(server)
      .request({ ...read, repetitions: 0, query: { password: 'in-the-query' } })
      .catch(reason => reason);
    const told = JSON.stringify([
      error.message,
      error.hint,
      error.details,
      `${error.stack}`,
    ]);
    expect(told).toContain(server.url);
    expect(told).not.toContain(secret);
    expect(told).not.toContain('in-the-query');
    expect(() => client({ ...server, url: 'ftp://x' })).toThrow(
      'must start with http',
    );
    expect(() => client({ ...server, url: 'https://me:pw@x' })).toThrow(
      'must not contain',
    );
  });

  describe('over TLS', () => {
    let right: Authority;
    let wrong: Authority;
    const file = (name: string, content: string) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    };
    beforeAll(async () => {
      [right, wrong] = await Promise.all([
        createAuthority('right'),
        createAuthority('wrong'),
      ]);
    });
    const secured = async (options?: Parameters<Authority['issue']>[0]) =>
      serve(
        (_, response) => response.end('trusted'),
        await right.issue(options),
      );

    it('succeed with the right authority, and only then', async () => {
      const server = await secured();
      const ca = (authority: Authority) => ({
        caFile: file('ca.pem', authority.cert),
      });
      expect(await client(server, ca(right)).request(read)).toMatchObject({
        text: 'trusted',
      });
      for (const change of [{}, ca(wrong)]) {
        await expect(
          client(server, change).request(read),
        ).rejects.toMatchObject({
          code: 'unreachable',
          message: expect.stringContaining('is not trusted: its certificate'),
        });
      }
      expect(() =>
        client(server, { caFile: join(folder, 'absent.pem') }),
      ).toThrow('absent.pem cannot be read');
      expect(() => client(server, { caFile: file('no.pem', 'x') })).toThrow(
        'holds no PEM',
      );
    });

    it('say that a certificate has expired or belongs to another host', async () => {
      const change = { caFile: file('ca.pem', right.cert) };
      await expect(
        client(await secured({ expired: true }), change).request(read),
      ).rejects.toThrow('has expired');
      await expect(
        client(await secured({ address: '192.0.2.1' }), change).request(read),
      ).rejects.toThrow('made for another host name');
    });
  });
});
