import type { ArtifactFormat } from '@nante/model';
import type { ArtifactUsageResponse } from '@nante/plugin-infrastructure-common';
import type {
  DeploymentRegistry,
  JoinedTarget,
  KnownRelease,
} from '@nante/plugin-infrastructure-node';
import type { ProjectLink } from '../deployments/ComponentLinks';
import { type BoardProject, SpaceReader } from '../deployments/SpaceReader';
import { ProjectPackages } from './ProjectPackages';

/** Most projects whose process is read for one answer: one request each, the first time. */
const PROJECTS = 40;
/** Most releases that an answer names. */
const RELEASES = 100;

/** An artifact that somebody asks about. */
export interface WantedArtifact {
  repository: string;
  format: ArtifactFormat | 'other';
  name: string;
  version: string;
}

type Link = (
  connection: string,
  project: BoardProject,
) => ProjectLink | undefined;

/**
 * From an artifact to what uses it. Releases name only steps and versions, so the projects with a release of that version are
 * asked for their process, and those only.
 */
export async function usageOf(deps: {
  registry: DeploymentRegistry;
  link: Link;
  readers: SpaceReader[];
  wanted: WantedArtifact;
}): Promise<ArtifactUsageResponse> {
  const { registry, link, readers, wanted } = deps;
  const joined = await registry.targets();
  const found = await Promise.all(
    readers.map(async reader => {
      const candidates = projectsWith(reader, wanted.version);
      const asked = candidates.slice(0, PROJECTS);
      const releases = await Promise.all(
        asked.map(async project => {
          const packages = await ProjectPackages.read(
            registry,
            reader,
            project,
          );
          return packages
            .releases([wanted])
            .map(release => usedBy({ reader, project, release, link, joined }));
        }),
      );
      return { releases: releases.flat(), ...{ candidates, asked, reader } };
    }),
  );
  const releases = found.flatMap(one => one.releases);
  const left = found.reduce(
    (sum, { candidates, asked }) => sum + candidates.length - asked.length,
    0,
  );
  return {
    releases: releases.slice(0, RELEASES),
    incomplete: incompleteness(
      found.map(one => one.reader),
      {
        left,
        more: releases.length - RELEASES,
        version: wanted.version,
      },
    ),
    sources: readers.map(({ space }) => space.age),
  };
}

/** Projects that have a release with some package of a version; those with the newest first. */
function projectsWith(reader: SpaceReader, version: string): BoardProject[] {
  const newest = new Map<string, string>();
  for (const release of reader.space.history.allReleases()) {
    if (!release.packages.some(one => one.version === version)) continue;
    const known = newest.get(release.projectId);
    if (!known || known < release.assembledAt) {
      newest.set(release.projectId, release.assembledAt);
    }
  }
  return [...newest]
    .sort(([, a], [, b]) => (a < b ? 1 : -1))
    .flatMap(([id]) => reader.project(id) ?? []);
}

function usedBy(input: {
  reader: SpaceReader;
  project: BoardProject;
  release: KnownRelease;
  link: Link;
  joined: JoinedTarget[];
}): ArtifactUsageResponse['releases'][number] {
  const { reader, project, release, joined } = input;
  const { space } = reader;
  const link = input.link(space.name, project);
  const machines = new Map(space.machines.map(one => [one.id, one]));
  const hosts = new Map(
    joined
      .filter(({ target }) => target.connection === space.name)
      .map(({ target, host }) => [target.machineId, host]),
  );
  return {
    connection: space.name,
    projectId: project.id,
    projectName: project.name,
    releaseVersion: release.version,
    componentRef: link?.componentRef,
    owner: link?.owner,
    deployments: space.history
      .deploymentsOf(project.id)
      .filter(({ releaseId }) => releaseId === release.id)
      .map(past => ({
        deploymentId: past.id,
        environment: reader.environmentName(past.environmentId),
        at: past.at,
        isCurrent:
          reader.good(project.id, past.environmentId)?.deploymentId === past.id,
        targets: past.machineIds.map(machineId => {
          const host = hosts.get(machineId);
          return {
            name: machines.get(machineId)?.name ?? machineId,
            machineId,
            hostRef: host?.entityRef,
            hostName: host?.name,
            owner: host?.owner,
          };
        }),
      })),
  };
}

function incompleteness(
  readers: SpaceReader[],
  { left, more, version }: { left: number; more: number; version: string },
): string | undefined {
  const reading = readers.find(({ space }) => !space.history.isComplete);
  if (reading) return reading.stillReading();
  if (left > 0) {
    return `${left} more projects have a release with a package ${version}; they were not looked into.`;
  }
  return more > 0 ? `${more} more releases contain it.` : undefined;
}
