import type { ArtifactFormat } from '@nante/model';
import { artifactFormatSchema } from '@nante/model';
import type { NexusComponent } from '@nante/plugin-infrastructure-node';

/** Octopus' word for a feed's kind, and the formats that such a feed serves. */
const feedFormats: Record<string, ArtifactFormat[]> = {
  Maven: ['maven2'],
  Docker: ['docker'],
  OciRegistry: ['docker', 'helm'],
  Helm: ['helm'],
  Npm: ['npm'],
};

/** What an artifact is called. */
export interface ArtifactName {
  repository: string;
  format: ArtifactFormat | 'other';
  /** `com.example:hello`, `team/app`, `@scope/name`, `chart`, or a path. */
  name: string;
}

export function formatOf(component: {
  format: string;
}): ArtifactFormat | 'other' {
  const known = artifactFormatSchema.safeParse(component.format);
  return known.success ? known.data : 'other';
}

/** Name of a component as its own tools write it. */
export function artifactName(
  component: Pick<NexusComponent, 'format' | 'group' | 'name' | 'repository'>,
): ArtifactName {
  const { format, group, name, repository } = component;
  const named = { repository, format: formatOf(component) };
  if (format === 'maven2' && group) {
    return { ...named, name: `${group}:${name}` };
  }
  if (format === 'npm' && group) {
    return { ...named, name: `@${group.replace(/^@/, '')}/${name}` };
  }
  return { ...named, name: name.replace(/^\/+/, '') };
}

/** Group and name that a search asks for. */
export function searchName(name: string): { group?: string; name: string } {
  const maven = /^([^:/]+):([^:/]+)$/.exec(name);
  if (maven) return { group: maven[1], name: maven[2] };
  const scoped = /^@([^/]+)\/([^/]+)$/.exec(name);
  if (scoped) return { group: scoped[1], name: scoped[2] };
  return { name };
}

/** Version of a component; a raw file has none but the folder that it lies in. */
export function artifactVersion(
  component: Pick<NexusComponent, 'name' | 'version'>,
): string {
  return component.version || (component.name.split('/').at(-2) ?? '');
}

/**
 * Whether an artifact is named after a component: its last part is the component's name as a whole. `shop-admin` and
 * `workshop` are not `shop`.
 */
export function isNamedAfter(name: string, component: string): boolean {
  if (!name.endsWith(component)) return false;
  const before = name.slice(0, -component.length);
  return before === '' || /[:/]$/.test(before);
}

/** Whether a package of a process is an artifact. Octopus may or may not write the repository before an image. */
export function isPackage(
  artifact: ArtifactName,
  packageId: string,
  feedType: string,
): boolean {
  const formats = feedFormats[feedType];
  if (
    formats &&
    artifact.format !== 'other' &&
    !formats.includes(artifact.format)
  ) {
    return false;
  }
  return (
    packageId === artifact.name ||
    packageId === `${artifact.repository}/${artifact.name}`
  );
}
