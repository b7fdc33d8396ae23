import { parse } from 'yaml';
import type { Feed } from './documents';
import { OctopusError } from './errors';
import type { OctopusState } from './state';

/** A version that a feed has. */
export interface FeedVersion {
  version: string;
  /** ISO time, where the feed tells it. */
  published?: string;
}

/** How long a feed may take for one answer. */
const timeoutMs = 15_000;

/** Asks the feeds what they have, as the server does: over HTTP, with the feed's own credentials. */
export class PackageFeeds {
  readonly #state: OctopusState;

  constructor(state: OctopusState) {
    this.#state = state;
  }

  /**
   * All versions of a package, newest first; none when the feed does not know it.
   *
   * @throws OctopusError 400 when the feed does not answer, or is of a kind that the stand-in cannot ask
   */
  async versions(feed: Feed, packageId: string): Promise<FeedVersion[]> {
    switch (feed.FeedType) {
      case 'Maven':
        return newest(await this.#maven(feed, packageId));
      case 'Docker':
        return newest(await this.#docker(feed, packageId));
      case 'Helm':
        return newest((await this.#helm(feed))[packageId] ?? []);
      case 'BuiltIn':
        return [];
      default:
        throw new OctopusError(
          400,
          `The stand-in cannot ask feeds of type ${feed.FeedType}.`,
        );
    }
  }

  /** Packages whose name has the term in it; of a Maven feed the one that is named `group:artifact`. */
  async search(
    feed: Feed,
    term: string,
  ): Promise<{ id: string; latest?: string }[]> {
    if (feed.FeedType === 'Helm')
      return Object.entries(await this.#helm(feed))
        .filter(([name]) => name.includes(term))
        .map(([id, versions]) => ({
          id,
          latest: newest(versions)[0]?.version,
        }));
    if (feed.FeedType === 'Docker') {
      const catalog = await this.#json(feed, 'v2/_catalog');
      const names = (catalog?.repositories ?? []) as string[];
      return names.filter(name => name.includes(term)).map(id => ({ id }));
    }
    if (feed.FeedType !== 'Maven' || !term.includes(':')) return [];
    const [latest] = await this.versions(feed, term);
    return latest ? [{ id: term, latest: latest.version }] : [];
  }

  async #maven(feed: Feed, packageId: string): Promise<FeedVersion[]> {
    const [group, artifact] = packageId.split(':');
    if (!group || !artifact) return [];
    const path = [...group.split('.'), artifact, 'maven-metadata.xml'];
    const text = await this.#text(feed, path.join('/'));
    const found = text?.matchAll(/<version>\s*([^<\s]+)\s*<\/version>/g) ?? [];
    return [...found].map(match => ({ version: match[1] }));
  }

  async #docker(feed: Feed, packageId: string): Promise<FeedVersion[]> {
    const answer = await this.#json(feed, `v2/${packageId}/tags/list`);
    const tags = (answer?.tags ?? []) as string[];
    return tags.map(version => ({ version }));
  }

  async #helm(feed: Feed): Promise<Record<string, FeedVersion[]>> {
    const text = await this.#text(feed, 'index.yaml');
    const index = (text ? parse(text) : {}) as {
      entries?: Record<string, { version: string; created?: string }[]>;
    };
    return Object.fromEntries(
      Object.entries(index.entries ?? {}).map(([name, charts]) => [
        name,
        charts.map(({ version, created }) => ({ version, published: created })),
      ]),
    );
  }

  async #json(
    feed: Feed,
    path: string,
  ): Promise<Record<string, unknown> | undefined> {
    const text = await this.#text(feed, path);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** @returns undefined for 404 */
  async #text(feed: Feed, path: string): Promise<string | undefined> {
    const base = feed.FeedUri?.replace(/\/+$/, '');
    const response = await fetch(`${base}/${path}`, {
      headers: this.#headers(feed),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: Error) => {
      throw unreachable(feed, String(error.cause ?? error.message));
    });
    if (response.ok) return response.text();
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw unreachable(feed, `it answered ${response.status}`);
  }

  #headers(feed: Feed): Record<string, string> {
    const password = this.#state.get('secrets', `${feed.Id}.Password`)?.Value;
    if (!feed.Username || password === undefined) return {};
    const pair = Buffer.from(`${feed.Username}:${password}`);
    return { authorization: `Basic ${pair.toString('base64')}` };
  }
}

function unreachable(feed: Feed, why: string) {
  return new OctopusError(
    400,
    `The feed '${feed.Name}' could not be read: ${why}.`,
  );
}

function newest(versions: FeedVersion[]): FeedVersion[] {
  return [...versions].sort((left, right) =>
    compareVersions(right.version, left.version),
  );
}

/**
 * Compares two versions as far as they are numbers; what is none is compared as text, and a release comes after its
 * pre-releases. Versions need not be SemVer.
 */
export function compareVersions(left: string, right: string): number {
  const [leftCore, ...leftRest] = left.replace(/\+.*$/, '').split('-');
  const [rightCore, ...rightRest] = right.replace(/\+.*$/, '').split('-');
  return (
    compareParts(leftCore, rightCore) ||
    Number(leftRest.length === 0) - Number(rightRest.length === 0) ||
    compareParts(leftRest.join('-'), rightRest.join('-'))
  );
}

function compareParts(left: string, right: string): number {
  const rights = right.split('.');
  const lefts = left.split('.');
  for (
    let index = 0;
    index < Math.max(lefts.length, rights.length);
    index += 1
  ) {
    const [one, other] = [lefts[index] ?? '0', rights[index] ?? '0'];
    const order =
      /^\d+$/.test(one) && /^\d+$/.test(other)
        ? Number(one) - Number(other)
        : one.localeCompare(other, 'en');
    if (order !== 0) return order;
  }
  return 0;
}
