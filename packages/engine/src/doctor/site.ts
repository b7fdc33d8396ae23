import type { CallOptions } from '@nante/clients';
import {
  connectionsOf,
  type Diagnosis,
  type InfrastructureConfig,
} from '@nante/model';
import { checkRoleDefaults } from '../ansible';
import { defaultsOf } from '../configure/checkSite';
import type { EngineContext } from '../context';
import { ask, unasked } from './report';
import { remedies } from './remedies';

/**
 * Tailnets, OpenObserves and the defaults of roles. Nothing is made: who owns which tag of a tailnet shows only with the first
 * key.
 *
 * @param secrets - what was found of the secrets of all connections
 */
export async function examineSite(
  context: EngineContext,
  config: InfrastructureConfig,
  secrets: readonly Diagnosis[],
  options: CallOptions,
): Promise<Diagnosis[]> {
  const hasSecrets = (name: string) =>
    secrets.find(({ id }) => id === `secrets-${name}`)?.state === 'ok';
  const mesh = connectionsOf(config, 'tailscale').map(([name, { tags }]) => {
    const where = {
      id: `mesh-${name}`,
      group: 'mesh',
      title: `The tailnet (${name}) answers and lets us manage keys and devices`,
    } as const;
    if (!hasSecrets(name))
      return unasked(where, 'there is no OAuth client for it.');
    return ask(where, async () => {
      await (await context.tailscale(name)).checkAccess(options);
      return `its OAuth client has to own ${tags.join(', ')}, which shows with the first key`;
    });
  });
  const telemetry = connectionsOf(config, 'openobserve').map(
    ([name, { organization }]) => {
      const where = {
        id: `telemetry-${name}`,
        group: 'telemetry',
        title: `OpenObserve (${name}) answers and takes our credentials`,
      } as const;
      if (!hasSecrets(name))
        return unasked(where, 'its secrets are not there.');
      return ask(where, async () => {
        await (await context.openobserve(name)).checkAccess(options);
        return `organization ${organization}`;
      });
    },
  );
  return Promise.all([...mesh, ...telemetry, ...defaults(context, config)]);
}

function defaults(
  { options: { ansible } }: EngineContext,
  config: InfrastructureConfig,
): Promise<Diagnosis>[] {
  const all = defaultsOf(config);
  const names = [...new Set(all.flatMap(Object.keys))].sort();
  if (!ansible || names.length === 0) return [];
  return [
    ask(
      {
        id: 'role-defaults',
        group: 'environments',
        title: 'The defaults of roles are variables of roles',
      },
      async () => {
        await checkRoleDefaults(ansible.project, all);
        return names.join(', ');
      },
      remedies['role-defaults'],
    ),
  ];
}
