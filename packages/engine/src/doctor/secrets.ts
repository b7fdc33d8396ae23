import type { CallOptions } from '@nante/clients';
import {
  connectionsOf,
  secretDefinitions,
  secretNames,
  type Diagnosis,
  type InfrastructureConfig,
  type SecretName,
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
        {
          id: `secrets-${name}`,
          group: 'secrets',
          title: `The secrets of the connection ${name} are there`,
        },
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
  return Promise.all([...connections, login]);
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
