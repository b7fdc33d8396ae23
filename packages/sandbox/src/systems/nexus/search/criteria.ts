import { NexusError } from '../errors';
import type { Asset, Component } from '../model';
import { isPrerelease } from './versions';

/** A test of one asset of one component. */
export type Criterion = (component: Component, asset: Asset) => boolean;

type Values = (component: Component, asset: Asset) => (string | undefined)[];

const fields: Record<string, Values> = {
  repository: ({ repository }) => [repository],
  repositoryName: ({ repository }) => [repository],
  format: ({ format }) => [format],
  group: ({ group }) => [group],
  name: ({ name }) => [name],
  version: ({ version }) => [version],
  'docker.imageName': ({ format, name }) => [only(format, 'docker', name)],
  'docker.imageTag': ({ format, version }) => [only(format, 'docker', version)],
  'docker.contentDigest': ({ format }, { checksums }) => [
    only(format, 'docker', `sha256:${checksums.sha256}`),
  ],
  'maven.groupId': ({ format, group }) => [only(format, 'maven2', group)],
  'maven.artifactId': ({ format, name }) => [only(format, 'maven2', name)],
  'npm.scope': ({ format, group }) => [only(format, 'npm', group)],
};
const attributes = ['maven.baseVersion', 'maven.extension', 'maven.classifier'];
for (const attribute of attributes)
  fields[attribute] = (component, asset) => [
    component.attributes?.[attribute] ?? asset.attributes?.[attribute],
  ];

/** Fields that are compared as they are. */
const exact = new Set(['repository', 'repositoryName', 'format']);
const checksums = ['md5', 'sha1', 'sha256', 'sha512'] as const;
/** Parameters that are no criteria. */
const others = new Set(['continuationToken', 'sort', 'direction', 'timeout']);

function only(format: string, wanted: string, value: string | undefined) {
  return format === wanted ? value : undefined;
}

/** Words of a text: the server takes it apart at commas, spaces, dashes and slashes. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[,\s/-]+/)
    .filter(Boolean);
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'i');
}

/**
 * A text as the server compares it: in quotation marks as a whole; otherwise every word has to be there, and `*` and `?`
 * stand for anything. A pattern also meets the text as a whole.
 *
 * @throws NexusError 400 for a wildcard at the begin, or one after less than three characters
 */
function textTest(field: string, given: string): (value: string) => boolean {
  const quoted = /^"(.*)"$/.exec(given.trim())?.[1];
  if (quoted !== undefined)
    return value => value.toLowerCase() === quoted.toLowerCase();
  if (/(^|\s)[*?]/.test(given))
    throw new NexusError(400, 'Leading wildcards are prohibited', { field });
  if (/(^|\s)\S{0,2}\*/.test(given))
    throw new NexusError(
      400,
      '3 characters or more are required with a trailing wildcard (*)',
      { field },
    );
  const whole = wildcard(given);
  const words = wordsOf(given).map(wildcard);
  return value => {
    if (whole.test(value)) return true;
    const own = wordsOf(value);
    return words.every(word => own.some(candidate => word.test(candidate)));
  };
}

/**
 * The criteria of a search.
 *
 * @throws NexusError 400
 */
export function readCriteria(query: URLSearchParams): Criterion[] {
  const criteria: Criterion[] = [];
  for (const [name, value] of query) {
    if (others.has(name) || value === '') continue;
    const criterion = readCriterion(name, value);
    // A parameter that the server does not know is ignored there, too.
    if (criterion) criteria.push(criterion);
  }
  return criteria;
}

function readCriterion(name: string, value: string): Criterion | undefined {
  const checksum = checksums.find(candidate => candidate === name);
  if (checksum)
    return (_, asset) => asset.checksums[checksum] === value.toLowerCase();
  if (name === 'prerelease')
    return ({ version }) => isPrerelease(version) === (value === 'true');
  if (name === 'q') return keyword(value);
  const values = fields[name];
  if (!values) return undefined;
  if (exact.has(name)) return (...of) => values(...of)[0] === value;
  const test = textTest(name, value);
  return (...of) =>
    values(...of).some(candidate => candidate !== undefined && test(candidate));
}

/** Words anywhere in what a component is called. */
function keyword(value: string): Criterion {
  const quoted = /^"(.*)"$/.exec(value.trim())?.[1]?.toLowerCase();
  if (quoted !== undefined)
    return (component, asset) =>
      textsOf(component, asset).some(text =>
        text.toLowerCase().includes(quoted),
      );
  const tests = value
    .split(/[,\s/-]+/)
    .filter(Boolean)
    .map(word => textTest('q', word));
  return (component, asset) => {
    const texts = textsOf(component, asset);
    return tests.every(test => texts.some(test));
  };
}

function textsOf(component: Component, asset: Asset): string[] {
  const { group = '', name, version, format } = component;
  return [group, name, version, format, asset.path].filter(Boolean);
}
