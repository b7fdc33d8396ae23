import { basename } from 'node:path';
import type { Upload } from '@nante/clients';
import { NanteError, type PublishRequest } from '@nante/model';
import { readIdentity } from './packageFile';

/** What a request is about, worked out of it and its file. */
export type Coordinates =
  | { format: 'file'; upload: Upload; name: string; version?: string }
  | { format: 'docker'; image: string; tag: string };

/** Words of a request that only some formats know. */
const useful: Record<
  PublishRequest['format'],
  readonly ('group' | 'extension' | 'classifier')[]
> = {
  maven2: ['group', 'extension', 'classifier'],
  raw: ['group'],
  npm: [],
  helm: [],
  docker: [],
};

const imageName =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const imageTag = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const fileName = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$/;
const doubleExtension = /\.(tar\.[a-z0-9]+)$/;

/**
 * Where a file goes.
 *
 * @throws NanteError `invalid-input` that names everything that is missing or wrong at once, and where the request disagrees
 *   with what the file says
 */
export async function coordinatesOf(
  request: PublishRequest,
  signal: AbortSignal,
): Promise<Coordinates> {
  const { format } = request;
  const surplus = (['group', 'extension', 'classifier'] as const).filter(
    name => request[name] !== undefined && !useful[format].includes(name),
  );
  assertNone(surplus.map(name => `${name} means nothing for ${format}`));
  switch (format) {
    case 'maven2':
      return mavenOf(request);
    case 'raw':
      return rawOf(request);
    case 'docker':
      return imageOf(request);
    default:
      return packageOf(request, format, signal);
  }
}

function mavenOf(request: PublishRequest): Coordinates {
  const { group = '', name = '', version = '', classifier } = request;
  const extension = request.extension ?? extensionOf(request.file) ?? '';
  assertNone([
    ...missing({ group, name, version }),
    ...(extension ? [] : ['the file has no extension: say which by extension']),
    ...(/[/]/.test(group)
      ? ['group: the parts of a group id stand between dots']
      : []),
    ...(/[/@]/.test(name) ? ['name: an artifact id has no / and no @'] : []),
    ...(/-SNAPSHOT$/i.test(version)
      ? ['version: a SNAPSHOT is another thing each time; publish a version']
      : []),
  ]);
  return {
    format: 'file',
    name: `${group}:${name}`,
    version,
    upload: {
      ...{ format: 'maven2', group, artifact: name, version },
      ...{ extension, classifier },
    },
  };
}

function rawOf({ group, name, version, file }: PublishRequest): Coordinates {
  const parts = (name ?? basename(file)).split('/');
  const filename = parts.pop()!;
  assertNone([
    ...(fileName.test(filename)
      ? []
      : [
          `the file's name ${JSON.stringify(filename)} is none that can stand in an address: give it another by name`,
        ]),
    ...(name?.startsWith('@') ? ['name: a path does not begin with @'] : []),
  ]);
  const directory = [group?.replace(/\/+$/, ''), version, ...parts]
    .filter(Boolean)
    .join('/');
  return {
    format: 'file',
    name: [directory, filename].filter(Boolean).join('/'),
    ...(version === undefined ? {} : { version }),
    upload: { format: 'raw', directory, filename },
  };
}

async function packageOf(
  request: PublishRequest,
  format: 'npm' | 'helm',
  signal: AbortSignal,
): Promise<Coordinates> {
  const found = await readIdentity(format, request.file, signal);
  assertNone(
    (['name', 'version'] as const).flatMap(word =>
      request[word] === undefined || request[word] === found[word]
        ? []
        : [
            `the request says ${word} ${request[word]}, and the file ${found[word]}`,
          ],
    ),
  );
  const { name, version } = found;
  const filename = `${name.split('/').at(-1)}-${version}.tgz`;
  return {
    format: 'file',
    ...{ name, version },
    upload:
      format === 'npm' ? { format, name, filename } : { format, filename },
  };
}

function imageOf({ name = '', version = '' }: PublishRequest): Coordinates {
  assertNone([
    ...missing({ name, version }),
    ...(name === '' || imageName.test(name)
      ? []
      : [
          'name: an image has lower-case letters and digits, with one of . _ - between them, in parts between slashes',
        ]),
    ...(version === '' || imageTag.test(version)
      ? []
      : ['version: a tag has letters, digits, _, . and - alone']),
  ]);
  return { format: 'docker', image: name, tag: version };
}

function missing(words: Record<string, string>): string[] {
  const names = Object.keys(words).filter(name => words[name] === '');
  return names.length > 0 ? [`missing: ${names.join(', ')}`] : [];
}

function extensionOf(file: string): string | undefined {
  const name = basename(file);
  return (
    doubleExtension.exec(name)?.[1] ?? /[^.]\.([a-z0-9]+)$/.exec(name)?.[1]
  );
}

function assertNone(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new NanteError(
    'invalid-input',
    `This cannot be published: ${problems.join('; ')}.`,
    { hint: 'Correct it; nothing was changed.' },
  );
}
