import {
  RepositoryManagementApi,
  type DockerAttributes,
} from '@sonatype/nexus-repo-api-client';
import { NanteError } from '@nante/model';
import type { NexusConnection } from './connection';
import type { NexusApi, NexusRepository } from './types';

type Call = (init: RequestInit) => Promise<unknown>;
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
  const api = new RepositoryManagementApi(connection.vendor);

  const settingsCall = (
    format: string,
    repositoryName: string,
  ): ((init: RequestInit) => Promise<VendorSettings>) | undefined => {
    const of = { repositoryName };
    switch (format) {
      case 'maven2':
        return init => api.getMavenHostedRepository(of, init);
      case 'raw':
        return init => api.getRawHostedRepository(of, init);
      case 'npm':
        return init => api.getNpmHostedRepository(of, init);
      case 'helm':
        return init => api.getHelmHostedRepository(of, init);
      case 'docker':
        return init => api.getDockerHostedRepository(of, init);
      default:
        return undefined;
    }
  };

  const creation = (
    wanted: Parameters<NexusApi['createRepository']>[0],
  ): Call => {
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
        return init =>
          api.createMavenHostedRepository(
            { mavenHostedRepositoryApiRequest: body },
            init,
          );
      }
      case 'docker': {
        const body = { ...common, docker: dockerSettings(wanted.dockerPort) };
        return init =>
          api.createDockerHostedRepository(
            { dockerHostedRepositoryApiRequest: body },
            init,
          );
      }
      case 'raw': {
        const raw = { contentDisposition: 'ATTACHMENT' } as const;
        const body = { ...common, raw };
        return init =>
          api.createRawHostedRepository(
            { rawHostedRepositoryApiRequest: body },
            init,
          );
      }
      case 'npm':
        return init =>
          api.createNpmHostedRepository(
            { npmHostedRepositoryApiRequest: common },
            init,
          );
      default:
        return init =>
          api.createHelmHostedRepository(
            { helmHostedRepositoryApiRequest: common },
            init,
          );
    }
  };

  return {
    async repositories(options) {
      const all = await connection.ask(
        { what: 'list the repositories' },
        options,
        init => api.getAllRepositories(init),
      );
      return all
        .flatMap(one => toRepository(one) ?? [])
        .sort((a, b) => a.name.localeCompare(b.name));
    },

    async repository(name, options) {
      const found = await optional(
        connection.ask({ what: `show the repository ${name}` }, options, init =>
          api.getRepositories({ repositoryName: name }, init),
        ),
      );
      const repository = found && toRepository(found);
      if (!repository) return undefined;
      const call =
        repository.type === 'hosted' && settingsCall(repository.format, name);
      if (!call) return repository;
      const settings = await optional(
        connection.ask({ what: `show the settings of ${name}` }, options, call),
      );
      return { ...repository, ...(settings && toSettings(settings)) };
    },

    async createRepository(wanted, options) {
      await connection.ask(
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
