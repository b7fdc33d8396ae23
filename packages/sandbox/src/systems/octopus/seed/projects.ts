import { seededReleases } from '../../../seed/releases';
import type { ProcessStep, Project, SelectedPackage } from '../documents';
import { snapshotProcess } from '../releases';
import type { OctopusState } from '../state';
import { seededIds } from './ids';
import { helmStep, manualStep, packageStep, scriptStep } from './steps';

const SpaceId = seededIds.space;

/** A seeded project with its releases, oldest first. */
export interface SeededProject {
  project: Project;
  channelId: string;
  releases: {
    version: string;
    processId: string;
    packages: SelectedPackage[];
  }[];
}

/** From this release on the shop has a chart and an image. */
const shopOnCluster = '1.8.0';

/** Fails unless the page on port 8080 answers within 20 seconds. */
const healthScript = `set -u
url=http://localhost:8080/
ask() {
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --max-time 5 --output /dev/null "$url"
  else
    python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "$url"
  fi
}
for attempt in $(seq 1 20); do
  if answer=$(ask 2>&1); then
    echo "$url answers"
    exit 0
  fi
  sleep 1
done
echo "$url does not answer: $(tail -n 1 <<<"$answer")" >&2
exit 1
`;

/** Projects with processes and channels; what is released of them stands in `releases`. */
export function seedProjects(state: OctopusState): SeededProject[] {
  const deployShop = packageStep('Deploy shop', {
    packageId: 'com.example:shop',
    tag: 'web',
  });
  const approve = manualStep(
    'Approve production',
    'Look at the staging shop, then let the release go on.',
  );
  const shop = addProject(state, 'Shop', 'ProjectGroups-2', [
    approve,
    deployShop,
  ]);
  state.insert('channels', 'Channels', {
    SpaceId,
    ProjectId: shop.project.Id,
    Name: 'Hotfix',
    Slug: 'hotfix',
    Description: 'Past Development, straight to Staging',
    LifecycleId: seededIds.hotfix,
    IsDefault: false,
    Rules: [],
  });
  const billing = addProject(state, 'Billing', 'ProjectGroups-2', [
    packageStep('Deploy billing', {
      packageId: 'com.example:billing',
      tag: 'api',
    }),
  ]);
  addProject(state, 'Hello', 'ProjectGroups-3', [
    packageStep('Deploy hello', {
      packageId: 'com.example:hello',
      tag: 'hello',
    }),
    scriptStep('Health check', { tag: 'hello', script: healthScript }),
  ]);
  const legacy = addProject(state, 'Legacy', 'ProjectGroups-3', [
    packageStep('Deploy legacy', {
      packageId: 'com.example:legacy',
      tag: 'legacy',
    }),
  ]);
  return [
    { ...shop, releases: shopReleases(state, shop.project) },
    {
      ...billing,
      releases: simpleReleases(state, billing.project, seededReleases.billing),
    },
    {
      ...legacy,
      // Made by hand in other days: neither is SemVer.
      releases: simpleReleases(state, legacy.project, [
        '2024.11-r2',
        'final_build.7',
      ]),
    },
  ];
}

function addProject(
  state: OctopusState,
  Name: string,
  ProjectGroupId: string,
  steps: ProcessStep[],
) {
  const Id = state.nextId('Projects');
  const project = state.insert('projects', 'Projects', {
    Id,
    SpaceId,
    Name,
    Slug: Name.toLowerCase(),
    Description: '',
    ProjectGroupId,
    LifecycleId: seededIds.lifecycle,
    DeploymentProcessId: `deploymentprocess-${Id}`,
    VariableSetId: `variableset-${Id}`,
    IsDisabled: false,
    DefaultGuidedFailureMode: 'EnvironmentDefault',
  });
  state.insert('deploymentprocesses', 'deploymentprocess', {
    Id: project.DeploymentProcessId,
    SpaceId,
    ProjectId: Id,
    Version: 1,
    Steps: steps,
  });
  const channel = state.insert('channels', 'Channels', {
    SpaceId,
    ProjectId: Id,
    Name: 'Default',
    Slug: 'default',
    Description: '',
    IsDefault: true,
    Rules: [],
  });
  return { project, channelId: channel.Id };
}

/** The process grew on the way: older releases keep the one that they were made with. */
function shopReleases(state: OctopusState, project: Project) {
  const before = snapshotProcess(state, project);
  const process = state.get('deploymentprocesses', project.DeploymentProcessId);
  const steps = [...(process?.Steps ?? []), helmStep('Roll out storefront')];
  state.update('deploymentprocesses', project.DeploymentProcessId, {
    Version: 2,
    Steps: steps,
  });
  const after = snapshotProcess(state, project);
  const first = seededReleases.shop.indexOf(shopOnCluster);
  return seededReleases.shop.map((version, index) => {
    const processId = index < first ? before : after;
    return {
      version,
      processId,
      packages: packagesAt(state, processId, version),
    };
  });
}

function simpleReleases(
  state: OctopusState,
  project: Project,
  versions: readonly string[],
) {
  const processId = snapshotProcess(state, project);
  return versions.map(version => ({
    version,
    processId,
    packages: packagesAt(state, processId, version),
  }));
}

/** All packages of a release have its version. */
function packagesAt(
  state: OctopusState,
  processId: string,
  Version: string,
): SelectedPackage[] {
  const steps = state.get('deploymentprocesses', processId)?.Steps ?? [];
  return steps.flatMap(step =>
    step.Actions.flatMap(action =>
      action.Packages.map(({ Name }) => ({
        StepName: step.Name,
        ActionName: action.Name,
        PackageReferenceName: Name,
        Version,
      })),
    ),
  );
}
