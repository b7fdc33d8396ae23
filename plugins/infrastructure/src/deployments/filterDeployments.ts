import type {
  DeploymentCell,
  DeploymentEnvironment,
  DeploymentProject,
} from '@nante/plugin-infrastructure-common';
import { refName } from '../components/format';

/** What the matrix is narrowed to; all of it at once. */
export interface MatrixQuery {
  mine: boolean;
  /** Entity ref; empty: anybody's. */
  owner: string;
  /** Name of an environment of Octopus; empty: all. */
  environment: string;
  failing: boolean;
  search: string;
}

/** Whether the newest attempt of a cell did not come to a good end, or waits for a person. */
export function isFailing(cell: DeploymentCell): boolean {
  return (
    cell.state === 'Failed' ||
    cell.state === 'TimedOut' ||
    cell.hasPendingInterruption === true
  );
}

function matches(project: DeploymentProject, words: string[]): boolean {
  if (words.length === 0) return true;
  const text = [
    project.name,
    project.slug,
    project.group,
    project.owner ? refName(project.owner) : '',
    project.componentRef ? refName(project.componentRef) : '',
    ...project.cells.map(cell => cell.version ?? ''),
  ]
    .join(' ')
    .toLowerCase();
  return words.every(word => text.includes(word));
}

/** Environments that fit the query, in their order. */
export function shownEnvironments(
  environments: DeploymentEnvironment[],
  query: Pick<MatrixQuery, 'environment'>,
): DeploymentEnvironment[] {
  const { environment } = query;
  return environment
    ? environments.filter(({ name }) => name === environment)
    : environments;
}

/** Projects that fit the query; every word of the search has to appear somewhere. */
export function filterProjects(
  projects: DeploymentProject[],
  environments: DeploymentEnvironment[],
  query: MatrixQuery,
): DeploymentProject[] {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = new Set(
    environments.map(({ connection, id }) => `${connection}/${id}`),
  );
  return projects.filter(
    project =>
      (!query.mine || project.isMine) &&
      (!query.owner || project.owner === query.owner) &&
      (!query.failing ||
        project.cells.some(
          cell =>
            shown.has(`${project.connection}/${cell.environmentId}`) &&
            isFailing(cell),
        )) &&
      matches(project, words),
  );
}

/** Projects below the heading that they have in common. */
export interface ProjectGroup {
  name: string;
  projects: DeploymentProject[];
}

/**
 * Projects by project group or by owner, both in the order of their names; what has no owner comes last.
 *
 * @param none - heading of what has no owner
 */
export function groupProjects(
  projects: DeploymentProject[],
  by: 'group' | 'owner',
  none: string,
): ProjectGroup[] {
  const groups = new Map<string, DeploymentProject[]>();
  for (const project of projects) {
    const owner = project.owner ? refName(project.owner) : none;
    const name = by === 'owner' ? owner : project.group;
    groups.set(name, [...(groups.get(name) ?? []), project]);
  }
  const last = (name: string) => (by === 'owner' && name === none ? 1 : 0);
  return [...groups]
    .map(([name, members]) => ({
      name,
      projects: members.sort((a, b) => a.name.localeCompare(b.name)),
    }))
    .sort(
      (a, b) => last(a.name) - last(b.name) || a.name.localeCompare(b.name),
    );
}

/** What a cell shows: the newest attempt, or the newest success. */
export interface ShownCell {
  version?: string;
  deploymentId?: string;
  at?: string;
  /** The newest attempt is what is shown. */
  isNewest: boolean;
}

/** The deployment that a cell is about; nothing where there is none of that sort. */
export function shownCell(
  cell: DeploymentCell,
  successful: boolean,
): ShownCell | undefined {
  if (cell.kind !== 'deployed') return undefined;
  if (!successful || cell.state === 'Success') {
    const { version, deploymentId, at } = cell;
    return { version, deploymentId, at, isNewest: true };
  }
  return cell.lastGood && { ...cell.lastGood, isNewest: false };
}
