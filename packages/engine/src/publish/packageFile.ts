import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { NanteError } from '@nante/model';
import { extract } from 'tar-stream';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { readPlainly } from './sourceFile';

/** What a package says that it is. */
export interface PackageIdentity {
  name: string;
  version: string;
}

/** Which file of a package says it, and in which form. */
const kinds = {
  npm: { file: /^[^/]+\/package\.json$/, title: 'package.json' },
  helm: { file: /^[^/]+\/Chart\.yaml$/, title: 'Chart.yaml' },
} as const;

const largestFile = 1024 * 1024;
/** Unpacked bytes that are looked through for it: a package of moderate size may be packed from very much. */
const longestSearch = 512 * 1024 * 1024;

const identitySchema = z.object({
  name: z
    .string()
    .regex(
      /^(?!.*\.\.)(?:@[a-z0-9~][a-z0-9._~-]*\/)?[A-Za-z0-9~][A-Za-z0-9._~-]*$/,
    ),
  version: z.string().regex(/^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._+-]*$/),
});

/**
 * Name and version that stand in an npm package or a chart (tgz), without unpacking it to a disk.
 *
 * @throws NanteError `invalid-input` for a file of another kind, and for one that does not say it
 */
export async function readIdentity(
  kind: keyof typeof kinds,
  path: string,
  signal: AbortSignal,
): Promise<PackageIdentity> {
  const { title } = kinds[kind];
  const text = await readEntry(kind, path, signal);
  if (text === undefined)
    throw notThat(kind, path, `there is no ${title} in it`);
  let content: unknown;
  try {
    content = kind === 'npm' ? JSON.parse(text) : parseYaml(text);
  } catch {
    throw notThat(kind, path, `its ${title} cannot be read`);
  }
  const identity = identitySchema.safeParse(content);
  if (identity.success) return identity.data;
  throw notThat(
    kind,
    path,
    `its ${title} has no ${identity.error.issues.map(issue => issue.path.join('.')).join(' and ') || 'name and version'} that can be used`,
  );
}

async function readEntry(
  kind: keyof typeof kinds,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { file } = kinds[kind];
  const source = readPlainly(path);
  const unpacked = source.pipe(createGunzip());
  source.on('error', error => unpacked.destroy(error));
  const archive = extract();
  Readable.from(limited(unpacked, kind, path), { objectMode: false })
    .on('error', error => archive.destroy(error))
    .pipe(archive);
  try {
    for await (const entry of archive) {
      signal.throwIfAborted();
      if (!file.test(entry.header.name)) {
        entry.resume();
        continue;
      }
      if ((entry.header.size ?? 0) > largestFile)
        throw notThat(kind, path, `its ${entry.header.name} is too large`);
      const pieces: Buffer[] = [];
      for await (const piece of entry) pieces.push(piece as Buffer);
      return Buffer.concat(pieces).toString('utf8');
    }
    return undefined;
  } catch (error) {
    if (NanteError.is(error) || signal.aborted) throw error;
    throw notThat(kind, path, (error as Error).message);
  } finally {
    source.destroy();
    unpacked.destroy();
    archive.destroy();
  }
}

async function* limited(
  unpacked: AsyncIterable<Buffer>,
  kind: keyof typeof kinds,
  path: string,
) {
  let seen = 0;
  for await (const piece of unpacked) {
    seen += piece.length;
    if (seen > longestSearch)
      throw notThat(kind, path, 'there is too much in it');
    yield piece;
  }
}

function notThat(
  kind: keyof typeof kinds,
  path: string,
  why: string,
): NanteError {
  const what =
    kind === 'npm' ? 'npm package (npm pack)' : 'chart (helm package)';
  return new NanteError('invalid-input', `${path} is no ${what}: ${why}.`, {
    hint: `Name the .tgz that ${kind === 'npm' ? 'npm pack' : 'helm package'} made.`,
  });
}
