import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NanteError } from '@nante/model';
import type { Feed } from '../documents';
import type { FetchedPackage, PackageSource } from './types';

/** Tried in this order; a Maven repository does not say what it has. */
const extensions = [
  ...['.zip', '.jar', '.war', '.ear', '.rar'],
  ...['.tar.gz', '.tgz', '.tar.bz2', '.tar'],
];

/**
 * Fetches packages of Maven feeds over HTTP, and keeps them by their checksum: what the feed says today is asked each time.
 *
 * @param folder - for the packages
 * @param passwordOf - of a feed; undefined where it has none
 */
export function createMavenPackages(
  folder: string,
  passwordOf: (feed: Feed) => string | undefined,
): PackageSource {
  return {
    async fetch(feed, packageId, version, signal) {
      if (feed.FeedType !== 'Maven' || !feed.FeedUri)
        throw new NanteError(
          'failed',
          `The server fetches packages of Maven feeds only; ${feed.Name} is of the kind ${feed.FeedType}.`,
        );
      const headers = authorization(feed, passwordOf(feed));
      const base = artifactUrl(feed.FeedUri, packageId, version);
      const named = `${packageId} ${version} of the feed ${feed.Name}`;
      for (const extension of extensions) {
        const sha1 = await checksum(`${base}${extension}`, {
          headers,
          signal,
          named,
        });
        if (!sha1) continue;
        return await download(`${base}${extension}`, {
          ...{ folder, extension, sha1, headers, signal, named },
        });
      }
      throw new NanteError(
        'not-found',
        `The package ${named} was not found: nothing at ${base}${extensions[0]} or with another ending.`,
      );
    },
  };
}

function artifactUrl(
  feedUri: string,
  packageId: string,
  version: string,
): string {
  const [group, artifact, ...rest] = packageId.split(':');
  if (!group || !artifact || rest.length > 0)
    throw new NanteError(
      'invalid-input',
      `"${packageId}" is no package of a Maven feed, which are called group:artifact.`,
    );
  const parts = [...group.split('.'), artifact, version].map(part =>
    encodeURIComponent(part),
  );
  const file = encodeURIComponent(`${artifact}-${version}`);
  return `${feedUri.replace(/\/+$/, '')}/${parts.join('/')}/${file}`;
}

function authorization(
  { Username }: Feed,
  password: string | undefined,
): Record<string, string> {
  if (!Username || password === undefined) return {};
  const both = Buffer.from(`${Username}:${password}`).toString('base64');
  return { authorization: `Basic ${both}` };
}

interface Asking {
  headers: Record<string, string>;
  signal: AbortSignal;
  /** The package, for errors. */
  named: string;
}

async function get(url: string, asking: Asking): Promise<Response> {
  const { headers, signal, named } = asking;
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    signal.throwIfAborted();
    const { cause, message } = error as Error & { cause?: Error };
    throw new NanteError(
      'unreachable',
      `The package ${named} could not be fetched: ${cause?.message ?? message}`,
      { cause: error },
    );
  }
}

/** What the repository says; undefined when it does not have the file. */
async function checksum(
  url: string,
  asking: Asking,
): Promise<string | undefined> {
  const answer = await get(`${url}.sha1`, asking);
  const text = (await answer.text()).trim();
  if (answer.status === 404) return undefined;
  if (!answer.ok)
    throw new NanteError(
      'failed',
      `The package ${asking.named} could not be fetched: ${url}.sha1 answers ${answer.status}.`,
    );
  const sha1 = /^[0-9a-f]{40}/i.exec(text)?.[0];
  if (!sha1)
    throw new NanteError('failed', `${url}.sha1 has no SHA-1 checksum in it.`);
  return sha1.toLowerCase();
}

async function download(
  url: string,
  options: Asking & { folder: string; extension: string; sha1: string },
): Promise<FetchedPackage> {
  const { folder, extension, sha1, named, signal } = options;
  const file = join(folder, `${sha1}${extension}`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const answer = await get(url, options);
    if (!answer.ok || !answer.body)
      throw new NanteError(
        'failed',
        `The package ${named} could not be fetched: ${url} answers ${answer.status}.`,
      );
    const partial = `${file}.${process.pid}.${Date.now()}.part`;
    const digest = createHash('sha1');
    try {
      await pipeline(
        Readable.fromWeb(answer.body as never),
        new Transform({
          transform(chunk, _, done) {
            digest.update(chunk);
            done(null, chunk);
          },
        }),
        createWriteStream(partial),
        { signal },
      );
      const found = digest.digest('hex');
      if (found !== sha1)
        throw new NanteError(
          'failed',
          `The package ${named} arrived damaged: its SHA-1 is ${found}, the feed says ${sha1}.`,
        );
      renameSync(partial, file);
    } finally {
      await rm(partial, { force: true });
    }
  }
  const { size } = await stat(file);
  return { file, extension, size, sha1 };
}
