/** Outputs of the action, by name; see `action.yml`. */
export const actionOutputs = {
  'run-id': 'Id of the run',
  state: 'How it ended: succeeded, failed, cancelled',
  changed:
    'true where something was changed, false where all was as it should be',
  host: 'Name of the host',
  address: 'IPv4 address',
  user: 'Who logs in',
  ssh: 'Command that logs in',
  node: 'Proxmox node',
  'vm-id': 'Proxmox guest id',
  target: 'Name of the deployment target in Octopus',
  'target-id': 'Its id in Octopus',
  'target-health':
    'Healthy, HasWarnings, Unhealthy, Unavailable or Unknown, as Octopus says it',
  project: 'Project of Octopus',
  release: 'Version of the release that was made or deployed',
  'release-id': 'Id of the release that was made or found',
  'deployment-id': 'Id of the deployment',
  'task-id': 'Id of its task',
  version: 'Version that was asked for: of a release, deployment or artifact',
  'previous-version': 'Version that was there before the deployment',
  'returned-to':
    'Version that was brought back because the new one failed; not set where nothing was brought back',
  artifact: 'Name of the artifact, such as com.example:hello',
  'artifact-version': 'Its version',
  digest:
    'sha256:… of the file that was published, of a docker image of its manifest',
  pull: 'Address of the artifact, or the image by its digest',
  repository: 'Repository of Nexus',
  'already-there':
    'true where what was asked for was there, so that nothing was done',
  url: 'Page in Octopus or Nexus that shows what was made; deploy-docker and deploy-k8s: address of the app',
  'exit-code': 'Exit code of nante',
} as const;
