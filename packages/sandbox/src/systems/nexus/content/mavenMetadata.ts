import type { Component } from '../model';
import type { NexusState } from '../state';
import { compareVersions } from '../search/versions';
import { parseMavenPath } from './mavenPath';

/**
 * `maven-metadata.xml` of an artifact, or of one snapshot version, from what the repository has.
 *
 * @param folder - path of the folder that it lies in
 * @returns undefined where the folder is neither
 */
export function mavenMetadata(
  state: NexusState,
  repository: string,
  folder: string,
): string | undefined {
  const segments = folder.split('/');
  const last = segments.at(-1) ?? '';
  const components = state
    .components(repository)
    .filter(({ group = '', name, attributes }) => {
      const own = [...group.split('.'), name].join('/');
      return (
        own === folder ||
        `${own}/${attributes?.['maven.baseVersion']}` === folder
      );
    });
  if (components.length === 0) return undefined;
  const isVersion = last.endsWith('-SNAPSHOT');
  return isVersion
    ? versionMetadata(state, components, last)
    : artifactMetadata(components);
}

function artifactMetadata(components: Component[]): string {
  const versions = [
    ...new Set(
      components.map(
        ({ version, attributes }) =>
          attributes?.['maven.baseVersion'] ?? version,
      ),
    ),
  ].sort(compareVersions);
  const release = versions.filter(version => !version.endsWith('-SNAPSHOT'));
  const { group = '', name } = components[0];
  return document([
    element('groupId', group),
    element('artifactId', name),
    '<versioning>',
    element('latest', versions.at(-1) as string),
    ...(release.length > 0
      ? [element('release', release.at(-1) as string)]
      : []),
    '<versions>',
    ...versions.map(version => element('version', version)),
    '</versions>',
    element('lastUpdated', stamp(newest(components))),
    '</versioning>',
  ]);
}

function versionMetadata(
  state: NexusState,
  components: Component[],
  baseVersion: string,
): string {
  const { group = '', name } = components[0];
  const latest = [...components]
    .sort((a, b) => compareVersions(a.version, b.version))
    .at(-1) as Component;
  const [, timestamp, build] =
    /-(\d{8}\.\d{6})-(\d+)$/.exec(latest.version) ?? [];
  const files = state
    .assetsOf(latest.id)
    .map(({ path }) => parseMavenPath(path))
    .filter(({ checksum }) => !checksum);
  return document([
    element('groupId', group),
    element('artifactId', name),
    element('version', baseVersion),
    '<versioning>',
    ...(timestamp
      ? [
          '<snapshot>',
          element('timestamp', timestamp),
          element('buildNumber', build),
          '</snapshot>',
        ]
      : []),
    element('lastUpdated', stamp(newest(components))),
    '<snapshotVersions>',
    ...files.flatMap(({ classifier, extension = '' }) => [
      '<snapshotVersion>',
      ...(classifier ? [element('classifier', classifier)] : []),
      element('extension', extension),
      element('value', latest.version),
      element('updated', stamp(latest.createdAt)),
      '</snapshotVersion>',
    ]),
    '</snapshotVersions>',
    '</versioning>',
  ]);
}

function newest(components: Component[]): number {
  return Math.max(...components.map(({ createdAt }) => createdAt));
}

/** `20261126190000`, in UTC. */
function stamp(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, '').slice(0, 14);
}

function element(name: string, value: string): string {
  const text = value.replace(/[&<>]/g, sign => `&#${sign.charCodeAt(0)};`);
  return `<${name}>${text}</${name}>`;
}

function document(lines: string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<metadata>',
    ...lines,
    '</metadata>',
    '',
  ].join('\n');
}
