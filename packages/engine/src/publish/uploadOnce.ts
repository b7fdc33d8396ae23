import type { NexusApi } from '@nante/clients';
import { NanteError, type PublishRequest } from '@nante/model';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import type { ArtifactNotes } from './artifactNotes';
import type { Publication } from './publication';

/** Milliseconds between two lines about how far an upload is. */
const progressMs = 5_000;

/** One upload. */
export interface OneUpload {
  nexus: NexusApi;
  request: PublishRequest;
  publication: Publication;
  notes: ArtifactNotes;
  lease: Lease;
}

/**
 * Uploads something that was not there a moment ago. Where that fails, it is looked whether it is there all the same: the
 * answer may have been lost, or somebody else was faster.
 *
 * @throws NanteError `conflict` where something else is there now; otherwise what went wrong, and that nothing is there
 */
export async function uploadOnce(
  run: Run,
  upload: OneUpload,
  step: { detail(text: string): void },
): Promise<void> {
  const { nexus, publication, notes, lease } = upload;
  const { isWritable } = await nexus.checkAccess({ signal: run.signal });
  if (!isWritable)
    throw new NanteError(
      'failed',
      'Nexus is in read-only mode: it takes no uploads now.',
      { hint: 'Ask who runs it, then repeat the request.' },
    );
  await lease.assertHeld();
  await notes.write('intended');
  const began = Date.now();
  try {
    await publication.send(nexus, run.signal, progressOf(run, publication));
  } catch (error) {
    await afterFailure(upload, error);
    run.recorder.log(
      'warn',
      `The upload did not end well (${(error as Error).message}), and it is there all the same.`,
    );
  }
  const seconds = (Date.now() - began) / 1000;
  step.detail(`${megabytes(publication.size)} in ${seconds.toFixed(1)} s`);
}

/** Does nothing where what was meant is there. */
async function afterFailure(
  { nexus, request, publication, notes }: OneUpload,
  error: unknown,
): Promise<void> {
  let there: string | undefined;
  try {
    there = await publication.there(nexus);
  } catch {
    // It stays intended: nobody can say.
    throw error;
  }
  const isCancelled = NanteError.is(error) && error.code === 'cancelled';
  if (there === publication.digest && !isCancelled) return;
  if (there === publication.digest) throw error;
  await notes.write('removed');
  if (there !== undefined) throw differs(request, publication, there);
  throw withNothing(error, request);
}

/** Says in addition that nothing came of it. */
function withNothing(error: unknown, { repository }: PublishRequest): unknown {
  if (!NanteError.is(error) || error.code === 'cancelled') return error;
  const { code, message, hint, details } = error;
  return new NanteError(code, `${message} Nothing of it is in ${repository}.`, {
    hint,
    details,
    cause: error,
  });
}

/** Something else is at the same place. */
export function differs(
  { repository }: Pick<PublishRequest, 'repository'>,
  { path, digest }: Publication,
  there: string,
): NanteError {
  return new NanteError(
    'conflict',
    `${repository} has ${path} already, as ${there}; the file is ${digest}.`,
    {
      hint: 'Publish it under another version: what was published stays as it is.',
      details: { there, file: digest },
    },
  );
}

function progressOf(
  { recorder }: Run,
  { size }: Publication,
): (sent: number) => void {
  let told = Date.now();
  return sent => {
    if (Date.now() - told < progressMs) return;
    told = Date.now();
    recorder.log('info', `${megabytes(sent)} of ${megabytes(size)} are sent`);
  };
}

function megabytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`;
  return bytes < 1e6
    ? `${(bytes / 1e3).toFixed(1)} kB`
    : `${(bytes / 1e6).toFixed(1)} MB`;
}
