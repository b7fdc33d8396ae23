import type {
  PackageReference,
  ProcessAction,
  ProcessStep,
} from '../documents';
import { seededIds } from './ids';

/** A step of one action, which has its name. */
function step(
  Name: string,
  tag: string | undefined,
  action: Pick<ProcessAction, 'ActionType' | 'Properties'> &
    Partial<ProcessAction>,
): ProcessStep {
  const slug = Name.toLowerCase().replaceAll(' ', '-');
  return {
    Id: `step-${slug}`,
    Name,
    Slug: slug,
    Condition: 'Success',
    StartTrigger: 'StartAfterPrevious',
    PackageRequirement: 'LetOctopusDecide',
    Properties: tag ? { 'Octopus.Action.TargetRoles': tag } : {},
    Actions: [
      {
        Id: `action-${slug}`,
        Name,
        Slug: slug,
        IsDisabled: false,
        IsRequired: false,
        Environments: [],
        ExcludedEnvironments: [],
        Channels: [],
        Packages: [],
        Condition: 'Success',
        ...action,
      },
    ],
  };
}

function packageOf(
  slug: string,
  PackageId: string,
  FeedId: string,
  Name = '',
): PackageReference {
  return {
    Id: `package-${slug}`,
    Name,
    PackageId,
    FeedId,
    AcquisitionLocation: 'Server',
    Properties: { SelectionMode: 'immediate' },
  };
}

/** Unpacks a Maven package on the targets with a tag and runs its scripts. */
export function packageStep(
  name: string,
  { packageId, tag }: { packageId: string; tag: string },
): ProcessStep {
  const slug = name.toLowerCase().replaceAll(' ', '-');
  const FeedId = seededIds.mavenFeed;
  return step(name, tag, {
    ActionType: 'Octopus.TentaclePackage',
    Properties: {
      'Octopus.Action.Package.FeedId': FeedId,
      'Octopus.Action.Package.PackageId': packageId,
      'Octopus.Action.Package.DownloadOnTentacle': 'False',
    },
    Packages: [packageOf(slug, packageId, FeedId)],
  });
}

/** Runs a script on the targets with a tag. */
export function scriptStep(
  name: string,
  { tag, script }: { tag: string; script: string },
): ProcessStep {
  return step(name, tag, {
    ActionType: 'Octopus.Script',
    Properties: {
      'Octopus.Action.RunOnServer': 'false',
      'Octopus.Action.Script.ScriptSource': 'Inline',
      'Octopus.Action.Script.Syntax': 'Bash',
      'Octopus.Action.Script.ScriptBody': script,
    },
  });
}

/** Asks a person before it goes on, in Production alone. */
export function manualStep(name: string, instructions: string): ProcessStep {
  return step(name, undefined, {
    ActionType: 'Octopus.Manual',
    Environments: [seededIds.production],
    Properties: {
      'Octopus.Action.Manual.Instructions': instructions,
      'Octopus.Action.Manual.BlockConcurrentDeployments': 'False',
      'Octopus.Action.RunOnServer': 'true',
    },
  });
}

/** Upgrades the chart of the shop, which runs the shop's image. */
export function helmStep(name: string): ProcessStep {
  return step(name, 'k8s', {
    ActionType: 'Octopus.HelmChartUpgrade',
    Environments: [seededIds.staging],
    Properties: {
      'Octopus.Action.Helm.ReleaseName': 'shop',
      'Octopus.Action.Helm.Namespace': 'default',
      'Octopus.Action.Package.FeedId': seededIds.helmFeed,
      'Octopus.Action.Package.PackageId': 'shop',
    },
    Packages: [
      packageOf('chart', 'shop', seededIds.helmFeed),
      {
        ...packageOf(
          'image',
          'docker-hosted/shop/web',
          seededIds.dockerFeed,
          'web',
        ),
        AcquisitionLocation: 'NotAcquired',
      },
    ],
  });
}
