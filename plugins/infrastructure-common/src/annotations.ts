/** `<connection>/<vmid>` of a guest, or the connection's name on a cluster entity. */
export const ANNOTATION_PROXMOX_GUEST = 'proxmox.nante.dev/guest';
/** Connection that an entity comes from. */
export const ANNOTATION_CONNECTION = 'nante.dev/connection';
/** Proxmox node of a guest. */
export const ANNOTATION_PROXMOX_NODE = 'proxmox.nante.dev/node';
/** Terraform workspace that owns the host; absent on guests we did not make. */
export const ANNOTATION_WORKSPACE = 'nante.dev/workspace';
export const ANNOTATION_APP = 'nante.dev/app';
export const ANNOTATION_ENVIRONMENT = 'nante.dev/environment';
/** Request that made the host. */
export const ANNOTATION_REQUEST = 'nante.dev/request';
/** Name of an onboarded server that is no guest; its host tab is `GET /servers/<entity name>`. */
export const ANNOTATION_SERVER = 'nante.dev/server';
/** `<connection>/<project name, slug or id>` of a component's project; without it, the project with the component's name is taken. */
export const ANNOTATION_OCTOPUS_PROJECT = 'nante.dev/octopus-project';
/**
 * Where a component's artifacts are: comma separated `<connection>/<repository>/<name>`, where the name is `group:artifact`,
 * an image, a chart, a package or a path. Without it, artifacts with the component's name are taken.
 */
export const ANNOTATION_ARTIFACTS = 'nante.dev/artifacts';
/** `owner/name` of a component's repository on GitHub, the name that Backstage's own plugins read too. */
export const ANNOTATION_REPOSITORY = 'github.com/project-slug';
/** Group of a template on the Create page: `Hosts`, `Applications`, `Deployments`, `Day 2`, `Clusters`. */
export const ANNOTATION_TEMPLATE_GROUP = 'nante.dev/group';
/** What a template makes, each thing behind a semicolon. */
export const ANNOTATION_TEMPLATE_CREATES = 'nante.dev/creates';
/** Seconds in which a template should be done. */
export const ANNOTATION_TEMPLATE_TARGET = 'nante.dev/target-seconds';
/** `<connection>/<machine id>` on the entity of a deployment target. */
export const ANNOTATION_OCTOPUS_TARGET = 'octopus.nante.dev/target';
/** `<connection>/<environment id>` on the entity of an environment of Octopus. */
export const ANNOTATION_OCTOPUS_ENVIRONMENT = 'octopus.nante.dev/environment';
/** ISO time of the last good look at the source; set only while the source is stale. */
export const ANNOTATION_STALE_SINCE = 'nante.dev/stale-since';

/** How many privileges the API token held, on a cluster entity: fewer after a restart mean a look that can't be believed. */
export const ANNOTATION_PRIVILEGES = 'proxmox.nante.dev/privileges';

/** `spec.type` of our Resource entities. */
export const HOST_TYPES = {
  vm: 'virtual-machine',
  lxc: 'container',
  node: 'proxmox-node',
  cluster: 'proxmox-cluster',
  server: 'server',
  target: 'deployment-target',
  environment: 'deployment-environment',
} as const;

/**
 * Name of a guest's entity: `<connection>-<vmid>`, since names of guests are neither unique nor valid everywhere.
 */
export function hostEntityName(connection: string, vmId: number): string {
  return `${connection}-${vmId}`;
}

/** Entity ref of a guest. */
export function hostEntityRef(connection: string, vmId: number): string {
  return `resource:default/${hostEntityName(connection, vmId)}`;
}

/**
 * Entity ref of an onboarded server that is no guest. Each app and environment may have one of the same name, and dots
 * keep it apart from whatever else we name.
 */
export function serverEntityRef(server: {
  name: string;
  environment: string;
  app: string;
}): string {
  return `resource:default/${server.name}.${server.environment}.${server.app}`;
}

/** Topic of the event that tells the catalog provider about a change right away. */
export const HOSTS_CHANGED_TOPIC = 'infrastructure.hosts';

/** Payload of `HOSTS_CHANGED_TOPIC`. */
export interface HostsChangedEvent {
  /** Empty where only servers changed that are no guests. */
  connection: string;
  vmIds: number[];
  /** An operator said that what is missing from Proxmox is really gone. */
  accepted?: boolean;
}

/** Channel of the signals plugin that the pages listen on. */
export const INFRASTRUCTURE_CHANNEL = 'infrastructure';

/** Message on `INFRASTRUCTURE_CHANNEL`. */
export interface InfrastructureSignal {
  /** JSON object type of the signals plugin. */
  [key: string]: string | undefined;
  kind: 'run' | 'hosts' | 'deployments' | 'workflows';
  /** Id of the run that changed; of `workflows` the repository, `owner/name`. */
  id?: string;
}
