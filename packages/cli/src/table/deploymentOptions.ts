import type { OptionDefinition } from './types';

/** What makes a host a deployment target. */
const targetOptions = [
  {
    name: 'octopus-environment',
    type: 'list',
    placeholder: 'NAME',
    alias: 'OCTOPUS_ENVIRONMENT',
    description:
      'Environment of Octopus, by its name there; register, provision and onboard take several, and make the host a deployment target',
    whenAbsent: 'the one that the environment names in the configuration',
  },
  {
    name: 'target-roles',
    type: 'text',
    placeholder: 'TAGS',
    description:
      'Target tags, separated by commas: which steps of a process run on the host',
    whenAbsent: 'the name of the app',
  },
  {
    name: 'target-style',
    type: 'text',
    placeholder: 'STYLE',
    choices: ['ssh', 'listening', 'polling', 'kubernetes'],
    description: 'How Octopus reaches the target',
    whenAbsent: 'ssh',
  },
  {
    name: 'target-policy',
    type: 'text',
    placeholder: 'NAME',
    description: 'Machine policy of Octopus, by its name',
    whenAbsent: 'the default one of the space',
  },
  {
    name: 'no-target',
    type: 'flag',
    description: 'The host is no deployment target any more',
  },
  {
    name: 'adopt',
    type: 'flag',
    description:
      'A target of the same address that somebody else made becomes ours; otherwise it is refused',
  },
  {
    name: 'kubernetes-url',
    type: 'text',
    placeholder: 'URL',
    description:
      'Address of the API server, for --target-style kubernetes; --name is then the name of the cluster',
  },
  {
    name: 'kubernetes-namespace',
    type: 'text',
    placeholder: 'NAME',
    description: 'Namespace that is deployed to',
    whenAbsent: 'default',
  },
  {
    name: 'kubernetes-account',
    type: 'text',
    placeholder: 'NAME',
    description: 'Account of Octopus that signs in to the cluster',
  },
  {
    name: 'kubernetes-certificate',
    type: 'text',
    placeholder: 'NAME',
    description: 'Certificate of Octopus that the API server is trusted by',
    whenAbsent: "the system's authorities",
  },
] as const satisfies readonly OptionDefinition[];

/** Projects, releases and deployments. */
const releaseOptions = [
  {
    name: 'octopus',
    type: 'text',
    placeholder: 'NAME',
    description: 'Connection of type octopus, by its name in the configuration',
    whenAbsent: 'that of the environment, else the only one there is',
  },
  {
    name: 'project',
    type: 'text',
    placeholder: 'PROJECT',
    description: 'Project of Octopus, by its name or slug',
    whenAbsent: 'the name of the app',
  },
  {
    name: 'lifecycle',
    type: 'text',
    placeholder: 'NAME',
    description: 'Lifecycle of Octopus, by its name',
    whenAbsent: 'the first of the space',
  },
  {
    name: 'process',
    type: 'text',
    placeholder: 'KIND',
    choices: ['package', 'helm'],
    description:
      'Process of the new project: package brings files onto targets, helm a chart into a cluster; needs --feed and --package',
    whenAbsent: 'a project without steps',
  },
  {
    name: 'feed',
    type: 'text',
    placeholder: 'NAME',
    description: 'Feed of Octopus that the package comes from, by its name',
  },
  {
    name: 'package',
    type: 'text',
    placeholder: 'ID',
    description: 'Package of the process, such as com.example:hello',
  },
  {
    name: 'health-port',
    type: 'number',
    placeholder: 'N',
    description:
      'Port on each target that has to answer after the deployment, else it fails',
    whenAbsent: 'nothing is looked at',
  },
  {
    name: 'health-path',
    type: 'text',
    placeholder: 'PATH',
    description: 'Path that has to answer with 2xx',
    whenAbsent: '/',
  },
  {
    name: 'health-seconds',
    type: 'number',
    placeholder: 'N',
    description:
      'Seconds until it has to answer; deploy-docker and deploy-k8s: until it has to be healthy',
    whenAbsent: '30; deploy-docker and deploy-k8s: 120',
  },
  {
    name: 'approval',
    type: 'list',
    placeholder: 'NAME',
    description:
      'Environment of Octopus in which a person has to agree before a deployment',
  },
  {
    name: 'version',
    type: 'text',
    placeholder: 'VERSION',
    description:
      'Version of the release or of the artifact; rollback: the release to go back to; deploy-docker and deploy-k8s: what people call it',
    whenAbsent:
      'rollback: the last good release that differs; publish: what the file says (npm, helm)',
  },
  {
    name: 'channel',
    type: 'text',
    placeholder: 'NAME',
    description: 'Channel of the project, by its name',
    whenAbsent: 'its default channel',
  },
  {
    name: 'package-version',
    type: 'text',
    placeholder: 'VERSION',
    description: 'Version of every package that --packages does not name',
    whenAbsent: 'the newest of each',
  },
  {
    name: 'packages',
    type: 'list',
    placeholder: 'NAME=VERSION',
    description:
      'Version of one package, by its id or the name of its step, such as com.example:hello=1.2.0',
  },
  {
    name: 'notes',
    type: 'text',
    placeholder: 'TEXT',
    description: 'Release notes',
  },
  {
    name: 'notes-file',
    type: 'text',
    placeholder: 'FILE',
    description: 'File with the release notes',
  },
  {
    name: 'commit',
    type: 'text',
    placeholder: 'SHA',
    description: 'Commit that it was built from',
    whenAbsent: 'in a workflow the one that it runs for',
  },
  {
    name: 'build-url',
    type: 'text',
    placeholder: 'URL',
    description: 'Address of the run that built it',
    whenAbsent: 'in a workflow that of its run',
  },
  {
    name: 'target',
    type: 'list',
    placeholder: 'NAME',
    description: 'Target, by its name in Octopus, that alone is deployed to',
    whenAbsent: 'all',
  },
  {
    name: 'comment',
    type: 'text',
    placeholder: 'TEXT',
    description: 'Comment of the deployment, shown in Octopus',
  },
  {
    name: 'timeout-minutes',
    type: 'number',
    placeholder: 'N',
    description:
      'How long the end of the deployment is waited for; after that the verb fails, and says that the deployment goes on',
    whenAbsent: '30',
  },
  {
    name: 'cancel-on-timeout',
    type: 'flag',
    description: 'The deployment is cancelled when it did not end in time',
  },
  {
    name: 'return-on-failure',
    type: 'flag',
    description:
      'Where the deployment fails, the last good release is deployed again; the verb fails all the same, and says both',
  },
] as const satisfies readonly OptionDefinition[];

/** Repositories and artifacts. */
const artifactOptions = [
  {
    name: 'nexus',
    type: 'text',
    placeholder: 'NAME',
    description: 'Connection of type nexus, by its name in the configuration',
    whenAbsent: 'the only one there is',
  },
  {
    name: 'repository',
    type: 'text',
    placeholder: 'NAME',
    description: 'Hosted repository that the artifact goes to',
  },
  {
    name: 'format',
    type: 'text',
    placeholder: 'FORMAT',
    choices: ['maven2', 'raw', 'npm', 'helm', 'docker'],
    description: 'Format of the repository',
  },
  {
    name: 'file',
    type: 'text',
    placeholder: 'FILE',
    description:
      'File to publish; of a docker image an archive (OCI layout, or docker save)',
  },
  {
    name: 'group',
    type: 'text',
    placeholder: 'GROUP',
    description:
      'maven2: the group id; raw: the folder; project create: the project group, made where it is missing',
    whenAbsent: 'project create: Default Project Group',
  },
  {
    name: 'artifact',
    type: 'text',
    placeholder: 'NAME',
    description:
      "maven2: the artifact id; raw: the file's name; docker: the image's name",
    whenAbsent:
      'raw: that of the file; npm and helm: what the file says, checked where given',
  },
  {
    name: 'extension',
    type: 'text',
    placeholder: 'EXT',
    description: 'maven2: jar, zip, tar.gz and so on',
    whenAbsent: "that of the file's name",
  },
  {
    name: 'classifier',
    type: 'text',
    placeholder: 'NAME',
    description: 'maven2: classifier of the file, such as sources',
  },
  {
    name: 'blob-store',
    type: 'text',
    placeholder: 'NAME',
    description: 'Blob store of a new repository',
    whenAbsent: 'default',
  },
  {
    name: 'redeploy',
    type: 'flag',
    description: 'A version may be published again',
  },
  {
    name: 'docker-port',
    type: 'number',
    placeholder: 'N',
    description: 'docker: port of a connector of its own',
    whenAbsent: 'images are HOST/REPOSITORY/…',
  },
] as const satisfies readonly OptionDefinition[];

/** Options of targets, releases, deployments and artifacts. */
export const deploymentOptions = [
  ...targetOptions,
  ...releaseOptions,
  ...artifactOptions,
] as const;
