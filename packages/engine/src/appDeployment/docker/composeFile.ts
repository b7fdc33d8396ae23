import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { NanteError, type DeployDockerRequest } from '@nante/model';
import { parse } from 'yaml';
import { z } from 'zod';

/** Larger files are no Compose files. */
const longest = 256 * 1024;

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.looseObject({ image: z.string().optional() }),
  ),
});

/** How Compose takes the image from its environment. */
const takesImage = /\$(?:\{IMAGE[}:?-]|IMAGE(?![A-Za-z0-9_]))/;

/**
 * The Compose file of a request, looked at before anything is touched.
 *
 * @returns its text; undefined where the request names none
 * @throws NanteError `invalid-input` that says what is wrong with it
 */
export async function readComposeFile({
  composeFile,
  variables,
}: Pick<DeployDockerRequest, 'composeFile' | 'variables'>): Promise<
  string | undefined
> {
  if (composeFile === undefined) return undefined;
  const name = basename(composeFile);
  const wrong = (problem: string, hint: string, cause?: unknown) =>
    new NanteError('invalid-input', `The Compose file ${name} ${problem}.`, {
      hint: `${hint} Nothing was changed.`,
      cause,
    });
  let text: string;
  try {
    text = await readFile(composeFile, 'utf8');
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw wrong(`cannot be read (${code})`, 'Look at its path.', cause);
  }
  if (text.length > longest)
    throw wrong('is larger than 256 KiB', 'Name the right file.');
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    const [first] = (cause as Error).message.split('\n');
    throw wrong(`is no YAML: ${first}`, 'Correct it.', cause);
  }
  const read = composeSchema.safeParse(content);
  if (!read.success)
    throw wrong('has no services', 'Name a file with `services:` in it.');
  const images = Object.values(read.data.services).map(({ image }) => image);
  if (!images.some(image => image && takesImage.test(image)))
    throw wrong(
      'has no service that takes its image from ${IMAGE}',
      'Write `image: ${IMAGE}` in the service of the app.',
    );
  const odd = Object.entries(variables).find(([, value]) =>
    /['\r\n]/.test(value),
  );
  if (odd)
    throw new NanteError(
      'invalid-input',
      `The variable ${odd[0]} has a ' or a line break, which a file of variables cannot have.`,
      { hint: 'Leave it out, or do without a Compose file.' },
    );
  return text;
}
