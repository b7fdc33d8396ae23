import type { CreateProjectRequest } from '@nante/model';

type ProcessRequest = NonNullable<CreateProjectRequest['process']>;
type Step = Record<string, unknown>;

/** What the names of a request turned out to be in Octopus. */
export interface ProcessIds {
  feedId: string;
  /** Environments in which a person has to agree. */
  approvalIds: string[];
}

/**
 * Steps of a process in Octopus' own form: approvals, the package, and whether it answers.
 *
 * @param app - name of what is deployed; target tag where the request names none
 */
export function processSteps(
  app: string,
  request: ProcessRequest,
  { feedId, approvalIds }: ProcessIds,
): Step[] {
  const roles = request.roles ?? [app];
  return [
    ...(approvalIds.length > 0 ? [approvalStep(app, approvalIds)] : []),
    request.kind === 'helm'
      ? chartStep(app, request, roles, feedId)
      : packageStep(app, request, roles, feedId),
    ...(request.healthCheck ? [healthStep(request.healthCheck, roles)] : []),
  ];
}

function step(
  name: string,
  action: { type: string; properties: Record<string, string> } & Partial<{
    roles: string[];
    packages: Step[];
    environmentIds: string[];
  }>,
): Step {
  return {
    Name: name,
    Condition: 'Success',
    StartTrigger: 'StartAfterPrevious',
    PackageRequirement: 'LetOctopusDecide',
    Properties: action.roles
      ? { 'Octopus.Action.TargetRoles': action.roles.join(',') }
      : {},
    Actions: [
      {
        Name: name,
        ActionType: action.type,
        IsDisabled: false,
        IsRequired: false,
        Condition: 'Success',
        Environments: action.environmentIds ?? [],
        ExcludedEnvironments: [],
        Channels: [],
        TenantTags: [],
        Packages: action.packages ?? [],
        Properties: action.properties,
      },
    ],
  };
}

function approvalStep(app: string, environmentIds: string[]): Step {
  return step('Approve', {
    type: 'Octopus.Manual',
    environmentIds,
    properties: {
      'Octopus.Action.RunOnServer': 'true',
      'Octopus.Action.Manual.Instructions': `Should ${app} #{Octopus.Release.Number} go to #{Octopus.Environment.Name}? It was asked for by #{Octopus.Deployment.CreatedBy.Username}.`,
      'Octopus.Action.Manual.BlockConcurrentDeployments': 'False',
    },
  });
}

/** The package of a step, both where Octopus reads it today and where older servers do. */
function packageOf(packageId: string, feedId: string) {
  return {
    packages: [
      {
        Name: '',
        PackageId: packageId,
        FeedId: feedId,
        AcquisitionLocation: 'Server',
        Properties: { SelectionMode: 'immediate' },
      },
    ],
    properties: {
      'Octopus.Action.Package.PackageId': packageId,
      'Octopus.Action.Package.FeedId': feedId,
      'Octopus.Action.Package.DownloadOnTentacle': 'False',
    },
  };
}

function packageStep(
  app: string,
  { packageId }: ProcessRequest,
  roles: string[],
  feedId: string,
): Step {
  return step(`Deploy ${app}`, {
    type: 'Octopus.TentaclePackage',
    roles,
    ...packageOf(packageId, feedId),
  });
}

function chartStep(
  app: string,
  { packageId }: ProcessRequest,
  roles: string[],
  feedId: string,
): Step {
  const { packages, properties } = packageOf(packageId, feedId);
  return step(`Deploy ${app}`, {
    type: 'Octopus.HelmChartUpgrade',
    roles,
    packages,
    properties: {
      ...properties,
      'Octopus.Action.Helm.ClientVersion': 'V3',
      'Octopus.Action.Helm.ReleaseName': app,
      'Octopus.Action.Helm.ResetValues': 'True',
      // Ready pods, not only accepted manifests.
      'Octopus.Action.Helm.AdditionalArgs': '--wait --timeout 5m',
    },
  });
}

function healthStep(
  { port, path, timeoutSeconds }: NonNullable<ProcessRequest['healthCheck']>,
  roles: string[],
): Step {
  return step('Health check', {
    type: 'Octopus.Script',
    roles,
    properties: {
      'Octopus.Action.RunOnServer': 'false',
      'Octopus.Action.Script.ScriptSource': 'Inline',
      'Octopus.Action.Script.Syntax': 'Bash',
      'Octopus.Action.Script.ScriptBody': healthScript(
        `http://localhost:${port}${path}`,
        timeoutSeconds,
      ),
    },
  });
}

/**
 * Asks until there is an answer of 2xx, with whatever the target has. The address is made of a number and of a path whose
 * characters mean nothing to a shell or to Octopus.
 */
function healthScript(url: string, timeoutSeconds: number): string {
  return `url='${url}'
status() {
  if command -v curl >/dev/null 2>&1; then
    curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$url"
  else
    python3 - "$url" <<'PYTHON'
import sys, urllib.error, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=5).status)
except urllib.error.HTTPError as error:
    print(error.code)
except OSError:
    print("000")
PYTHON
  fi
}
end=$(( $(date +%s) + ${timeoutSeconds} ))
while :; do
  code=$(status || true)
  case "$code" in
    2??) echo "$url answers $code"; exit 0 ;;
  esac
  [ "$(date +%s)" -lt "$end" ] || break
  sleep 1
done
echo "$url does not answer 2xx within ${timeoutSeconds} s: the last answer was \${code:-none}" >&2
exit 1
`;
}
