import type { CallOptions, TailscaleApi } from '@nante/clients';
import { NanteError } from '@nante/model';
import { sharedKeyName } from '../configure/siteSecrets';
import type { SiteNeeds } from '../configure/siteVariables';
import type { EngineContext } from '../context';

/** How the hosts of a play get into their mesh. */
export type MeshAccess =
  /** No host of the play joins one. */
  | { kind: 'none' }
  /** A key for one use is minted for each. */
  | { kind: 'client'; api: TailscaleApi; connection: string }
  /** All join with the one key of a secret; nobody can ask the tailnet. */
  | { kind: 'key'; key: string; connection?: string };

/**
 * Finds out which it is, from the secrets that are there.
 *
 * @throws NanteError `invalid-input` that names the secrets of which one or the other is missing
 */
export async function meshAccess(
  context: Pick<EngineContext, 'options' | 'tailscale'>,
  needs: Pick<SiteNeeds, 'mesh' | 'place'>,
  options?: CallOptions,
): Promise<MeshAccess> {
  const { hosts, connection, name } = needs.mesh;
  if (hosts.length === 0) return { kind: 'none' };
  const { secrets } = context.options;
  const shared = sharedKeyName(needs);
  const { clientId, clientSecret } = connection ?? {};
  const own = connection ? [connection.clientId, connection.clientSecret] : [];
  const known = await secrets.readOptional([...own, shared], options);
  const hasClient =
    clientId && clientSecret && known[clientId] && known[clientSecret];
  if (hasClient && name)
    return {
      kind: 'client',
      api: await context.tailscale(name),
      connection: name,
    };
  const key = known[shared];
  if (key) return { kind: 'key', key, connection: name };
  const client = own.length > 0 ? `${own.join(' and ')}, or ` : '';
  throw new NanteError(
    'invalid-input',
    `Hosts of ${needs.place.environment} join ${name ? `the tailnet ${name}` : 'a tailnet'}, and ${secrets.title} has no key for it: it lacks ${client}${shared}.`,
    { hint: 'docs/secrets.md says what each is.' },
  );
}

/** Variable in the environment of a play from which the role takes the key of one host. */
export function keyVariable(host: string): string {
  return `TS_AUTHKEY_${host.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}
