import type {
  BackstageCredentials,
  BackstageUserInfo,
} from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { Remedy } from '@nante/model';
import {
  hostCreatePermission,
  hostDeletePermission,
  hostUpdatePermission,
  operatePermission,
} from '@nante/plugin-infrastructure-common';
import {
  type HostName,
  type HostRecord,
  findRecords,
  pickRecords,
  readRecords,
  recordsOfRun,
  toBackstageError,
  whyNotRepair,
} from '@nante/plugin-infrastructure-node';
import type { ActionDeps } from './deps';

/** What an action needs to know of whoever started the task. Plain JSON: it is kept in a checkpoint. */
export type Requester = {
  /** Entity ref of the person. */
  ref: string;
  operator: boolean;
};

type Deps = Pick<ActionDeps, 'engine' | 'permissions' | 'userInfo'>;

async function person(
  deps: Deps,
  credentials: BackstageCredentials,
): Promise<Requester & { info: BackstageUserInfo }> {
  const [[decision], info] = await Promise.all([
    deps.permissions.authorize([{ permission: operatePermission }], {
      credentials,
    }),
    deps.userInfo.getUserInfo(credentials),
  ]);
  return {
    ref: info.userEntityRef,
    operator: decision.result === AuthorizeResult.ALLOW,
    info,
  };
}

/**
 * Whether somebody may request or onboard a host for an owner: for a group of their own, or as an operator.
 *
 * @throws NotAllowedError that says what is missing
 */
export async function authorizeForOwner(
  deps: Deps,
  credentials: BackstageCredentials,
  owner: string,
): Promise<Requester> {
  const [[decision], { ref, operator, info }] = await Promise.all([
    deps.permissions.authorize([{ permission: hostCreatePermission }], {
      credentials,
    }),
    person(deps, credentials),
  ]);
  if (decision.result !== AuthorizeResult.ALLOW) {
    throw new NotAllowedError(
      `You may look at hosts and not request them. The portal's operators grant ${hostCreatePermission.name}.`,
    );
  }
  if (!operator && !info.ownershipEntityRefs.includes(owner)) {
    throw new NotAllowedError(
      `You may request hosts for your own groups, and ${owner} is none of them. Choose one of ${
        info.ownershipEntityRefs
          .filter(claim => claim.startsWith('group:'))
          .join(', ') || 'yours'
      }, or ask an operator.`,
    );
  }
  return { ref, operator };
}

/**
 * Owner of a host in our records, for a request that leaves it out.
 *
 * @param lacks - what else a new host would need and the request does not say
 * @throws InputError where there is no such host
 */
export async function ownerOfHost(
  { engine }: Pick<ActionDeps, 'engine'>,
  host: HostName,
  lacks: string[],
  options: { signal?: AbortSignal } = {},
): Promise<string> {
  const records = await readRecords(engine, options).catch(error => {
    throw toBackstageError(error);
  });
  const [record] = pickRecords(records, [host]);
  if (record) return record.owner;
  const { name, app, environment } = host;
  throw new InputError(
    `There is no host ${name} of ${app} in ${environment}, and a new one needs ${['an owner', ...lacks].join(', ')}. Say what is missing; or, where a host was meant that exists, look at its name, app and environment. Nothing was changed.`,
  );
}

/**
 * Whether somebody may change or destroy hosts: their owner, or an operator. What counts is the record of the host: the
 * person may own the entity that a form names, and not the host.
 *
 * @throws NotFoundError for what is no host of ours, NotAllowedError that names whose they are
 */
export async function authorizeHosts(
  deps: Deps,
  credentials: BackstageCredentials,
  hosts: HostName[],
  verb: 'change' | 'destroy',
  options: { signal?: AbortSignal } = {},
): Promise<Requester> {
  const records = await findRecords(deps.engine, hosts, options).catch(
    error => {
      throw toBackstageError(error);
    },
  );
  const onboarded = records.find(record => record.onboarded);
  if (verb === 'destroy' && onboarded) {
    throw new NotAllowedError(
      `${onboarded.name} was onboarded, not made here: whoever made it removes it.`,
    );
  }
  return authorizeRecords(deps, credentials, records, verb);
}

async function authorizeRecords(
  deps: Deps,
  credentials: BackstageCredentials,
  records: HostRecord[],
  verb: 'change' | 'destroy',
): Promise<Requester> {
  const permission =
    verb === 'destroy' ? hostDeletePermission : hostUpdatePermission;
  const [decisions, { ref, operator }] = await Promise.all([
    deps.permissions.authorize(
      records.map(({ entityRef }) => ({ permission, resourceRef: entityRef })),
      { credentials },
    ),
    person(deps, credentials),
  ]);
  const refused = records.filter(
    (_, index) => decisions[index].result !== AuthorizeResult.ALLOW,
  );
  if (refused.length && !operator) {
    throw new NotAllowedError(
      refused
        .map(
          ({ owner, name }) =>
            `Only ${owner} and operators may ${verb} ${records.length === 1 ? 'this host' : name}.`,
        )
        .join(' '),
    );
  }
  return { ref, operator };
}

/**
 * Whether somebody may onboard a server: as for a new host, and where it was onboarded before, for its owner alone.
 *
 * @throws NotAllowedError that says what is missing
 */
export async function authorizeOnboard(
  deps: Deps,
  credentials: BackstageCredentials,
  host: HostName & { owner: string },
  options: { signal?: AbortSignal } = {},
): Promise<Requester> {
  const requester = await authorizeForOwner(deps, credentials, host.owner);
  const known = pickRecords(await readRecords(deps.engine, options), [host]);
  if (known.length) await authorizeRecords(deps, credentials, known, 'change');
  return requester;
}

/**
 * Whether somebody may repair a run in this way.
 *
 * @throws NotFoundError without the run, NotAllowedError that says what is missing
 */
export async function authorizeRepair(
  deps: Deps,
  credentials: BackstageCredentials,
  repair: { runId: string; remedy: Remedy },
  options: { signal?: AbortSignal } = {},
): Promise<Requester> {
  const run = await deps.engine.getRun(repair.runId, options);
  if (!run) throw new NotFoundError(`There is no run ${repair.runId}`);
  const [records, { ref, operator, info }] = await Promise.all([
    readRecords(deps.engine, options),
    person(deps, credentials),
  ]);
  const reason = await whyNotRepair({
    permissions: deps.permissions,
    credentials,
    person: { ref, operator, claims: info.ownershipEntityRefs },
    run,
    remedy: repair.remedy,
    records: recordsOfRun(records, run),
  });
  if (reason) throw new NotAllowedError(reason);
  return { ref, operator };
}
