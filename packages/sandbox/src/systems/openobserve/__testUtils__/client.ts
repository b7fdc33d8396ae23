import {
  startTestSandbox,
  temporaryFolder,
} from '../../../__testUtils__/sandbox';
import type { Sandbox } from '../../..';
import type { SystemEndpoint } from '../../../endpoints';

/** The stand-in on a port of its own, and how to talk to it as its user. */
export async function startClient(running?: Sandbox) {
  const dataDir = await temporaryFolder();
  const sandbox =
    running ?? (await startTestSandbox({ dataDir, systems: ['openobserve'] }));
  const endpoint = sandbox.endpoints.openobserve as SystemEndpoint;
  const { url, control, username, password } = endpoint;
  const credentials = `${username}:${password}`;
  const authorization = `Basic ${btoa(credentials)}`;
  const post = (
    path: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ) =>
    fetch(`${url}/api/default${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : new Uint8Array(body),
      headers: { authorization, ...headers },
    });
  const ask = async (type: string, sql: string) => {
    const now = Date.now() * 1000;
    const query = {
      sql,
      start_time: 1,
      end_time: now + 60_000_000,
      size: 1000,
    };
    const answer = await post(
      `/_search?type=${type}`,
      JSON.stringify({ query }),
    );
    const text = await answer.text();
    return {
      status: answer.status,
      body: text.startsWith('{') ? JSON.parse(text) : { message: text },
    };
  };
  return {
    url,
    dataDir,
    credentials,
    post,
    ask,
    get: (path: string) =>
      fetch(`${url}/api/default${path}`, { headers: { authorization } }),
    async search(type: string, sql: string): Promise<unknown[]> {
      const { body } = await ask(type, sql);
      if (!body.hits) throw new Error(JSON.stringify(body));
      return body.hits;
    },
    async fault(fault: Record<string, unknown>) {
      const answer = await fetch(`${control}/faults`, {
        method: 'POST',
        body: JSON.stringify(fault),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    clearFaults: () => fetch(`${control}/faults`, { method: 'DELETE' }),
    stop: () => sandbox.stop(),
  };
}
