import type { DockerAttributes } from '@sonatype/nexus-repo-api-client';
import { NanteError } from '@nante/model';
import type { NexusConnection, Purpose, VendorCall } from './connection';
import type { CallOptions } from '../proxmox/types';
import type { NexusApi, NexusRepository } from './types';

type Api = InstanceType<VendorCall['vendor']['RepositoryManagementApi']>;
type Settings = Pick<
  NexusRepository,
  'redeploy' | 'blobStore' | 'dockerPort' | 'isDockerPortTls' | 'isPathBased'
>;

/** What the settings of a repository look like, whatever its format. */
interface VendorSettings {
  storage?: { blobStoreName?: string; writePolicy?: string };
  docker?: DockerAttributes;
}

/** Calls about repositories. */
export function repositoryCalls(
  connection: NexusConnection,
): Pick<NexusApi, 'repositories' | 'repository' | 'createRepository'> {
  const ask = <T>(
    purpose: Purpose,
    options: CallOptions | undefined,
    call: (api: Api, init: RequestInit) => Promise<T>,
  ) =>
    connection.ask(purpose, options, ({ vendor, configuration, init }) =>
      call(new vendor.RepositoryManagementApi(configuration), init),
    );

  return {
    async repositories(options) {
      const all = await ask(
        { what: 'list the repositories' },
        options,
        (api, init) => api.getAllRepositories(init),
      );
      return all
        .flatMap(one => toRepository(one) ?? [])
        .sort((a, b) => a.name.localeCompare(b.name));
    },

    async repository(name, options) {
      const found = await optional(
        ask({ what: `show the repository ${name}` }, options, (api, init) =>
          api.getRepositories({ repositoryName: name }, init),
        ),
      );
      const repository = found && toRepository(found);
      if (!repository) return undefined;
      const call =
        repository.type === 'hosted' && settingsCall(repository.format, name);
      if (!call) return repository;
      const settings = await optional(
        ask({ what: `show the settings of ${name}` }, options, call),
      );
      return { ...repository, ...(settings && toSettings(settings)) };
    },

    async createRepository(wanted, options) {
      await ask(
        {
          what: `make the repository ${wanted.name}`,
          privilege: `nx-repository-admin-${wanted.format}-*-add`,
        },
        options,
        creation(wanted),
      );
    },
  };
}

/** The call that answers the settings of a hosted repository; undefined for a format that we do not know. */
function settingsCall(
  format: string,
  repositoryName: string,
): ((api: Api, init: RequestInit) => Promise<VendorSettings>) | undefined {
  const of = { repositoryName };
  switch (format) {
    case 'maven2':
      return (api, init) => api.getMavenHostedRepository(of, init);
    case 'raw':
      return (api, init) => api.getRawHostedRepository(of, init);
    case 'npm':
      return (api, init) => api.getNpmHostedRepository(of, init);
    case 'helm':
      return (api, init) => api.getHelmHostedRepository(of, init);
    case 'docker':
      return (api, init) => api.getDockerHostedRepository(of, init);
    default:
      return undefined;
  }
}

/** The call that makes a hosted repository. */
function creation(
  wanted: Parameters<NexusApi['createRepository']>[0],
): (api: Api, init: RequestInit) => Promise<void> {
  const common = {
    name: wanted.name,
    online: true,
    storage: {
      blobStoreName: wanted.blobStore,
      strictContentTypeValidation: true,
      writePolicy: wanted.redeploy ? 'ALLOW' : 'ALLOW_ONCE',
    },
  };
  switch (wanted.format) {
    case 'maven2': {
      const maven = {
        versionPolicy: 'RELEASE',
        layoutPolicy: 'STRICT',
        contentDisposition: 'INLINE',
      };
      const body = { ...common, maven };
      return (api, init) =>
        api.createMavenHostedRepository(
          { mavenHostedRepositoryApiRequest: body },
          init,
        );
    }
    case 'docker': {
      const body = { ...common, docker: dockerSettings(wanted.dockerPort) };
      return (api, init) =>
        api.createDockerHostedRepository(
          { dockerHostedRepositoryApiRequest: body },
          init,
        );
    }
    case 'raw': {
      const raw = { contentDisposition: 'ATTACHMENT' } as const;
      const body = { ...common, raw };
      return (api, init) =>
        api.createRawHostedRepository(
          { rawHostedRepositoryApiRequest: body },
          init,
        );
    }
    case 'npm':
      return (api, init) =>
        api.createNpmHostedRepository(
          { npmHostedRepositoryApiRequest: common },
          init,
        );
    default:
      return (api, init) =>
        api.createHelmHostedRepository(
          { helmHostedRepositoryApiRequest: common },
          init,
        );
  }
}

function dockerSettings(port: number | undefined): DockerAttributes {
  return {
    v1Enabled: false,
    forceBasicAuth: true,
    ...(port === undefined ? { pathEnabled: true } : { httpPort: port }),
  };
}

/** Undefined for what is not there, and for what we may not see: Nexus says either of both. */
async function optional<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!NanteError.is(error)) throw error;
    const isHidden =
      error.code === 'unauthorized' && error.details?.status === 403;
    if (error.code === 'not-found' || isHidden) return undefined;
    throw error;
  }
}

function toRepository(one: {
  name?: string;
  format?: string;
  type?: string;
  url?: string;
}): NexusRepository | undefined {
  const { name, format, type, url } = one;
  if (!name || !format || !url) return undefined;
  if (type !== 'hosted' && type !== 'proxy' && type !== 'group')
    return undefined;
  return { name, format, type, url };
}

function toSettings({ storage, docker }: VendorSettings): Settings {
  const { writePolicy, blobStoreName } = storage ?? {};
  const port = docker?.httpsPort ?? docker?.httpPort ?? undefined;
  return {
    ...(writePolicy
      ? {
          redeploy:
            writePolicy.startsWith('ALLOW') && writePolicy !== 'ALLOW_ONCE',
        }
      : {}),
    ...(blobStoreName ? { blobStore: blobStoreName } : {}),
    ...(port
      ? { dockerPort: port, isDockerPortTls: Boolean(docker?.httpsPort) }
      : {}),
    ...(docker ? { isPathBased: docker.pathEnabled === true } : {}),
  };
}
