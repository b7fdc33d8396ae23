import {
  startTestSandbox,
  temporaryFolder,
} from '../../../__testUtils__/sandbox';
import type { SystemEndpoint } from '../../../endpoints';
import type { SystemName } from '../../../standIn';

// Answers are compared with what a test expects of them, field by field.
type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any

/** An answer of the stand-in. */
export interface Reply {
  status: number;
  headers: Headers;
  body: Json;
}

/** Names of the keys. */
export type KeyName =
  'apiKey' | 'readOnlyKey' | 'limitedKey' | 'expiredKey' | 'adminKey';

/** A running stand-in with calls to it. */
export async function startOctopus(
  options: { dataDir?: string; systems?: SystemName[] } = {},
) {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const sandbox = await startTestSandbox({
    systems: options.systems ?? ['octopus'],
    dataDir,
  });
  const endpoint = sandbox.endpoints.octopus as SystemEndpoint;
  const { url, control } = endpoint;

  async function send(
    key: string | undefined,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Reply> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'x-octopus-apikey': key }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  }
  /** A call below `/api/Spaces-1`. */
  const as =
    (name: KeyName) =>
    (method: string, path: string, body?: unknown): Promise<Reply> =>
      send(`${endpoint[name]}`, method, `/api/Spaces-1/${path}`, body);
  const api = as('apiKey');
  const steer = (method: string, path: string, body?: unknown) =>
    fetch(`${control}/${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });

  return {
    sandbox,
    dataDir,
    endpoint,
    send,
    as,
    api,
    admin: as('adminKey'),
    steer,
    fault: (fault: Json) => steer('POST', 'faults', fault),
    /** Waits until a task has ended. */
    async ended(taskId: string): Promise<Json> {
      for (;;) {
        const { body } = await api('GET', `tasks/${taskId}`);
        if (body.IsCompleted) return body;
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    },
  };
}
