import { seededReleases } from '../../../seed/releases';
import type { Repository, WritePolicy } from '../model';
import type { Nexus } from '../server';
import { putVersion } from './history';

const day = 24 * 3_600_000;

function hosted(
  name: string,
  format: Repository['format'],
  own: Partial<Repository> = {},
  writePolicy: WritePolicy = 'ALLOW',
): Repository {
  return {
    name,
    format,
    type: 'hosted',
    online: true,
    storage: {
      blobStoreName: 'default',
      strictContentTypeValidation: true,
      writePolicy,
      ...(format === 'docker' ? { latestPolicy: false } : {}),
    },
    component: { proprietaryComponents: false },
    ...own,
  };
}

function maven(versionPolicy: 'RELEASE' | 'SNAPSHOT'): Partial<Repository> {
  return {
    maven: {
      versionPolicy,
      layoutPolicy: 'STRICT',
      contentDisposition: 'INLINE',
    },
  };
}

const repositories: Repository[] = [
  hosted('maven-releases', 'maven2', maven('RELEASE'), 'ALLOW_ONCE'),
  hosted('maven-snapshots', 'maven2', maven('SNAPSHOT')),
  hosted('raw-hosted', 'raw', { raw: { contentDisposition: 'ATTACHMENT' } }),
  hosted('npm-hosted', 'npm'),
  hosted('helm-hosted', 'helm'),
  hosted('docker-hosted', 'docker', {
    docker: { v1Enabled: false, forceBasicAuth: true, pathEnabled: true },
  }),
];

/** What the seeded company has published; nothing of `hello`, which people make themselves. */
const components: [repository: string, name: string, versions: string[]][] = [
  ['maven-releases', 'com.example:shop', seededReleases.shop],
  ['maven-releases', 'com.example:billing', seededReleases.billing],
  ['docker-hosted', 'shop/web', seededReleases.shop],
  ['helm-hosted', 'shop', seededReleases.shop.slice(-4)],
  ['npm-hosted', '@example/ui', ['3.0.0', '3.1.0', '4.0.0-rc.1', '4.0.0']],
  ['raw-hosted', 'tools/report.sh', ['1.0', '1.1']],
];

/** Fills an empty server; a version every two days, the newest today. */
export async function seedCompany(nexus: Nexus): Promise<void> {
  for (const repository of repositories)
    nexus.state.setRepository(structuredClone(repository));
  const today = Math.floor(Date.now() / day) * day;
  for (const [name, component, versions] of components) {
    const repository = nexus.state.repository(name) as Repository;
    for (const [index, version] of versions.entries()) {
      const at = today - (versions.length - 1 - index) * 2 * day;
      await putVersion(nexus, repository, { name: component, version, at });
    }
  }
  nexus.index.rebuild();
}
