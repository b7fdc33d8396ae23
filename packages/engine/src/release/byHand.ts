import type {
  CreateProjectRequest,
  DeployRequest,
  ReleaseRequest,
} from '@nante/model';
import { quoted } from '../configure/byHand';

/** Its address, its key and the name of its space stand in `OCTOPUS_URL`, `OCTOPUS_API_KEY` and `OCTOPUS_SPACE`. */
const option = (name: string, value: string | undefined) =>
  value === undefined ? [] : [`--${name}`, quoted(value)];

const octopus = (...words: string[]) =>
  ['octopus', ...words, '--no-prompt'].join(' ');

/** Commands of Octopus' own command line that make the project. */
export function projectByHand(
  { app, project = app, group, lifecycle, description }: CreateProjectRequest,
  /** Steps in Octopus' own form, once their ids are known. */
  steps?: readonly unknown[],
): string[] {
  const create = octopus(
    ...['project', 'create'],
    ...option('name', project),
    ...option('group', group),
    ...option('lifecycle', lifecycle),
    ...option('description', description),
  );
  if (!steps) return [create];
  const find = `curl --fail --silent --header "X-Octopus-ApiKey: $OCTOPUS_API_KEY"`;
  return [
    create,
    `echo ${quoted(JSON.stringify(steps))} > steps.json`,
    `process=$OCTOPUS_URL/api/$(${find} --get --data-urlencode "partialName=$OCTOPUS_SPACE" $OCTOPUS_URL/api/spaces | jq --raw-output '.Items[] | select(.Name == env.OCTOPUS_SPACE).Id')/projects/$(octopus project view ${quoted(project)} --output-format json | jq --raw-output .Id)/deploymentprocesses`,
    `${find} "$process" | jq --slurpfile steps steps.json '.Steps = $steps[0]' | ${find} --request PUT --json @- "$process"`,
  ];
}

/** Commands of Octopus' own command line that make the release. */
export function releaseByHand(request: ReleaseRequest): string[] {
  const { app, project = app, version, channel, packageVersion } = request;
  return [
    octopus(
      ...['release', 'create'],
      ...option('project', project),
      ...option('version', version),
      ...option('channel', channel),
      ...option('package-version', packageVersion),
      ...Object.entries(request.packages).flatMap(([name, wanted]) =>
        option('package', `${name}:${wanted}`),
      ),
      ...option('release-notes', request.notes),
    ),
  ];
}

/** Commands of Octopus' own command line that deploy a release and wait for the end. */
export function deployByHand(
  {
    app,
    project = app,
    targets = [],
    timeoutMinutes,
  }: Pick<DeployRequest, 'app' | 'project' | 'targets' | 'timeoutMinutes'>,
  deployment: { version: string; environment: string; force: boolean },
): string[] {
  const deploy = octopus(
    ...['release', 'deploy'],
    ...option('project', project),
    ...option('version', deployment.version),
    ...option('environment', deployment.environment),
    ...targets.flatMap(name => option('deployment-target', name)),
    ...(deployment.force ? ['--force-package-download'] : []),
    ...['--output-format', 'json'],
  );
  return [
    `${deploy} | tee deployment.json`,
    `octopus task wait "$(jq --raw-output '.[0].ServerTaskId' deployment.json)" --progress --timeout ${timeoutMinutes * 60}`,
  ];
}
