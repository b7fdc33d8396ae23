import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { UploadSource } from './types';

/** A form with one file, whose length is known before it is read. */
export interface FormWithFile extends UploadSource {
  contentType: string;
}

/**
 * Makes a form out of fields and a file; the file is only read while it is sent.
 *
 * @param file.field - name of the field that the file is in
 */
export function formWithFile(
  fields: Record<string, string | undefined>,
  file: { field: string; filename: string; source: UploadSource },
): FormWithFile {
  const boundary = `nante-${randomBytes(16).toString('hex')}`;
  const { source } = file;
  const head = Buffer.from(
    [
      ...Object.entries(fields).flatMap(([name, value]) =>
        value === undefined
          ? []
          : [
              `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
            ],
      ),
      `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(file.field)}"; filename="${quoted(file.filename)}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ].join(''),
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  async function* pieces() {
    yield head;
    yield* source.open() as AsyncIterable<Buffer>;
    yield tail;
  }
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    size: head.length + source.size + tail.length,
    open: () => Readable.from(pieces(), { objectMode: false }),
  };
}

/** A name in a header of a form, as browsers write it. */
function quoted(name: string): string {
  return name
    .replaceAll('"', '%22')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
}
