import type { RunDocument } from '@nante/model';

type Facts = [string, string | undefined | null | false][];

/** What there is to know of targets, releases, deployments and artifacts after a run, name and value. */
export function deploymentFacts(run: RunDocument): Facts {
  const { registration, project, release, repository } = run;
  return [
    ['Target', registration && registration.machineName],
    ['Registered in', registration?.environments.join(', ')],
    ['Target tags', registration?.roles.join(', ')],
    [
      'Health',
      registration &&
        [registration.health, registration.healthDetail]
          .filter(Boolean)
          .join(': '),
    ],
    ['Project', project && withPresence(project.name, project.alreadyThere)],
    [
      'Release',
      release &&
        withPresence(
          `${release.project} ${release.version}`,
          release.alreadyThere,
        ),
    ],
    [
      'Packages',
      release?.packages
        .map(({ packageId, version }) => `${packageId} ${version}`)
        .join(', '),
    ],
    ...factsOfDeployment(run),
    ...factsOfAppDeployment(run),
    ...factsOfArtifact(run),
    [
      'Repository',
      repository &&
        withPresence(
          `${repository.name} (${repository.format})`,
          repository.alreadyThere,
        ),
    ],
    ['Look at', pageOf(run)],
  ];
}

function factsOfDeployment({ deployment }: RunDocument): Facts {
  if (!deployment) return [];
  const { project, version, environment, previousVersion, changes } =
    deployment;
  return [
    [
      'Deployment',
      withPresence(
        `${project} ${version} to ${environment}`,
        deployment.alreadyThere,
      ),
    ],
    ['Task', deployment.taskId && `${deployment.taskId} ${deployment.state}`],
    ['Before', previousVersion],
    ['Returned to', deployment.returnedTo],
    [
      'Changes',
      changes
        .map(
          ({ packageId, from, to }) =>
            `${packageId} ${from ?? '(none)'} -> ${to ?? '(none)'}`,
        )
        .join(', '),
    ],
    ['Targets', deployment.targets.join(', ')],
  ];
}

function factsOfAppDeployment({ app, appDeployment }: RunDocument): Facts {
  if (!appDeployment) return [];
  const { kind, what, version, places, alreadyThere } = appDeployment;
  return [
    [
      'Deployment',
      withPresence(`${app} ${version} on ${places.join(', ')}`, alreadyThere),
    ],
    [kind === 'docker' ? 'Image' : 'Chart', what],
    ['Revision', appDeployment.revision?.toString()],
    ['Before', appDeployment.previousVersion],
    ['Returned to', appDeployment.returnedTo],
    [
      'Health',
      appDeployment.health
        .map(({ url, answer }) => `${url}: ${answer}`)
        .join('; '),
    ],
  ];
}

function factsOfArtifact({ artifact }: RunDocument): Facts {
  if (!artifact) return [];
  const { name, version, repository, assets, digest, pull } = artifact;
  const named = [name, version].filter(Boolean).join(' ');
  return [
    [
      'Artifact',
      withPresence(`${named} in ${repository}`, artifact.alreadyThere),
    ],
    ['Digest', digest ?? (assets[0]?.sha256 && `sha256:${assets[0].sha256}`)],
    ['Get it', pull],
  ];
}

function withPresence(text: string, alreadyThere: boolean): string {
  return alreadyThere ? `${text}, which was there already` : text;
}

/** Page that shows what a run made, or the address of what it deployed. */
export function pageOf(run: RunDocument): string | undefined {
  const { deployment, release, project, registration, repository } = run;
  const { appDeployment } = run;
  return [
    ...[deployment, release, project, registration, repository],
    appDeployment,
  ].find(Boolean)?.url;
}
