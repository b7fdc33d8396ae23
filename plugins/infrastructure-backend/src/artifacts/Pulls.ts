import type {
  DeploymentRegistry,
  NexusComponent,
} from '@nante/plugin-infrastructure-node';
import { artifactName } from './naming';

/** What gets an artifact: a command, or an address. */
export class Pulls {
  readonly #registry: DeploymentRegistry;
  /** What stands before the name of an image, by repository: asked once. */
  readonly #imagePrefixes = new Map<string, Promise<string>>();

  constructor(registry: DeploymentRegistry) {
    this.#registry = registry;
  }

  async of(connection: string, component: NexusComponent): Promise<string> {
    const { repository, format, version, assets } = component;
    const { name } = artifactName(component);
    const [asset] = assets;
    const address = asset?.url ?? '';
    switch (format) {
      case 'docker':
        return `docker pull ${await this.#imagePrefix(connection, repository)}${name}:${version}`;
      case 'helm':
        return `helm pull ${name} --version ${version} --repo ${repositoryUrl(address, repository)}`;
      case 'npm':
        return `npm install ${name}@${version} --registry ${repositoryUrl(address, repository)}`;
      case 'maven2':
        return (
          assets.find(
            ({ path }) => !/\.(pom|md5|sha1|sha256|sha512|asc)$/.test(path),
          )?.url ?? address
        );
      default:
        return address;
    }
  }

  #imagePrefix(connection: string, repository: string): Promise<string> {
    const key = `${connection}/${repository}`;
    const known = this.#imagePrefixes.get(key);
    if (known) return known;
    const [image, digest] = ['image', `sha256:${'0'.repeat(64)}`];
    const asked = this.#registry
      .ofNexus(connection, api => api.imageReference(repository, image, digest))
      .then(reference => reference.slice(0, -`${image}@${digest}`.length));
    this.#imagePrefixes.set(key, asked);
    // The name alone is better than nothing, and the next one asks again.
    return asked.catch(() => {
      this.#imagePrefixes.delete(key);
      return '';
    });
  }
}

/** Address of a repository, out of that of one of its assets. */
function repositoryUrl(address: string, repository: string): string {
  const mark = `/repository/${repository}/`;
  const at = address.indexOf(mark);
  return at < 0 ? address : address.slice(0, at + mark.length);
}

/** Digest of an image's manifest, where the index tells. */
export function digestOf(component: NexusComponent): string | undefined {
  if (component.format !== 'docker') return undefined;
  const manifest = component.assets.find(({ path }) =>
    path.includes('/manifests/'),
  );
  const sha256 = manifest?.checksums.sha256;
  return sha256 && `sha256:${sha256}`;
}
