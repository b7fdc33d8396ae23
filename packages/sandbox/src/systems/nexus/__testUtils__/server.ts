import { startTestSandbox } from '../../../__testUtils__/sandbox';
import type { SystemEndpoint } from '../../../endpoints';

type User = 'nante' | 'viewer' | 'admin' | 'nobody';

/** A running stand-in with what its tests ask of it. */
export interface TestNexus {
  url: string;
  /** A call as one of the seeded users, `nante` unless told. */
  call(
    method: string,
    path: string,
    options?: {
      body?: BodyInit | object;
      headers?: Record<string, string>;
      as?: User;
    },
  ): Promise<Response>;
  /** What a user sends to be known. */
  authorization(as: Exclude<User, 'nobody'>): string;
  /** The JSON that a GET answers. */
  json<T>(path: string, as?: User): Promise<T>;
  /** Waits until a search finds as many components as told. */
  found(query: string, count: number): Promise<Found[]>;
  /** A control call. */
  control(method: string, path: string, body?: object): Promise<Response>;
  stop(): Promise<void>;
}

/** Of a component that a search found. */
export interface Found {
  id: string;
  repository: string;
  format: string;
  group: string | null;
  name: string;
  version: string | null;
  assets: {
    id: string;
    path: string;
    downloadUrl: string;
    fileSize: number;
    checksum: Record<string, string>;
  }[];
}

/** Starts the stand-in; its index follows at once unless told otherwise. */
export async function startNexus(
  options: { dataDir?: string; lagMs?: number } = {},
): Promise<TestNexus> {
  const { dataDir, lagMs = 0 } = options;
  const sandbox = await startTestSandbox({
    systems: ['nexus'],
    ...(dataDir ? { dataDir } : {}),
  });
  const endpoint = sandbox.endpoints.nexus as SystemEndpoint;
  const { url, username, password, readOnly, admin } = endpoint;
  const names = {
    nante: `${username}:${password}`,
    viewer: credentials(readOnly),
    admin: credentials(admin),
  };

  const authorization: TestNexus['authorization'] = as =>
    `Basic ${btoa(names[as])}`;
  const call: TestNexus['call'] = (method, path, given = {}) => {
    const { body, as = 'nante' } = given;
    const isPlain = typeof body === 'object' && body.constructor === Object;
    const headers = {
      ...(as === 'nobody' ? {} : { authorization: authorization(as) }),
      ...(isPlain ? { 'content-type': 'application/json' } : {}),
      ...given.headers,
    };
    return fetch(url + path, {
      method,
      headers,
      redirect: 'manual',
      body: isPlain ? JSON.stringify(body) : (body as BodyInit | undefined),
    });
  };
  const json = async <T>(path: string, as?: User) => {
    const response = await call('GET', path, { as });
    if (!response.ok)
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const control: TestNexus['control'] = (method, path, body) =>
    fetch(`${endpoint.control}${path}`, {
      method,
      body: body ? JSON.stringify(body) : undefined,
    });
  await control('POST', '/faults', { kind: 'index-lag', ms: lagMs });
  return {
    url,
    call,
    authorization,
    json,
    control,
    async found(query, count) {
      for (let tries = 0; tries < 100; tries += 1) {
        const page = await json<{ items: Found[] }>(
          `/service/rest/v1/search?${query}`,
        );
        if (page.items.length === count) return page.items;
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      throw new Error(`${query} never found ${count}`);
    },
    stop: () => sandbox.stop(),
  };
}

function credentials(user: unknown): string {
  const { username, password } = user as { username: string; password: string };
  return `${username}:${password}`;
}
