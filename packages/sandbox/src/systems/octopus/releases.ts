import type {
  BuildInformation,
  PackageReference,
  ProcessAction,
  Project,
  Release,
  SelectedPackage,
} from './documents';
import { invalid } from './errors';
import { findIn, inSpace, sameName } from './find';
import { packagesOf } from './processes';
import type { Call } from './router';
import type { Server } from './server';
import type { OctopusState } from './state';

/** Any letters, digits, dots, dashes, underscores, pluses and backslashes: a version need not be SemVer. */
const versionPattern = /^[A-Za-z0-9][A-Za-z0-9._+\-\\]*$/;

/** @throws OctopusError 400 for a version that Octopus cannot read, or that another release of the project has */
export function checkVersion(
  call: Call,
  projectId: string,
  version: string,
  except?: string,
): void {
  if (!versionPattern.test(version) || version.length > 349)
    throw invalid(
      `'${version}' is not a version: use letters, digits, dots, dashes, underscores and pluses.`,
    );
  const other = inSpace(call, 'releases').find(
    ({ Id, ProjectId, Version }) =>
      Id !== except && ProjectId === projectId && sameName(Version, version),
  );
  if (other)
    throw invalid(
      `Release ${version} already exists for this project. Use another version.`,
    );
}

/** A package of a process with the action that names it. */
interface PackageChoice {
  action: ProcessAction;
  reference: PackageReference;
}

/**
 * The versions that a release takes of its packages.
 *
 * @param given - the version that was asked for
 * @param options - `asksFeeds`: take the newest that the feed has where none was asked for
 * @throws OctopusError 400 that names the packages without a version
 */
export async function choosePackages(
  call: Call,
  project: Project,
  given: (choice: PackageChoice) => string | undefined,
  options: { asksFeeds: boolean },
): Promise<SelectedPackage[]> {
  const process = findIn(
    call,
    'deploymentprocesses',
    project.DeploymentProcessId,
  );
  const missing: string[] = [];
  const chosen: SelectedPackage[] = [];
  for (const { step, action, reference } of packagesOf(process)) {
    const Version =
      given({ action, reference }) ??
      (options.asksFeeds ? await newestOf(call, reference) : undefined);
    if (Version === undefined)
      missing.push(
        `Package version is missing for the step '${step.Name}', package ${reference.PackageId}.`,
      );
    else
      chosen.push({
        StepName: step.Name,
        ActionName: action.Name,
        PackageReferenceName: reference.Name,
        Version,
      });
  }
  if (missing.length > 0) throw invalid(...missing);
  return chosen;
}

async function newestOf(
  { server }: Call,
  { FeedId, PackageId }: PackageReference,
): Promise<string | undefined> {
  const feed = server.state.get('feeds', FeedId);
  if (!feed) return undefined;
  const [newest] = await server.feeds.versions(feed, PackageId);
  return newest?.version;
}

/** Makes a release with a snapshot of the process as it is now. */
export function addRelease(
  call: Call,
  asked: {
    project: Project;
    version: string;
    channelId?: string;
    notes?: string;
    ignoreChannelRules: boolean;
    packages: SelectedPackage[];
  },
): Release {
  const { server, space, by } = call;
  const { project, version } = asked;
  const { state } = server;
  const channels = inSpace(call, 'channels').filter(
    ({ ProjectId }) => ProjectId === project.Id,
  );
  const channel = asked.channelId
    ? channels.find(({ Id }) => Id === asked.channelId)
    : channels.find(({ IsDefault }) => IsDefault);
  if (!channel)
    throw invalid(
      `The project ${project.Name} has no channel ${asked.channelId ?? 'by default'}.`,
    );
  const release = state.insert('releases', 'Releases', {
    SpaceId: space.Id,
    Version: version,
    ProjectId: project.Id,
    ChannelId: channel.Id,
    Assembled: new Date().toISOString(),
    ReleaseNotes: asked.notes,
    IgnoreChannelRules: asked.ignoreChannelRules,
    SelectedPackages: asked.packages,
    ProjectDeploymentProcessSnapshotId: snapshotProcess(state, project),
  });
  server.events.add(
    'Created',
    `Release ${version} of ${project.Name} was created`,
    {
      spaceId: space.Id,
      documents: [release.Id, project.Id],
      by,
    },
  );
  return release;
}

/** Keeps the process of a project as it is now; the same version is kept once. */
export function snapshotProcess(state: OctopusState, project: Project): string {
  const process = state.get('deploymentprocesses', project.DeploymentProcessId);
  if (!process) throw new Error(`${project.DeploymentProcessId} is gone.`);
  const Id = `${process.Id}-s-${process.Version}`;
  if (!state.get('deploymentprocesses', Id))
    state.insert('deploymentprocesses', 'deploymentprocess', {
      ...process,
      Id,
    });
  return Id;
}

export function releaseAnswer(server: Server, release: Release) {
  const { SpaceId, Id } = release;
  const self = `/api/${SpaceId}/releases/${Id}`;
  return {
    ...release,
    ReleaseNotes: release.ReleaseNotes ?? null,
    ProjectVariableSetSnapshotId: `variableset-${release.ProjectId}-s-0`,
    LibraryVariableSetSnapshotIds: [],
    SelectedPackages: release.SelectedPackages.map(chosen => ({
      StepName: null,
      ...chosen,
    })),
    SelectedGitResources: [],
    BuildInformation: buildsOf(server.state, release).map(buildOfRelease),
    CustomFields: {},
    VersionControlReference: null,
    Links: {
      Self: self,
      Project: `/api/${SpaceId}/projects/${release.ProjectId}`,
      Progression: `${self}/progression`,
      Deployments: `${self}/deployments{?skip,take}`,
      DeploymentTemplate: `${self}/deployments/template`,
      Defects: `${self}/defects`,
      ReportDefect: `${self}/defects`,
      ResolveDefect: `${self}/defects/resolve`,
      Web: `/app#/${SpaceId}/releases/${Id}`,
    },
  };
}

/** What was said of the builds of a release's packages. */
function buildsOf(state: OctopusState, release: Release): BuildInformation[] {
  const process = state.get(
    'deploymentprocesses',
    release.ProjectDeploymentProcessSnapshotId,
  );
  if (!process) return [];
  const wanted = packagesOf(process).map(({ action, reference }) => {
    const chosen = release.SelectedPackages.find(
      ({ ActionName, PackageReferenceName }) =>
        ActionName === action.Name && PackageReferenceName === reference.Name,
    );
    return buildId(release.SpaceId, reference.PackageId, chosen?.Version ?? '');
  });
  return wanted.flatMap(id => state.get('buildinformation', id) ?? []);
}

/** Build information is found by what it is about. */
export function buildId(
  spaceId: string,
  packageId: string,
  version: string,
): string {
  const number = spaceId.slice(spaceId.indexOf('-') + 1);
  return `BuildInformation-${number}-${packageId}-${version}`.toLowerCase();
}

function buildOfRelease(build: BuildInformation) {
  const { Id: _id, SpaceId: _space, Created: _created, ...fields } = build;
  return { ...fields, WorkItems: [], IssueTrackerName: null };
}
