import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import type { Received } from '../blobStore';
import { NexusError } from '../errors';
import { uploadOf, type Nexus } from '../server';

/** A form as it was sent; its files lie on disk already. */
export interface Form {
  fields: Map<string, string>;
  files: { field: string; filename: string; received: Received }[];
}

/**
 * Reads a form of several parts. Files go to disk while they arrive, however large they are.
 *
 * @throws NexusError 400 for what is no form; nothing is left of the files then
 */
export async function readForm(nexus: Nexus, request: Request): Promise<Form> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data;.*boundary=/i.test(type))
    throw new NexusError(400, 'Expected multipart Content-Type');
  const fields = new Map<string, string>();
  const files: Promise<Form['files'][number]>[] = [];
  const reader = busboy({
    headers: { 'content-type': type },
    defParamCharset: 'utf8',
    // The folder of a file name is the client's business, not ours.
    preservePath: false,
  });
  reader.on('field', (name, value) => fields.set(name, value));
  reader.on('file', (field, stream, { filename }) => {
    // Whoever reads it gets the error; one that nobody listens to would end the process.
    stream.on('error', () => {});
    const file = nexus.blobs.receive(stream).then(
      received => ({ field, filename, received }),
      error => {
        stream.resume();
        throw error;
      },
    );
    // Looked at below; until then nobody waits for it.
    file.catch(() => {});
    files.push(file);
  });
  const whole = await pipeline(
    Readable.from(uploadOf(nexus, request)),
    reader,
  ).then(
    () => undefined,
    (error: unknown) => error ?? new Error('the form was cut off'),
  );
  const settled = await Promise.allSettled(files);
  const arrived = settled.flatMap(result =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  const failure =
    whole ?? settled.find(result => result.status === 'rejected')?.reason;
  if (failure === undefined) return { fields, files: arrived };
  await discardForm(nexus, { fields, files: arrived });
  if (failure instanceof Error && /form|part header/i.test(failure.message))
    throw new NexusError(400, `The form cannot be read: ${failure.message}`);
  throw failure;
}

/** Takes the files of a form away. */
export async function discardForm(
  { blobs }: Nexus,
  { files }: Form,
): Promise<void> {
  for (const { received } of files) await blobs.discard(received);
}
