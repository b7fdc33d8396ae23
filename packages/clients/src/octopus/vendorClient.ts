import type { Client } from '@octopusdeploy/api-client';
import type { CallOptions } from '../proxmox/types';
import type { OctopusConnection } from './connection';

type Vendor = typeof import('@octopusdeploy/api-client');
type Args = Record<string, unknown>;

/**
 * Calls by the vendor's library, sent by us.
 *
 * Its repositories know the paths, the parameters of their lists and the shapes of what they send, and reach the server by
 * their `Client` alone. That one has no deadline, no abort, no bucket and no repetition, follows the environment's
 * proxy settings past our CA, asks `GET /api` of its own, and keeps the ids of spaces in a global that knows them by name
 * alone, of whatever server. So each call gets a client of ours in its place: the same methods, over our connection. What the
 * library lacks, or says less exactly than we need, we send ourselves: see docs/adr/0008-octopus-client.md.
 *
 * @param what - as in "cannot …", for the message of a refusal
 * @param isRepeatable - the call may happen twice although it is a POST
 */
export async function byVendor<T>(
  connection: OctopusConnection,
  spaceId: string,
  call: {
    what: string;
    isRepeatable?: boolean;
    options?: CallOptions;
    ask(vendor: Vendor, client: Client, space: string): Promise<T>;
  },
): Promise<T> {
  const vendor = loadVendor();
  const resolver = new vendor.Resolver(connection.url);
  let failure: unknown;

  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    template: string,
    args?: Args,
    body?: Args,
  ): Promise<never> => {
    const { spaceName: _query, ...query } = args ?? {};
    const { spaceName: _body, ...json } = body ?? {};
    const target = resolver.resolve(template, { ...query, spaceId });
    try {
      const answer = await connection.send(
        {
          method,
          path: target.slice(connection.url.length),
          ...(body && { json: { SpaceId: spaceId, ...json } }),
          what: call.what,
          isRepeatable: call.isRepeatable,
        },
        call.options,
      );
      return answer as never;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const client: Pick<
    Client,
    'request' | 'get' | 'doCreate' | 'doUpdate' | 'post' | 'del' | 'debug'
  > = {
    request: (path, args?: Args) => send('GET', path, args),
    get: (path, args?: Args) => send('GET', path ?? '', args),
    doCreate: (path, body?: Args, args?: Args) =>
      send('POST', path, args, body ?? {}),
    doUpdate: (path, body?: Args, args?: Args) =>
      send('PUT', path, args, body ?? {}),
    post: (path, body?: Args, args?: Args) =>
      send('POST', path, args, body ?? {}),
    del: (path, args?: Args) => send('DELETE', path, args),
    debug: () => {},
  };
  try {
    // The space's name is only looked at by the client that ours replaces.
    return await call.ask(vendor, client as Client, spaceId);
  } catch (error) {
    // The library joins several errors to one of text alone.
    throw failure ?? error;
  }
}

/** Only when it is needed: it takes a quarter of a second to load, and most commands never speak to Octopus. */
function loadVendor(): Vendor {
  return require('@octopusdeploy/api-client');
}
