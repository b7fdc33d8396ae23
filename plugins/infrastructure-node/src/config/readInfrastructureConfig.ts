import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  type AnsibleInstallation,
  type ProviderSource,
  type SandboxEndpoints,
  chooseProvider,
  findAnsible,
  hasAnsible,
  pointAtSandbox,
  sandboxEndpointsSchema,
} from '@nante/engine';
import {
  type InfrastructureConfig,
  infrastructureConfigSchema,
} from '@nante/model';
import type { z } from 'zod';
import { knownKeys, portalSettingsSchema, sharedKeys } from './schema';

/** Where secrets come from. */
export type SecretSettings =
  | { source: 'environment' }
  | {
      source: 'doppler';
      token: string;
      apiHost?: string;
      project?: string;
      config?: string;
      /** PEM file of a private CA; the sandbox's stand-in has one. */
      caFile?: string;
    };

/** Everything under `infrastructure:`, checked. */
export interface InfrastructureSettings {
  /** What all doors agree on; published to the bucket at start. */
  shared: InfrastructureConfig;
  /** Absolute path. */
  workDirectory: string;
  /** Absolute path. */
  terraformRoot: string;
  secrets: SecretSettings;
  /** PEM file of the S3 store's CA. */
  stateCaFile?: string;
  terraform: {
    binary: string;
    tool: 'terraform' | 'tofu';
    provider: ProviderSource;
  };
  /** Absent where there is no `ansible-playbook`: hosts are made and not configured. */
  ansible?: AnsibleInstallation;
  catalog: { defaultOwner: string };
  /** Most requests a minute with which this process follows runs of workflows; left out: 60. */
  workflowRequestsPerMinute?: number;
  /** Present in the sandbox only. */
  sandbox?: { guests: string; real: boolean; provider: string };
}

/**
 * Reads `infrastructure:` into one typed value.
 *
 * @param config - the app-config
 * @param env - environment, for `DOPPLER_TOKEN` and for what must not be set
 * @throws InputError that names every wrong key at once and says what to do
 */
export function readInfrastructureConfig(
  config: RootConfigService,
  env: NodeJS.ProcessEnv = process.env,
): InfrastructureSettings {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new InputError(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches the verification of every TLS certificate off; unset it, and name private authorities by infrastructure.connections.<name>.caFile and infrastructure.state.caFile',
    );
  }
  const raw = config.getOptional('infrastructure');
  if (!isRecord(raw)) {
    throw new InputError(
      'infrastructure: is missing in the app-config; it needs workDirectory, connections, environments and sizes (plugins/infrastructure-node/README.md has an example)',
    );
  }
  const unknown = Object.keys(raw).filter(key => !knownKeys.includes(key));
  if (unknown.length) {
    throw new InputError(
      `infrastructure.${unknown.join(', infrastructure.')} is no setting of ours; known are ${knownKeys.join(', ')}`,
    );
  }

  const portal = portalSettingsSchema.safeParse(raw);
  const shared = infrastructureConfigSchema.safeParse(
    Object.fromEntries(
      Object.entries(raw).filter(([key]) => sharedKeys.includes(key)),
    ),
  );
  if (!portal.success || !shared.success) {
    const issues = [
      ...(portal.error?.issues ?? []),
      ...(shared.error?.issues ?? []),
    ];
    throw new InputError(
      `The app-config is wrong: ${issues.map(describeIssue).join('; ')}`,
    );
  }

  const root = findRoot(process.cwd());
  const settings = portal.data;
  const endpoints = settings.sandbox
    ? readEndpoints(resolve(root, settings.sandbox.endpointsFile))
    : undefined;
  const { binary, tool } = settings.terraform;
  const provider = chooseProvider(
    settings.terraform.provider.mirror &&
      resolve(root, settings.terraform.provider.mirror),
    endpoints,
  );

  return {
    shared: endpoints
      ? pointAtSandbox(shared.data, endpoints)
      : resolveFiles(shared.data, root),
    workDirectory: resolve(root, settings.workDirectory),
    terraformRoot: resolve(root, settings.terraformRoot ?? 'terraform'),
    secrets: readSecretSettings(settings.secrets, endpoints, env),
    stateCaFile:
      endpoints?.s3.ca ??
      (settings.state.caFile && resolve(root, settings.state.caFile)),
    terraform: {
      // A bare name is looked up on the PATH, anything else is a path.
      binary: binary.includes('/') ? resolve(root, binary) : binary,
      tool:
        tool ?? (basename(binary).startsWith('tofu') ? 'tofu' : 'terraform'),
      provider,
    },
    ansible: readAnsible(settings.ansible, root, env),
    catalog: { defaultOwner: settings.catalog.defaultOwner },
    workflowRequestsPerMinute: settings.workflows.requestsPerMinute,
    sandbox: endpoints && {
      guests: endpoints.guests?.driver ?? 'record',
      real: endpoints.guests?.real ?? false,
      provider: provider.type === 'mirror' ? provider.directory : provider.type,
    },
  };
}

/**
 * Ansible as it was configured; otherwise that of the clone's own tools, or of the `PATH`.
 *
 * @throws InputError when the configured folder has none
 */
function readAnsible(
  { bin, project }: z.infer<typeof portalSettingsSchema>['ansible'],
  root: string,
  env: NodeJS.ProcessEnv,
): AnsibleInstallation | undefined {
  const configured = bin && resolve(root, bin);
  if (configured && !hasAnsible(configured)) {
    throw new InputError(
      `infrastructure.ansible.bin: there is no ansible-playbook in ${configured}; install Ansible there (node scripts/python.mjs installs it into .tools/python/bin), or remove the setting`,
    );
  }
  const found = configured ?? findAnsible(root, env);
  return found
    ? { bin: found, project: resolve(root, project ?? 'ansible') }
    : undefined;
}

function readSecretSettings(
  secrets: z.infer<typeof portalSettingsSchema>['secrets'],
  endpoints: SandboxEndpoints | undefined,
  env: NodeJS.ProcessEnv,
): SecretSettings {
  if (endpoints) {
    return {
      source: 'doppler',
      token: endpoints.doppler.token,
      apiHost: endpoints.doppler.url,
      caFile: endpoints.doppler.ca,
    };
  }
  if (secrets.source === 'environment') return { source: 'environment' };
  if (!env.DOPPLER_TOKEN) {
    throw new InputError(
      'infrastructure.secrets.source is doppler, and DOPPLER_TOKEN is not set; set it in the environment of the portal, or choose the source "environment"',
    );
  }
  return { source: 'doppler', token: env.DOPPLER_TOKEN, ...secrets.doppler };
}

function resolveFiles(
  shared: InfrastructureConfig,
  root: string,
): InfrastructureConfig {
  return mapConnections(shared, connection =>
    'caFile' in connection && connection.caFile
      ? { ...connection, caFile: resolve(root, connection.caFile) }
      : connection,
  );
}

function mapConnections(
  shared: InfrastructureConfig,
  change: (
    connection: InfrastructureConfig['connections'][string],
  ) => InfrastructureConfig['connections'][string],
): InfrastructureConfig {
  return {
    ...shared,
    connections: Object.fromEntries(
      Object.entries(shared.connections).map(([name, connection]) => [
        name,
        change(connection),
      ]),
    ),
  };
}

function readEndpoints(file: string): SandboxEndpoints {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new InputError(
      `infrastructure.sandbox.endpointsFile names ${file}, which can't be read; start the sandbox first (npm run sandbox), or remove the setting`,
      cause as Error,
    );
  }
  const endpoints = sandboxEndpointsSchema.safeParse(content);
  if (!endpoints.success) {
    throw new InputError(
      `${file} is not what a sandbox of this version writes (${endpoints.error.issues.map(issue => issue.path.join('.')).join(', ')}); start the sandbox again`,
    );
  }
  return endpoints.data;
}

/** Root of the repository: the portal is started in `packages/backend`, and relative paths mean the root. */
function findRoot(from: string): string {
  for (
    let directory = from;
    dirname(directory) !== directory;
    directory = dirname(directory)
  ) {
    if (existsSync(join(directory, 'backstage.json'))) return directory;
  }
  return from;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `infrastructure.${issue.path.map(String).join('.')}: ${issue.message}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
