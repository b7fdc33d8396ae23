import type { PackageChange } from '@nante/model';
import type {
  Allowed,
  DeploymentCell,
  DeploymentEnvironment,
  DeploymentProject,
  StartDeploymentRequest,
} from '@nante/plugin-infrastructure-common';

/** What a person is about to do with a project; the dialog asks the rest. */
export interface Intent {
  kind: 'deploy' | 'promote' | 'redeploy' | 'rollback' | 'cancel' | 'release';
  connection: string;
  project: { id: string; name: string };
  /** Left out for a release. */
  environment?: { id: string; name: string; restricted: boolean };
  /** Version that it is about, where that is settled. */
  version?: string;
  /** Versions to choose from. */
  versions?: string[];
  /** Deployment that is cancelled, or whose earlier releases a rollback chooses from. */
  deploymentId?: string;
  /** Releases that a rollback chooses from; loaded from the deployment where they are left out. */
  releases?: { version: string; at: string; changes: PackageChange[] }[];
}

/** What the dialog has asked. */
export interface Answers {
  version: string;
  comment: string;
  confirm: string;
}

/** The request that an intent and its answers amount to. */
export function requestOf(
  intent: Intent,
  answers: Answers,
  requestId: string,
): StartDeploymentRequest {
  const { kind, connection, project, environment } = intent;
  const action = kind === 'promote' || kind === 'redeploy' ? 'deploy' : kind;
  return {
    requestId,
    action,
    connection,
    projectId: project.id,
    environmentId: environment?.id,
    version: answers.version || undefined,
    // The artifact is called by its own version, whatever the release is called.
    packageVersion: kind === 'release' ? intent.version : undefined,
    deploymentId: kind === 'cancel' ? intent.deploymentId : undefined,
    force: kind === 'redeploy' || undefined,
    comment: answers.comment.trim() || undefined,
    confirm:
      environment?.restricted && kind !== 'cancel'
        ? answers.confirm
        : undefined,
  };
}

/** An entry of a cell's menu. */
export interface MenuEntry {
  id: 'deploy' | 'promote' | 'redeploy' | 'rollback';
  /** Name of the environment that it leads to. */
  environment: string;
  version?: string;
  /** Why it can't be done now, empty where nobody says; absent where it can. */
  reason?: string;
  intent: Intent;
}

function whyNot(action: Allowed): string | undefined {
  return action.allowed ? undefined : (action.reason ?? '');
}

/**
 * What can be done from a cell, and why not.
 *
 * @param environments - of the same connection, to name where a promotion leads
 */
export function cellEntries(
  project: DeploymentProject,
  environment: DeploymentEnvironment,
  cell: DeploymentCell,
  environments: DeploymentEnvironment[],
): MenuEntry[] {
  const base = { connection: project.connection, project };
  const here = { ...base, environment };
  const entries: MenuEntry[] = [];
  if (cell.deploy) {
    entries.push({
      id: 'deploy',
      environment: environment.name,
      reason: whyNot(cell.deploy),
      intent: { ...here, kind: 'deploy', versions: cell.deploy.versions },
    });
  }
  if (cell.promote) {
    const { version, environmentId } = cell.promote;
    const next = environments.find(({ id }) => id === environmentId);
    entries.push({
      id: 'promote',
      environment: next?.name ?? '',
      version,
      reason: next ? whyNot(cell.promote) : (cell.promote.reason ?? ''),
      intent: { ...base, kind: 'promote', environment: next, version },
    });
  }
  if (cell.redeploy) {
    entries.push({
      id: 'redeploy',
      environment: environment.name,
      version: cell.version,
      reason: whyNot(cell.redeploy),
      intent: { ...here, kind: 'redeploy', version: cell.version },
    });
  }
  if (cell.rollback) {
    entries.push({
      id: 'rollback',
      environment: environment.name,
      reason: whyNot(cell.rollback),
      intent: { ...here, kind: 'rollback', deploymentId: cell.deploymentId },
    });
  }
  return entries;
}
