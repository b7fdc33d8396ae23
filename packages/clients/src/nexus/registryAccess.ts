import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { HttpAnswer, HttpCall } from '../http/client';
import type { CallOptions } from '../proxmox/types';
import type { NexusConnection, Purpose } from './connection';
import { sendStream, type StreamAnswer } from './streaming';
import type { NexusApi, NexusRepository, UploadSource } from './types';

type Look = Pick<HttpCall, 'path' | 'headers'> & { method: 'GET' | 'HEAD' };
type Send = Purpose &
  CallOptions & {
    method: 'POST' | 'PUT';
    headers: Record<string, string>;
    body?: UploadSource | Buffer;
    onProgress?: (sent: number) => void;
  } & ({ path: string } | { url: URL });

/** The registry that a repository is, for one image of it. */
export interface Registry {
  /** `host:port/[repository/]image`. */
  readonly imageName: string;
  /** Reads; undefined where nothing is there. */
  look(
    call: Look,
    purpose: Purpose,
    options?: CallOptions,
  ): Promise<HttpAnswer | undefined>;
  /** Changes something, and is never repeated. */
  send(call: Send): Promise<StreamAnswer>;
  /** Address that the registry told us; only ever at the registry itself. */
  locate(location: string): URL;
  reading(what: string): Purpose;
  pushing(what: string): Purpose;
}

const tokenSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
});

/**
 * Finds out where the registry of a repository is: at a port of its own, or below the path of the server.
 *
 * @throws NanteError `not-found` where there is no such repository, `invalid-input` for one of another format
 */
export async function openRegistry(
  connection: NexusConnection,
  repository: NexusApi['repository'],
  { name, image }: { name: string; image: string },
  options?: CallOptions,
): Promise<Registry> {
  const found = await repository(name, options);
  if (!found)
    throw new NanteError('not-found', `Nexus has no repository ${name}.`, {
      hint: 'Make it, or give the user of the connection the right to see it.',
    });
  if (found.format !== 'docker')
    throw new NanteError(
      'invalid-input',
      `${name} is a repository of format ${found.format}: no image can be in it.`,
      { hint: 'Name a repository of format docker.' },
    );
  const { origin, prefix } = placeOf(connection.url, found);
  const base = `${origin}/v2/${prefix}${image}`;
  const http = connection.httpAt(origin);
  const session = { authorization: connection.authorization };

  /** Asks for a token where the registry wants one, and only there. */
  const challenged = async (
    answer: { status: number },
    challenge: string | null | undefined,
    { signal }: CallOptions,
  ): Promise<boolean> => {
    if (answer.status !== 401 || session.authorization.startsWith('Bearer'))
      return false;
    const realm = realmOf(challenge ?? '', [origin, connection.url]);
    if (!realm) return false;
    const granted = await http.request({
      method: 'GET',
      path: `${realm.pathname}${realm.search}`,
      headers: { authorization: connection.authorization },
      timeoutMs: connection.timeoutMs,
      ...{ signal, repetitions: 2 },
    });
    const { token, access_token: other } =
      tokenSchema.safeParse(parsed(granted.text)).data ?? {};
    if (granted.status !== 200 || !(token ?? other)) return false;
    session.authorization = `Bearer ${token ?? other}`;
    return true;
  };

  const registry: Registry = {
    imageName: `${new URL(origin).host}/${prefix}${image}`,
    async look(call, purpose, given = {}) {
      const ask = () =>
        http.request({
          method: call.method,
          path: `/v2/${prefix}${image}${call.path}`,
          headers: { ...call.headers, ...session },
          timeoutMs: connection.timeoutMs,
          repetitions: 2,
          signal: given.signal,
        });
      let answer = await ask();
      const challenge = answer.headers.get('www-authenticate');
      if (await challenged(answer, challenge, given)) answer = await ask();
      if (answer.status === 200) return answer;
      if (answer.status === 404) return undefined;
      throw connection.refusal(answer, purpose);
    },
    async send(call) {
      const { agent, timeoutMs } = connection;
      const ask = () =>
        sendStream({
          ...{ agent, silenceMs: timeoutMs, what: call.what },
          ...{ method: call.method, body: call.body, signal: call.signal },
          url: 'url' in call ? `${call.url}` : `${base}${call.path}`,
          headers: { ...call.headers, ...session },
          onProgress: call.onProgress,
        });
      let answer = await ask();
      const challenge = answer.header('www-authenticate');
      if (await challenged(answer, challenge, call)) answer = await ask();
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw connection.refusal(answer, call);
    },
    locate(location) {
      const own = new URL(base);
      const told = new URL(location, own);
      if (told.hostname !== own.hostname)
        throw new NanteError(
          'failed',
          `The registry of Nexus sends us to ${told.hostname}, which is another host than ${own.hostname}.`,
          {
            hint: 'The proxy in front of Nexus must pass Host and X-Forwarded-Proto on.',
          },
        );
      // A proxy that does not tell Nexus about TLS or its port makes it name another address of the same host.
      return new URL(told.pathname + told.search, own);
    },
    reading: what => ({
      what: `${what} in ${name}`,
      privilege: `nx-repository-view-docker-${name}-read`,
    }),
    pushing: what => ({
      what,
      privilege: `nx-repository-view-docker-${name}-add and -edit`,
    }),
  };
  return registry;
}

/** Where we may not see the settings we take the path, which needs none. */
function placeOf(
  url: string,
  { name, dockerPort, isDockerPortTls, isPathBased }: NexusRepository,
): { origin: string; prefix: string } {
  const server = new URL(url);
  if (dockerPort === undefined || isPathBased)
    return { origin: server.origin, prefix: `${name}/` };
  const scheme = isDockerPortTls ? 'https' : 'http';
  return {
    origin: `${scheme}://${server.hostname}:${dockerPort}`,
    prefix: '',
  };
}

/** Where a token is got; our password goes to the server itself alone. */
function realmOf(challenge: string, own: readonly string[]): URL | undefined {
  if (!/^bearer\s/i.test(challenge)) return undefined;
  const values = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [
      key.toLowerCase(),
      value,
    ]),
  );
  if (!values.realm || !URL.canParse(values.realm)) return undefined;
  const realm = new URL(values.realm);
  const hosts = own.map(url => new URL(url).hostname);
  if (!hosts.includes(realm.hostname)) return undefined;
  for (const name of ['service', 'scope'])
    if (values[name]) realm.searchParams.set(name, values[name]);
  return realm;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
