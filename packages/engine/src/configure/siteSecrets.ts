import type { SecretName } from '@nante/model';
import type { EngineContext } from '../context';
import type { SiteNeeds } from './siteVariables';

/** Name of a variable in the environment of ansible-playbook, as roles read it, and the secret that it comes from. */
type HandedOver = readonly [variable: string, secret: SecretName];

const registry: readonly HandedOver[] = [
  ['NEXUS_DOCKER_REGISTRY', 'NEXUS_DOCKER_REGISTRY'],
  ['NEXUS_USERNAME', 'NEXUS_USERNAME'],
  ['NEXUS_PASSWORD', 'NEXUS_PASSWORD'],
];

const kubeconfig: readonly HandedOver[] = [
  ['DOPPLER_TOKEN', 'K3S_DOPPLER_TOKEN'],
  ['DOPPLER_API_HOST', 'DOPPLER_API_HOST'],
  ['DOPPLER_TARGET_PROJECT', 'DOPPLER_TARGET_PROJECT'],
  ['DOPPLER_TARGET_CONFIG', 'DOPPLER_TARGET_CONFIG'],
];

/** Which secrets a play needs in its environment, beside the key of the mesh. */
function handedOver({ telemetry, hasDocker, k3s }: SiteNeeds): HandedOver[] {
  const { connection: openobserve } = telemetry;
  return [
    ...(telemetry.hosts.length > 0
      ? [
          // What has an address in the configuration is told by a variable.
          ...(openobserve?.url ? [] : [['OO_HOST', 'OO_HOST'] as const]),
          ['OO_USER', openobserve?.user ?? 'OO_USER'] as const,
          ['OO_PASS', openobserve?.password ?? 'OO_PASS'] as const,
        ]
      : []),
    ...(hasDocker ? registry : []),
    ...(k3s ? [['K3S_TOKEN', 'K3S_TOKEN'] as const] : []),
    ...(k3s?.keepsKubeconfig ? kubeconfig : []),
  ];
}

/** The secret with a key of the mesh for all hosts. */
export function sharedKeyName({ mesh }: Pick<SiteNeeds, 'mesh'>): SecretName {
  return mesh.connection?.authKey ?? 'TS_AUTHKEY';
}

/** Values of the secrets that a play needs beside the key of the mesh, for the environment of ansible-playbook alone; what is not set is left out. */
export async function siteSecrets(
  { options }: Pick<EngineContext, 'options'>,
  needs: SiteNeeds,
): Promise<Record<string, string>> {
  const wanted = handedOver(needs);
  if (wanted.length === 0) return {};
  const values = await options.secrets.readOptional(
    wanted.map(([, secret]) => secret),
  );
  return Object.fromEntries(
    wanted.flatMap(([variable, secret]) => {
      const value = values[secret];
      return value === undefined ? [] : [[variable, value] as const];
    }),
  );
}

/** A line for a POSIX shell that sets what a play needs; it names secrets and never their values. */
export function secretsByHand(needs: SiteNeeds): string[] {
  const key = ['TS_AUTHKEY', sharedKeyName(needs)] as const;
  const exports = [
    ...(needs.mesh.hosts.length > 0 ? [key] : []),
    ...handedOver(needs),
  ].map(([variable, secret]) => `${variable}="$${secret}"`);
  return exports.length > 0 ? [`export ${exports.join(' ')}`] : [];
}
