import type { CallOptions } from '@nante/clients';
import {
  connectionsOf,
  secretDefinitions,
  secretNames,
  type Diagnosis,
  type InfrastructureConfig,
  type SecretName,
  type TailscaleConnection,
} from '@nante/model';
import type { EngineContext } from '../context';
import { ask, fine, wrong } from './report';
import { remedies } from './remedies';

const bucketSecrets: readonly SecretName[] = [
  'STATE_S3_ENDPOINT',
  'STATE_BUCKET',
  'MINIO_ROOT_USER',
  'MINIO_ROOT_PASSWORD',
];
const loginSecrets: readonly SecretName[] = [
  'ANS_SSH_PUBLIC_KEY',
  'SSH_PRIVATE_KEY',
];

const bucketCheck = {
  id: 'secrets-bucket',
  group: 'secrets',
  title: 'The secrets of the bucket are there',
} as const;

const secretsOf = (name: string) =>
  ({
    id: `secrets-${name}`,
    group: 'secrets',
    title: `The secrets of the connection ${name} are there`,
  }) as const;

/** Names that are there and names that are missing; values are looked at for nothing but that. */
export async function examineBucketSecrets(
  context: EngineContext,
  options?: CallOptions,
): Promise<Diagnosis[]> {
  const { secrets } = context.options;
  const source = await ask(
    {
      id: 'secrets-source',
      group: 'secrets',
      title: 'The source of the secrets answers',
    },
    async () => {
      const known = await secrets.readOptional(secretNames, options);
      const names = Object.keys(known).sort();
      return `${secrets.title} has ${names.length} names that we know: ${names.join(', ') || 'none'}`;
    },
  );
  if (source.state !== 'ok') return [source];
  return [source, await demanded(context, bucketCheck, bucketSecrets, options)];
}

/** The same for what the connections name, and for logging in. */
export async function examineOtherSecrets(
  context: EngineContext,
  config: InfrastructureConfig,
  options?: CallOptions,
): Promise<Diagnosis[]> {
  const connections = connectionsOf(config, 'proxmox').map(
    ([name, { url, tokenId, tokenSecret }]) =>
      demanded(
        context,
        secretsOf(name),
        [tokenId, tokenSecret, ...(url ? [] : (['PROXMOX_API_URL'] as const))],
        options,
      ),
  );
  const login = demanded(
    context,
    {
      id: 'secrets-login',
      group: 'secrets',
      title: 'The keys that log in to hosts are there',
    },
    loginSecrets,
    options,
    'warning',
  );
  const telemetry = connectionsOf(config, 'openobserve').map(
    ([name, { url, user, password }]) =>
      demanded(
        context,
        secretsOf(name),
        [user, password, ...(url ? [] : (['OO_HOST'] as const))],
        options,
      ),
  );
  const mesh = connectionsOf(config, 'tailscale').map(([name, connection]) =>
    meshSecrets(context, name, connection, options),
  );
  const octopus = connectionsOf(config, 'octopus').map(
    ([name, { url, space, apiKey }]) =>
      demanded(
        context,
        secretsOf(name),
        [
          apiKey,
          ...(url ? [] : (['OCTOPUS_SERVER_URL'] as const)),
          ...(space ? [] : (['OCTOPUS_SPACE_ID'] as const)),
        ],
        options,
      ),
  );
  const nexus = connectionsOf(config, 'nexus').map(
    ([name, { url, username, password }]) =>
      demanded(
        context,
        secretsOf(name),
        [username, password, ...(url ? [] : (['NEXUS_URL'] as const))],
        options,
      ),
  );
  const github = connectionsOf(config, 'github').map(
    ([name, { token, dopplerToken, webhookUrl, webhookSecret, readOnly }]) =>
      demanded(
        context,
        secretsOf(name),
        [
          token,
          ...(readOnly ? [] : [dopplerToken]),
          ...(webhookUrl ? [webhookSecret] : []),
        ],
        options,
      ),
  );
  return Promise.all([
    ...[...connections, ...mesh, ...telemetry],
    ...[...octopus, ...nexus, ...github, login],
  ]);
}

/** One key for all hosts is enough to join, and leaves their devices behind. */
async function meshSecrets(
  context: EngineContext,
  name: string,
  { clientId, clientSecret, authKey }: TailscaleConnection,
  options?: CallOptions,
): Promise<Diagnosis> {
  const { secrets } = context.options;
  const client = [clientId, clientSecret];
  const found = await secrets.readOptional([...client, authKey], options);
  const hasClient = client.every(one => found[one] !== undefined);
  if (hasClient || found[authKey] === undefined)
    return demanded(context, secretsOf(name), client, options);
  return wrong(
    secretsOf(name),
    `There is ${authKey} and no OAuth client: hosts join, and their devices stay in the tailnet when they go.`,
    remedies['mesh-client']!,
    'warning',
  );
}

async function demanded(
  context: EngineContext,
  where: Pick<Diagnosis, 'id' | 'group' | 'title'>,
  names: readonly SecretName[],
  options?: CallOptions,
  state?: 'warning',
): Promise<Diagnosis> {
  const { secrets } = context.options;
  const found = await secrets.readOptional(names, options);
  const missing = names.filter(name => found[name] === undefined);
  if (missing.length === 0) return fine(where, names.join(', '));
  return wrong(
    where,
    `${secrets.title} lacks ${missing.map(name => `${name} (${secretDefinitions[name].description})`).join(' ')}`,
    remedies.secrets!,
    state,
  );
}
