import type { CallOptions } from '@nante/clients';
import {
  connectionsOf,
  NanteError,
  type Diagnosis,
  type InfrastructureConfig,
} from '@nante/model';
import type { EngineContext } from '../context';
import { ask, unasked } from './report';
import { remedies } from './remedies';

/**
 * Nexus servers: whether they answer, take uploads, and show us the repositories that the configuration names. Nothing is
 * published.
 *
 * @param secrets - what was found of the secrets of all connections
 */
export async function examineNexus(
  context: Pick<EngineContext, 'nexus'>,
  config: InfrastructureConfig,
  secrets: readonly Diagnosis[],
  options: CallOptions,
): Promise<Diagnosis[]> {
  const found = await Promise.all(
    connectionsOf(config, 'nexus').map(async ([name, connection]) => {
      const where = {
        id: `nexus-${name}`,
        group: 'artifacts',
        title: connection.readOnly
          ? `Nexus (${name}) answers and takes our credentials`
          : `Nexus (${name}) answers, takes our credentials, and can be written to`,
      } as const;
      const isKnown = secrets.find(({ id }) => id === `secrets-${name}`);
      if (isKnown?.state !== 'ok')
        return [unasked(where, 'its secrets are not there.')];
      const first = await ask(where, async () => {
        const api = await context.nexus(name);
        const { version, isWritable } = await api.checkAccess(options);
        if (!isWritable && !connection.readOnly)
          throw new NanteError(
            'failed',
            'It takes no uploads now: it is read-only, or its disk is full.',
            { hint: remedies['nexus-writable']!.how },
          );
        return version ? `version ${version}` : undefined;
      });
      if (first.state !== 'ok') return [first];
      return [first, await repositories(context, name, connection, options)];
    }),
  );
  return found.flat();
}

function repositories(
  context: Pick<EngineContext, 'nexus'>,
  name: string,
  { repositories: wanted }: { repositories: readonly string[] },
  options: CallOptions,
): Promise<Diagnosis> {
  return ask(
    {
      id: `nexus-repositories-${name}`,
      group: 'artifacts',
      title: `Nexus (${name}) shows us its repositories`,
    },
    async () => {
      const api = await context.nexus(name);
      const there = (await api.repositories(options)).map(one => one.name);
      const missing = wanted.filter(one => !there.includes(one));
      if (missing.length > 0)
        throw new NanteError(
          'not-found',
          `It shows us no ${missing.join(', no ')}, which the configuration names.`,
          { hint: remedies['nexus-repositories']!.how },
        );
      if (there.length === 0)
        throw new NanteError('unauthorized', 'It shows us none.', {
          hint: remedies['nexus-repositories']!.how,
        });
      return there.sort().join(', ');
    },
    remedies['nexus-repositories'],
  );
}
