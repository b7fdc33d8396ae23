import {
  connectionNamed,
  type InfrastructureConfig,
  type OpenobserveConnection,
  type RoleChoice,
  type TailscaleConnection,
} from '@nante/model';

/** Roles that take the login of a registry. */
const runsContainers = ['mgmt-docker', 'app-deploy', 'k3s-cluster'];

/** App and environment of a play: all of its hosts belong to one. */
export interface SitePlace {
  app: string;
  environment: string;
}

/** A host of a play, and the roles that are applied to it. */
export interface SiteHost {
  name: string;
  roles: readonly RoleChoice[];
  /** Request that made the host: its device in the mesh belongs to that. */
  requestId: string;
  /** Somebody else made it: it is the same machine whatever request onboards it. */
  isServer: boolean;
}

/** What the roles of a play need of the site. */
export interface SiteNeeds {
  place: SitePlace;
  /** All hosts of the play. */
  hosts: readonly SiteHost[];
  /** The hosts that join a tailnet; a connection where the environment names one. */
  mesh: {
    hosts: readonly SiteHost[];
    name?: string;
    connection?: TailscaleConnection;
    /** Of every host here: what a person asks for does not count. */
    tags: string[];
  };
  /** The hosts that send metrics and logs. */
  telemetry: {
    hosts: readonly SiteHost[];
    name?: string;
    connection?: OpenobserveConnection;
  };
  /** A host runs containers, whose images may lie in a registry that wants a login. */
  hasDocker: boolean;
  /** Hosts become a cluster of K3s; `keepsKubeconfig` when its kubeconfig goes into the secret store. */
  k3s?: { keepsKubeconfig: boolean };
}

/**
 * Variables of a host that the site gives to all roles, for the inventory: arguments of a request come before them. What
 * the connections of the environment say, then defaults of the site, then those of the environment, which win.
 */
export function siteVariables(
  config: InfrastructureConfig,
  { app, environment }: SitePlace,
  host: string,
): Record<string, unknown> {
  const { mesh, tags, telemetry, place } = systemsOf(config, environment);
  return {
    ...(mesh && {
      base_setup_tailscale: true,
      base_setup_tailscale_tags: tags,
    }),
    ...(mesh?.controlUrl && {
      base_setup_tailscale_login_server: mesh.controlUrl,
    }),
    ...(telemetry && {
      base_setup_alloy: true,
      base_setup_alloy_labels: { app, environment, host },
      base_setup_openobserve_organization: telemetry.organization,
    }),
    ...(telemetry?.url && { base_setup_openobserve_url: telemetry.url }),
    ...config.roleDefaults,
    ...place?.roleDefaults,
  };
}

/** What the roles of a play need of the site, from its configuration alone. */
export function siteNeeds(
  config: InfrastructureConfig,
  place: SitePlace,
  hosts: readonly SiteHost[],
): SiteNeeds {
  const { environment } = place;
  const found = systemsOf(config, environment);
  const wants = (variable: string) =>
    hosts.filter(({ name, roles }) => {
      const base = roles.findLast(role => role.name === 'base_setup');
      const value =
        base?.arguments[variable] ??
        siteVariables(config, place, name)[variable];
      return base !== undefined && isYes(value);
    });
  return {
    place: { app: place.app, environment },
    hosts,
    mesh: {
      hosts: wants('base_setup_tailscale'),
      name: found.place?.mesh,
      connection: found.mesh,
      tags: found.tags,
    },
    telemetry: {
      hosts: wants('base_setup_alloy'),
      name: found.place?.telemetry,
      connection: found.telemetry,
    },
    hasDocker: hosts.some(({ roles }) =>
      roles.some(({ name }) => runsContainers.includes(name)),
    ),
    ...k3sOf(config, place, hosts),
  };
}

function k3sOf(
  config: InfrastructureConfig,
  place: SitePlace,
  hosts: readonly SiteHost[],
): Pick<SiteNeeds, 'k3s'> {
  const variable = 'k3s_cluster_store_kubeconfig';
  const asked = hosts.flatMap(({ name, roles }) =>
    roles
      .filter(role => role.name === 'k3s-cluster')
      .map(
        role =>
          role.arguments[variable] ??
          siteVariables(config, place, name)[variable],
      ),
  );
  return asked.length > 0
    ? { k3s: { keepsKubeconfig: asked.some(isYes) } }
    : {};
}

/** What the roles of a request for a host need of the site. */
export function newHostNeeds(
  config: InfrastructureConfig,
  request: SitePlace & {
    name: string;
    requestId: string;
    roles?: readonly RoleChoice[];
  },
  isServer = false,
): SiteNeeds {
  const { name, requestId, roles = [] } = request;
  return siteNeeds(config, request, [{ name, requestId, roles, isServer }]);
}

/** What decides who may reach a host, and as whom it speaks. */
const meshArguments = [
  'base_setup_tailscale_hostname',
  'base_setup_tailscale_tags',
  'base_setup_tailscale_login_server',
];
const telemetryArguments = [
  'base_setup_alloy_labels',
  'base_setup_openobserve_url',
  'base_setup_openobserve_organization',
];

/** Arguments of a request that are the site's to give: names, in their order. */
export function ownedArguments({
  hosts,
  mesh,
  telemetry,
}: SiteNeeds): string[] {
  const given = new Set(
    hosts.flatMap(({ roles }) =>
      roles.flatMap(role => Object.keys(role.arguments)),
    ),
  );
  return [
    ...(mesh.connection ? meshArguments : []),
    ...(telemetry.connection ? telemetryArguments : []),
  ].filter(name => given.has(name));
}

function systemsOf(config: InfrastructureConfig, environment: string) {
  const place = config.environments[environment] as
    InfrastructureConfig['environments'][string] | undefined;
  const mesh = connectionNamed(config, 'tailscale', place?.mesh);
  const telemetry = connectionNamed(config, 'openobserve', place?.telemetry);
  const tags = mesh
    ? [...new Set([...mesh.tags, ...(place?.meshTags ?? [])])]
    : [];
  return { place, mesh, tags, telemetry };
}

/** As Ansible reads it. */
function isYes(value: unknown): boolean {
  return /^(true|yes|on|y|t|1)$/i.test(`${value}`);
}
