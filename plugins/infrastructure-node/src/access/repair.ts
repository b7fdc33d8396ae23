import type {
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  isResourcePermission,
  type Permission,
} from '@backstage/plugin-permission-common';
import type { Remedy, RunDocument, RunKind } from '@nante/model';
import {
  artifactCreatePermission,
  deploymentCreatePermission,
  hostCreatePermission,
  hostDeletePermission,
  hostUpdatePermission,
  operatePermission,
  releaseCreatePermission,
  repositoryCreatePermission,
} from '@nante/plugin-infrastructure-common';
import type { HostRecord } from '../records/records';

/** Who asks, as far as it matters for a run. */
export interface RunPerson {
  /** Entity ref of the person. */
  ref: string;
  /** The person and the groups that the person belongs to. */
  claims: string[];
  operator: boolean;
}

/** Whether a run is somebody's to end and to repair: who started it, the owner of its host, an operator. */
export function isRunOf(
  person: RunPerson,
  run: Pick<RunDocument, 'requestedBy' | 'owner'>,
): boolean {
  return (
    person.operator ||
    run.requestedBy === person.ref ||
    (run.owner !== undefined && person.claims.includes(run.owner))
  );
}

const ofHosts = {
  change: hostUpdatePermission,
  destroy: hostDeletePermission,
};

/** What runs need that are about an app and no host; making repositories is for operators anyway. */
const appPermissions: Partial<Record<RunKind, Permission>> = {
  'create-project': releaseCreatePermission,
  release: releaseCreatePermission,
  deploy: deploymentCreatePermission,
  rollback: deploymentCreatePermission,
  publish: artifactCreatePermission,
  'create-repository': operatePermission,
  'set-up-repository': repositoryCreatePermission,
  'propose-change': repositoryCreatePermission,
  'deploy-docker': deploymentCreatePermission,
  'deploy-k8s': deploymentCreatePermission,
};

/** What a remedy does to hosts, and so which permission it needs. */
function verbOf(kind: RunKind, remedy: Remedy): 'make' | keyof typeof ofHosts {
  if (remedy === 'undo' || remedy === 'forget') return 'destroy';
  if (remedy === 'adopt') return 'make';
  if (kind === 'destroy' || kind === 'forget') return 'destroy';
  return ['provision', 'onboard', 'adopt'].includes(kind) ? 'make' : 'change';
}

/**
 * Why somebody may not repair a run in this way.
 *
 * @param records - of the run's hosts, as far as there are any
 * @returns one sentence, or undefined for somebody who may
 */
export async function whyNotRepair(input: {
  permissions: PermissionsService;
  credentials: BackstageCredentials;
  person: RunPerson;
  run: Pick<RunDocument, 'requestedBy' | 'owner' | 'kind'>;
  remedy: Remedy;
  records: HostRecord[];
}): Promise<string | undefined> {
  const { permissions, credentials, person, run, remedy, records } = input;
  if (!isRunOf(person, run)) {
    return `Only ${run.requestedBy}, the owner and operators may repair this run.`;
  }
  if (person.operator) return undefined;

  const ofAnApp = appPermissions[run.kind];
  if (ofAnApp) {
    // It was allowed when it was started; that nobody has taken the right away since is what is left to ask.
    const [{ result }] = isResourcePermission(ofAnApp)
      ? await permissions.authorizeConditional([{ permission: ofAnApp }], {
          credentials,
        })
      : await permissions.authorize([{ permission: ofAnApp } as never], {
          credentials,
        });
    return result === AuthorizeResult.DENY
      ? `You lack the permission ${ofAnApp.name}; the portal's operators grant it.`
      : undefined;
  }

  const verb = verbOf(run.kind, remedy);
  if (verb !== 'make' && records.length) {
    const decisions = await permissions.authorize(
      records.map(record => ({
        permission: ofHosts[verb],
        resourceRef: record.entityRef,
      })),
      { credentials },
    );
    return (
      records
        .filter((_, index) => decisions[index].result !== AuthorizeResult.ALLOW)
        .map(
          record =>
            `Only ${record.owner} and operators may ${verb} ${record.name}.`,
        )
        .join(' ') || undefined
    );
  }

  // Nobody can be asked about a host that has no record: the owner that the run names counts.
  const [decision] =
    verb === 'make'
      ? await permissions.authorize([{ permission: hostCreatePermission }], {
          credentials,
        })
      : await permissions.authorizeConditional(
          [{ permission: ofHosts[verb] }],
          { credentials },
        );
  if (decision.result === AuthorizeResult.DENY) {
    const { name } = verb === 'make' ? hostCreatePermission : ofHosts[verb];
    return `You lack the permission ${name}; the portal's operators grant it.`;
  }
  return run.owner !== undefined && person.claims.includes(run.owner)
    ? undefined
    : `You may ${verb} hosts of your own groups, and ${run.owner ?? 'the owner of this one'} is none of them.`;
}
