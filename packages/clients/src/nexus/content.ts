import { createHash } from 'node:crypto';
import { NanteError } from '@nante/model';
import type { CallOptions } from '../proxmox/types';
import { toAsset } from './components';
import type { NexusConnection } from './connection';
import { misunderstood } from './failures';
import { readStream } from './streaming';
import type { NexusApi, Upload } from './types';

/** Pages of the index that are looked through for a path; more assets with one and the same content are rare. */
const mostPages = 5;

/** Address of a file below the address of the server. */
export function contentPath(repository: string, path: string): string {
  const segments = [repository, ...path.split('/')].map(encodeURIComponent);
  return `/repository/${segments.join('/')}`;
}

/** Path that an upload ends at, by the layout of its format. */
export function pathOf(upload: Upload): string {
  switch (upload.format) {
    case 'raw':
      return [upload.directory.replace(/^\/+|\/+$/g, ''), upload.filename]
        .filter(Boolean)
        .join('/');
    case 'maven2': {
      const { group, artifact, version, classifier, extension } = upload;
      const file = [artifact, version, classifier].filter(Boolean).join('-');
      return `${group.replaceAll('.', '/')}/${artifact}/${version}/${file}.${extension}`;
    }
    case 'npm':
      return `${upload.name}/-/${upload.filename}`;
    default:
      return upload.filename;
  }
}

/** Calls about files, asked for by their path and never by the index alone. */
export function contentCalls(
  connection: NexusConnection,
): Pick<NexusApi, 'download' | 'head' | 'sha256' | 'pathOf'> {
  const head: NexusApi['head'] = async (repository, path, options) => {
    const answer = await connection.request(
      {
        method: 'HEAD',
        path: contentPath(repository, path),
        headers: { 'accept-encoding': 'identity' },
      },
      options,
    );
    if (answer.status === 404) return undefined;
    if (answer.status !== 200)
      throw connection.refusal(answer, reading(repository, path));
    const size = Number(answer.headers.get('content-length') ?? Number.NaN);
    if (Number.isNaN(size)) throw misunderstood(connection.url, 'file');
    const [, sha1] =
      /\{SHA1\{([0-9a-f]{40})\}\}/i.exec(answer.headers.get('etag') ?? '') ??
      [];
    return { size, ...(sha1 ? { sha1: sha1.toLowerCase() } : {}) };
  };

  /** What the index says of the very content that lies at a path now. */
  async function indexed(
    repository: string,
    path: string,
    sha1: string,
    options?: CallOptions,
  ): Promise<string | undefined> {
    let continuationToken: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const token = continuationToken;
      const found = await connection.ask(
        { what: 'search', continued: token !== undefined },
        options,
        ({ vendor, configuration, init }) =>
          new vendor.SearchApi(configuration).listSearchAssets(
            { repository, sha1, continuationToken: token },
            init,
          ),
      );
      for (const item of found.items ?? []) {
        const asset = toAsset(item);
        if (asset?.path === path && asset.checksums.sha1 === sha1)
          return asset.checksums.sha256;
      }
      continuationToken = found.continuationToken ?? undefined;
      if (!continuationToken) return undefined;
    }
    return undefined;
  }

  /** @returns false where nothing is there */
  async function read(
    repository: string,
    path: string,
    options: CallOptions | undefined,
    take: (piece: Buffer) => void,
  ): Promise<boolean> {
    const refusal = await readStream(
      {
        agent: connection.agent,
        url: connection.url + contentPath(repository, path),
        headers: { authorization: connection.authorization },
        silenceMs: connection.timeoutMs,
        signal: options?.signal,
        what: `read ${path} of ${repository}`,
      },
      take,
    );
    if (refusal === undefined) return true;
    if (refusal.status === 404) return false;
    throw connection.refusal(refusal, reading(repository, path));
  }

  return {
    head,
    pathOf,
    async download(repository, path, options) {
      const pieces: Buffer[] = [];
      let size = 0;
      const isThere = await read(repository, path, options, piece => {
        size += piece.length;
        if (size > options.mostBytes)
          throw new NanteError(
            'invalid-input',
            `${path} of ${repository} has more than ${options.mostBytes} bytes.`,
          );
        pieces.push(piece);
      });
      return isThere ? Buffer.concat(pieces) : undefined;
    },
    async sha256(repository, path, options) {
      const there = await head(repository, path, options);
      if (!there) return undefined;
      const known =
        there.sha1 === undefined
          ? undefined
          : await indexed(repository, path, there.sha1, options).catch(
              asUnknown,
            );
      if (known) return known;
      const hash = createHash('sha256');
      const isThere = await read(repository, path, options, piece =>
        hash.update(piece),
      );
      return isThere ? hash.digest('hex') : undefined;
    },
  };
}

/** An index that answers no question is no reason to fail: the file itself is there. */
function asUnknown(error: unknown): undefined {
  if (NanteError.is(error) && error.code !== 'cancelled') return undefined;
  throw error;
}

function reading(repository: string, path: string) {
  return {
    what: `read ${path} of ${repository}`,
    privilege: `nx-repository-view-*-${repository}-read`,
  };
}
