import { randomUUID } from 'node:crypto';
import type { CallOptions } from '@nante/clients';
import {
  connectionsOf,
  NanteError,
  type Diagnosis,
  type HostKind,
  type InfrastructureConfig,
  type ProvisionInput,
} from '@nante/model';
import type { EngineContext } from '../context';
import { checkInput } from '../provision/completeRequest';
import type { CheckResult } from '../types';
import { examineMachine } from './machine';
import { ask, fine, unasked, wrong } from './report';
import { imageRemedy, remedies, type Remedy } from './remedies';
import { examineGithub } from './github';
import { examineNexus } from './nexus';
import { examineOctopus } from './octopus';
import { examineSite } from './site';
import { examineBucketSecrets, examineOtherSecrets } from './secrets';

/** What to look at beside what every request needs. */
export interface DoctorOptions extends CallOptions {
  /** A request to check as it stands. */
  request?: ProvisionInput;
  /** Only this environment; all of them unless given. */
  environment?: string;
}

/** Checks of a made-up request that say something about the place and nothing about the request. */
const placeChecks = [
  'read-only',
  'network',
  'address',
  'proxmox',
  'image',
  'node',
  'storage',
  'rights',
];

/** A key that opens nothing: the made-up request needs one, and is never carried out. */
const noKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/**
 * Looks at everything that has to be right before a host can be made. Nothing is changed but a probe object in the
 * bucket, which is taken away again.
 *
 * @returns every check with its outcome; what goes wrong is an answer, and no error
 * @throws NanteError `cancelled`; `invalid-input` for an environment that there is not
 */
export async function doctor(
  context: EngineContext,
  options: DoctorOptions = {},
): Promise<Diagnosis[]> {
  const [machine, secrets] = await Promise.all([
    examineMachine(context),
    examineBucketSecrets(context, options),
  ]);
  const found = [...machine, ...secrets];
  const bucketCheck = {
    id: 'bucket-conditions',
    group: 'bucket',
    title: 'The bucket answers and honours conditional writes',
  } as const;
  if (secrets.some(({ state }) => state !== 'ok'))
    return [...found, unasked(bucketCheck, 'its secrets are not there.')];
  const bucket = await ask(bucketCheck, async () => {
    const store = await context.provenStore();
    return `${store.bucket} at ${new URL(store.endpoint).origin}`;
  });
  let config: InfrastructureConfig | undefined;
  const configuration = await ask(
    {
      id: 'configuration',
      group: 'bucket',
      title: 'The configuration that all doors share is there',
    },
    async () => {
      config = await context.config();
      return `environments ${Object.keys(config.environments).sort().join(', ')}`;
    },
    remedies.configuration,
  );
  found.push(bucket, configuration);
  if (!config) return found;
  const environments = environmentsOf(config, options);
  const named = await examineOtherSecrets(context, config, options);
  found.push(...named);
  found.push(...(await examineConnections(context, config, options)));
  found.push(...(await examineSite(context, config, named, options)));
  found.push(...(await examineOctopus(context, config, named, options)));
  found.push(...(await examineNexus(context, config, named, options)));
  found.push(...(await examineGithub(context, config, named, options)));
  for (const environment of environments)
    for (const kind of config.policy.kinds)
      found.push(
        ...(await examinePlace(context, config, environment, kind, options)),
      );
  if (options.request)
    found.push(...(await examineRequest(context, options.request, options)));
  return found;
}

function environmentsOf(
  { environments }: InfrastructureConfig,
  { environment, request }: DoctorOptions,
): string[] {
  const known = Object.keys(environments).sort();
  const asked = environment ?? request?.environment;
  if (asked === undefined) return known;
  if (known.includes(asked)) return [asked];
  throw new NanteError(
    'invalid-input',
    `There is no environment "${asked}"; choose one of ${known.join(', ')}.`,
  );
}

function examineConnections(
  context: EngineContext,
  config: InfrastructureConfig,
  options: CallOptions,
): Promise<Diagnosis[]> {
  return Promise.all(
    connectionsOf(config, 'proxmox').map(async ([name]) => {
      const where = {
        id: `proxmox-${name}`,
        group: 'proxmox',
        title: `Proxmox (${name}) answers and takes our token`,
      } as const;
      const found = await ask(where, async () => {
        const proxmox = await context.proxmox(name);
        const [{ version }, { nodes }, status] = await Promise.all([
          proxmox.version(options),
          proxmox.resources(options),
          // Needs a right on the whole cluster that no run needs.
          proxmox.clusterStatus(options).catch(() => undefined),
          proxmox.permissions(options),
        ]);
        const online = nodes.filter(node => node.status === 'online').length;
        const text = `version ${version}, ${online} of ${nodes.length} nodes online`;
        return status?.quorate === false ? `${text}, no quorum` : text;
      });
      return found.message?.endsWith('no quorum')
        ? wrong(where, `${found.message}.`, remedies.quorum!)
        : found;
    }),
  );
}

/** Rights, templates, room and addresses of an environment, by a request that is made up and only checked. */
async function examinePlace(
  context: EngineContext,
  config: InfrastructureConfig,
  environment: string,
  kind: HostKind,
  options: CallOptions,
): Promise<Diagnosis[]> {
  const checks = await checkInput(
    context,
    {
      requestId: randomUUID(),
      requestedBy: 'doctor',
      operator: true,
      kind,
      name: 'nante-doctor',
      app: 'nante-doctor',
      environment,
      owner: 'group:default/nante-doctor',
      size: smallest(config, environment),
      sshKeys: [noKey],
      allowChange: false,
    },
    options,
  );
  return checks
    .filter(({ id }) => placeChecks.includes(id))
    .map(check =>
      diagnosis(
        check,
        {
          id: `${check.id}-${environment}-${kind}`,
          group: 'environments',
          title: `${environment}, ${kind === 'vm' ? 'virtual machines' : 'containers'}: ${check.title}`,
        },
        check.id === 'image' ? imageRemedy(environment, kind) : undefined,
      ),
    );
}

function smallest(config: InfrastructureConfig, environment: string): string {
  const [first] = config.environments[environment].sizes.toSorted(
    (a, b) => config.sizes[a].diskGb - config.sizes[b].diskGb,
  );
  return first;
}

async function examineRequest(
  context: EngineContext,
  request: ProvisionInput,
  options: CallOptions,
): Promise<Diagnosis[]> {
  const checks = await checkInput(context, request, options);
  return checks.map(check =>
    diagnosis(check, {
      id: `request-${check.id}`,
      group: 'request',
      title: check.title,
    }),
  );
}

function diagnosis(
  { id, ok, message }: CheckResult,
  where: Pick<Diagnosis, 'id' | 'group' | 'title'>,
  remedy?: Remedy,
): Diagnosis {
  if (ok) return fine(where);
  const key = id === 'node' ? 'node-place' : id;
  return wrong(
    where,
    message ?? 'It is not right.',
    remedy ??
      remedies[key] ??
      (id === 'proxmox' ? remedies.unreachable : undefined) ??
      remedies.request!,
  );
}
