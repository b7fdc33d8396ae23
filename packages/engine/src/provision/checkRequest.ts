import type {
  CallOptions,
  ObjectStore,
  ProxmoxResources,
} from '@nante/clients';
import {
  proxmoxOf,
  NanteError,
  provisionRequestSchema,
  workspaceName,
  type DesiredHost,
  type InfrastructureConfig,
  type LedgerEntry,
  type NanteErrorCode,
  type ProvisionRequest,
} from '@nante/model';
import type { EngineContext } from '../context';
import { siteProblems } from '../configure/checkSite';
import { newHostNeeds } from '../configure/siteVariables';
import { softwareProblem } from '../configure/software';
import { openEntryOf, readLedger } from '../ledger/ledger';
import { listImages } from '../placement/images';
import { choosePlacement, type Placement } from '../placement/placement';
import {
  check,
  checkPolicy,
  resolveSize,
  type ResolvedSize,
} from '../policy/policy';
import { missingRights, neededRights } from '../policy/rights';
import {
  hasFreeAddress,
  isInSubnet,
  poolEmptyMessage,
} from '../reservations/addresses';
import { publicKey } from '../ready/guestFacts';
import { readAllHosts } from '../store/hosts';
import { readAllServers } from '../store/servers';
import type { CheckResult } from '../types';
import type { CompletedRequest } from './completeRequest';
import { desiredHost } from './desired';
import {
  askedSize,
  differenceProblem,
  differences,
  keepsSize,
} from './difference';
import { environmentFor } from './network';
import { targetChecks } from './targetChecks';

/** All checks of a request, and what they found out. */
export interface CheckedRequest {
  checks: CheckResult[];
  size?: ResolvedSize;
  /** For a host that is not there yet. */
  placement?: Placement;
  resources?: ProxmoxResources;
}

/** Codes of failed checks; all others are the caller's input. */
const codes: Record<string, NanteErrorCode> = {
  'environment-access': 'refused',
  'read-only': 'refused',
  quota: 'refused',
  'name-taken': 'conflict',
  workspace: 'conflict',
  address: 'conflict',
  rights: 'unauthorized',
  proxmox: 'unreachable',
  state: 'unreachable',
};

/** Checks everything that can be known beforehand and changes nothing. */
export async function checkRequest(
  context: EngineContext,
  { input, request }: CompletedRequest,
  options?: CallOptions,
): Promise<CheckedRequest> {
  const config = await context.config();
  const bucket = await askBucket(context, request, options);
  const checks = [
    ...checkPolicy(config, request, bucket.hostsOfOwner, keepsSize(input)),
    bucket.check,
  ];
  checks.push(...(await softwareChecks(context, request, options)));
  const size = resolveSize(config, request);
  if (!config.environments[request.environment] || !size)
    return { checks, size };
  const environment = environmentFor(config, request);
  checks.push(networkCheck(config, request));
  if (bucket.isOnboarded)
    checks.push(
      check(
        'name-taken',
        'The name is free in the workspace',
        'name',
        `${request.name} is the name of a server that was onboarded for ${request.app} in ${request.environment}; choose another name.`,
      ),
    );
  if (bucket.existing) {
    const problem =
      bucket.existing.request_id === request.requestId
        ? undefined
        : differenceProblem(
            request.name,
            differences(bucket.existing, input, askedSize(config, input)),
            request.allowChange,
          );
    checks.push(
      check(
        'workspace',
        'The name is free in the workspace',
        'name',
        problem && `${problem.message} ${problem.hint}`,
      ),
    );
  } else if (bucket.store) {
    const free = await hasFreeAddress(
      bucket.store,
      request.environment,
      environment,
      options,
    );
    checks.push(
      check(
        'address',
        'The environment has a free address',
        'environment',
        free ? undefined : poolEmptyMessage(request.environment, environment),
      ),
    );
  }
  checks.push(...(await targetChecks(context, config, request, options)));
  const args = [context, config, request, size, bucket, options] as const;
  const seen = await askProxmox(...args);
  return { ...seen, size, checks: [...checks, ...seen.checks] };
}

async function softwareChecks(
  context: EngineContext,
  request: ProvisionRequest,
  options?: CallOptions,
): Promise<CheckResult[]> {
  const { kind, roles = [], initScript } = request;
  return [
    check(
      'software',
      'The roles and their arguments are right',
      'roles',
      await softwareProblem(context, roles, Boolean(initScript)),
    ),
    ...(await siteChecks(context, request, options)),
    check(
      'first-boot',
      'A first-boot script can be run',
      'initScript',
      initScript && kind !== 'lxc'
        ? 'A first-boot script is for containers; a virtual machine has cloud-init, and roles.'
        : undefined,
    ),
  ];
}

/** What the roles need of the site: asked only where there are roles. */
async function siteChecks(
  context: EngineContext,
  request: ProvisionRequest,
  options?: CallOptions,
): Promise<CheckResult[]> {
  if (!request.roles?.length) return [];
  const needs = newHostNeeds(await context.config(), request);
  const problems = await siteProblems(context, needs, options);
  const titles = [
    ['role-defaults', 'The defaults of the roles are right'],
    ...(needs.mesh.hosts.length > 0
      ? [['mesh', 'The mesh has a key for the host'] as const]
      : []),
    ...(needs.telemetry.hosts.length > 0
      ? [
          [
            'telemetry',
            'OpenObserve answers and takes our credentials',
          ] as const,
        ]
      : []),
  ] as const;
  return titles.map(([id, title]) => {
    const own = problems.filter(problem => problem.id === id);
    const message = own.map(problem => problem.message).join(' ');
    return {
      ...check(id, title, 'roles', message || undefined),
      code: own[0]?.code,
    };
  });
}

/** One error for all failed checks; undefined when all of them hold. */
export function checksError(checks: readonly CheckResult[]): NanteError {
  const failed = checks.filter(({ ok }) => !ok);
  return new NanteError(
    failed[0]?.code ?? codes[failed[0]?.id] ?? 'invalid-input',
    failed.map(({ message }) => message).join(' '),
    {
      hint: 'Nothing was changed. Correct the request and send it again.',
      details: { problems: failed },
    },
  );
}

interface BucketAnswer {
  check: CheckResult;
  store?: ObjectStore;
  hostsOfOwner: number;
  /** The name is that of a server of the same app and environment. */
  isOnboarded?: boolean;
  existing?: DesiredHost;
  entry?: LedgerEntry;
}

async function askBucket(
  context: EngineContext,
  request: ProvisionRequest,
  options?: CallOptions,
): Promise<BucketAnswer> {
  const title = 'The bucket with our records answers';
  const workspace = workspaceName(request.app, request.environment);
  try {
    const store = await context.provenStore();
    const [all, onboarded] = await Promise.all([
      readAllHosts(store, options),
      readAllServers(store, options),
    ]);
    const servers = onboarded.flatMap(({ workspace: of, document }) =>
      Object.entries(document.servers).map(([name, { owner }]) => ({
        of,
        name,
        owner,
      })),
    );
    const entries = await readLedger(store, workspace, options);
    const hosts = all.flatMap(({ workspace: of, document }) =>
      Object.entries(document.hosts).map(([name, host]) => ({
        of,
        name,
        host,
      })),
    );
    const isThis = ({ of, name }: { of: string; name: string }) =>
      of === workspace && name === request.name;
    return {
      check: check('state', title, undefined, undefined),
      store,
      hostsOfOwner:
        hosts.filter(item => item.host.owner === request.owner && !isThis(item))
          .length +
        servers.filter(({ owner }) => owner === request.owner).length,
      isOnboarded: servers.some(isThis),
      existing: hosts.find(isThis)?.host,
      entry: openEntryOf(entries, request.name),
    };
  } catch (error) {
    return {
      check: check('state', title, undefined, messageOf(error)),
      hostsOfOwner: 0,
    };
  }
}

async function askProxmox(
  context: EngineContext,
  config: InfrastructureConfig,
  request: ProvisionRequest,
  size: ResolvedSize,
  { existing, entry }: BucketAnswer,
  options?: CallOptions,
): Promise<CheckedRequest> {
  const environment = config.environments[request.environment];
  const title = `Proxmox (${environment.connection}) answers`;
  try {
    const proxmox = await context.proxmox(environment.connection);
    const [resources, permissions] = await Promise.all([
      proxmox.resources(options),
      proxmox.permissions(options),
    ]);
    const checks = [check('proxmox', title, undefined, undefined)];
    const ownId = existing?.vm_id ?? Number(entry?.outsideId);
    const namesake = resources.guests.find(
      guest => guest.name === request.name && guest.vmId !== ownId,
    );
    checks.push(
      check(
        'name-taken',
        'The name is free in Proxmox',
        'name',
        namesake &&
          `${request.name} is the name of ${namesake.kind} ${namesake.vmId} on ${namesake.node}, which is not this host; choose another name.`,
      ),
    );
    if (existing) return { checks, resources };
    const images = await listImages(proxmox, resources, request.kind, options);
    const chosen = choosePlacement(
      request,
      size,
      config.policy,
      resources,
      images,
    );
    checks.push(...chosen.checks);
    if (chosen.placement) {
      const { image } = chosen.placement;
      if (request.kind === 'lxc' && image.templateVmId !== null)
        checks.push(await clonedKeysCheck(context, request, options));
      const first = proxmoxOf(config, request.environment).vmIds.from;
      const draft = desiredHost(
        config,
        request,
        size,
        chosen.placement,
        first,
        null,
        [],
      );
      const missing = missingRights(permissions, neededRights(draft));
      checks.push(
        check(
          'rights',
          'Our token has the rights it needs',
          undefined,
          missing.length > 0
            ? `The Proxmox token lacks ${missing.join(', ')}; give it the role from the documentation.`
            : undefined,
        ),
      );
    }
    return { checks, resources, placement: chosen.placement };
  } catch (error) {
    return { checks: [check('proxmox', title, undefined, messageOf(error))] };
  }
}

/** Proxmox puts no keys into the clone of a container: it lets in whom its template does. */
async function clonedKeysCheck(
  context: EngineContext,
  { image, sshKeys }: ProvisionRequest,
  options?: CallOptions,
): Promise<CheckResult> {
  const { ANS_SSH_PUBLIC_KEY: key } =
    await context.options.secrets.readOptional(['ANS_SSH_PUBLIC_KEY'], options);
  const others = sshKeys.filter(
    one => !key || publicKey(one) !== publicKey(key),
  );
  return check(
    'cloned-keys',
    'The keys can be put in',
    'sshKeys',
    others.length > 0
      ? `A clone of the container template ${image} has only the key that is in it, that of ANS_SSH_PUBLIC_KEY: leave keys out, and let a role add people.`
      : undefined,
  );
}

function networkCheck(
  config: InfrastructureConfig,
  request: ProvisionRequest,
): CheckResult {
  const { subnet, gateway, addressing } =
    config.environments[request.environment];
  const outside = [
    gateway,
    ...(addressing.type === 'pool' ? [addressing.from, addressing.to] : []),
  ].find(address => !isInSubnet(subnet, address));
  return check(
    'network',
    'The network of the environment is whole',
    'environment',
    outside &&
      `The address ${outside} of ${request.environment} lies outside its subnet ${subnet}; an operator has to correct the configuration.`,
  );
}

/** One failed check for each wrong field of an input. */
export function shapeChecks(
  issues: readonly { path: PropertyKey[]; message: string }[],
): CheckResult[] {
  return issues.map(({ path, message }) => {
    const field = provisionRequestSchema.keyof().safeParse(path[0]);
    return check(
      field.success ? field.data : 'request',
      'The input has the right form',
      field.success ? field.data : undefined,
      `${path.join('.')}: ${message}.`,
    );
  });
}

function messageOf(error: unknown): string {
  if (!NanteError.is(error)) return String(error);
  return [error.message, error.hint].filter(Boolean).join(' ');
}
