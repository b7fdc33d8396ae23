import type { OptionDefinition } from './types';

/** Deployments by Compose and by Helm. */
export const appDeploymentOptions = [
  {
    name: 'hosts',
    type: 'text',
    placeholder: 'NAMES',
    description:
      'Docker hosts of the app that are deployed to, by name, separated by commas',
  },
  {
    name: 'compose-file',
    type: 'text',
    placeholder: 'FILE',
    description: 'Compose file whose service takes the image from ${IMAGE}',
    whenAbsent: 'one service, made from --image, --port and --variables',
  },
  {
    name: 'container-port',
    type: 'number',
    placeholder: 'N',
    description: 'Port inside of the container, where there is no Compose file',
    whenAbsent: 'that of --port',
  },
  {
    name: 'variables',
    type: 'text',
    placeholder: 'JSON',
    description:
      'Environment of the containers, a JSON object such as {"LOG_LEVEL":"info"}; no secrets',
  },
  {
    name: 'cluster',
    type: 'text',
    placeholder: 'NAME',
    description:
      'Connection of type kubernetes, by its name in the configuration',
    whenAbsent: 'that of the environment, else the only one there is',
  },
  {
    name: 'namespace',
    type: 'text',
    placeholder: 'NAME',
    description: 'Namespace that is deployed to, made where it is missing',
    whenAbsent: 'the name of the app',
  },
  {
    name: 'release',
    type: 'text',
    placeholder: 'NAME',
    description: 'Release of Helm, by its name',
    whenAbsent: 'the name of the app',
  },
  {
    name: 'chart',
    type: 'text',
    placeholder: 'DIR',
    description: 'Folder with a Helm chart',
  },
  {
    name: 'chart-repository',
    type: 'text',
    placeholder: 'NAME',
    description:
      'Helm repository of Nexus that has the chart --chart-name in --version',
  },
  {
    name: 'chart-name',
    type: 'text',
    placeholder: 'NAME',
    description: 'Chart of --chart-repository',
    whenAbsent: 'the name of the app',
  },
  {
    name: 'manifests',
    type: 'text',
    placeholder: 'PATH',
    description: 'File or folder of manifests, instead of a chart',
  },
  {
    name: 'values-file',
    type: 'list',
    placeholder: 'FILE',
    description: 'File with values of the chart; the last one rules',
  },
  {
    name: 'values',
    type: 'text',
    placeholder: 'JSON',
    description:
      'Single values of the chart, a JSON object by path such as {"image.digest":"sha256:…"}; they rule over files',
  },
  {
    name: 'health-url',
    type: 'text',
    placeholder: 'URL',
    description: 'Address that has to answer with 2xx once the rollout is done',
    whenAbsent: 'the rollout alone is looked at',
  },
] as const satisfies readonly OptionDefinition[];
