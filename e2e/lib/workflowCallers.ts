import { project, ref, repository } from './workflowRepositories';

/** Inputs of the caller that builds whatever it is told to. */
const buildInputs = [
  ...['app_name', 'kind', 'working_directory', 'version', 'go_package'],
  ...['dockerfile', 'image_name', 'chart_folder', 'source_folder'],
  ...['test_command', 'scan_threshold', 'maven_group', 'octopus_project'],
  ...['release_notes', 'docker_repository', 'maven_repository'],
];
/** What each has that was not typed. */
const defaults: Record<string, string> = {
  ...{ app_name: 'shop', working_directory: '.', dockerfile: 'Dockerfile' },
  ...{ chart_folder: 'chart', source_folder: 'public' },
  ...{ scan_threshold: 'high', maven_group: 'com.example' },
  ...{ docker_repository: 'docker-hosted', maven_repository: 'maven-releases' },
};
const dockerInputs = [
  ...['app_name', 'hosts', 'version', 'image', 'compose_file'],
  ...['health_path', 'variables', 'confirm', 'environment'],
];
const k8sInputs = [
  ...['app_name', 'environment', 'version', 'namespace', 'release'],
  ...['chart_folder', 'chart_repository', 'chart_name', 'manifests'],
  ...['values_files', 'values', 'health_url', 'confirm', 'cluster'],
];

const typed = (names: readonly string[], more: Record<string, string> = {}) =>
  names
    .map(
      name =>
        `      ${name}: { type: string, default: '${more[name] ?? ''}' }\n`,
    )
    .join('');
const handedOn = (names: readonly string[]) =>
  names.map(name => `      ${name}: \${{ inputs.${name} }}\n`).join('');
const secret = `    secrets:
      DOPPLER_TOKEN: \${{ secrets.DOPPLER_TOKEN }}
`;

/** Callers beside the examples, in which a person types every text. */
export const buildCallers: Record<string, string> = {
  'build.yml': `on:
  workflow_dispatch:
    inputs:
${typed(buildInputs, defaults)}      create_release: { type: boolean, default: false }
jobs:
  ci:
    uses: ${repository}/.github/workflows/reusable-ci.yml@${ref}
    with:
${handedOn(buildInputs)}      create_release: \${{ inputs.create_release }}
${secret}  seen:
    needs: ci
    runs-on: [self-hosted, linux]
    steps:
      - env: { OUTPUTS: '\${{ toJSON(needs.ci.outputs) }}' }
        run: printf 'seen %s\\n' "$(tr -d '\\n' <<<"$OUTPUTS")"
`,
  'docker.yml': `on:
  workflow_dispatch:
    inputs:
${typed(dockerInputs, { app_name: 'shop', environment: 'dev', health_path: '/' })}jobs:
  deploy:
    uses: ${repository}/.github/workflows/reusable-deploy-docker.yml@${ref}
    with:
      port: 8080
      health_seconds: 20
${handedOn(dockerInputs)}${secret}`,
  'afterwards.yml': `on:
  workflow_dispatch:
    inputs:
      version: { type: string }
      roles: { type: string }
      health_url: { type: string, default: '' }
jobs:
  pipeline:
    uses: ${repository}/.github/workflows/reusable-full-pipeline.yml@${ref}
    with:
      app_name: shop
      environment: dev
      octopus_project: ${project}
      host_name: web-1
      version: \${{ inputs.version }}
      roles: \${{ inputs.roles }}
      health_url: \${{ inputs.health_url }}
      health_seconds: 20
${secret}`,
  'k8s.yml': `on:
  workflow_dispatch:
    inputs:
${typed(k8sInputs, { app_name: 'shop', environment: 'dev' })}jobs:
  deploy:
    uses: ${repository}/.github/workflows/reusable-deploy-k8s.yml@${ref}
    with:
${handedOn(k8sInputs)}${secret}`,
};
