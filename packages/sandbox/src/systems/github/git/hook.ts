import { mkdirSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../storage/atomicFile';

/** A ref as somebody wants to move it. */
export interface RefUpdate {
  /** Full name. */
  ref: string;
  /** `noCommit` where it is new. */
  before: string;
  /** `noCommit` where it goes. */
  after: string;
}

/**
 * Git asks it before it moves refs. It hands the question to whoever started git, by descriptor 3, and takes the answer
 * there: lines for the person who pushes, then `accept` or `refuse`.
 */
const preReceive = `#!/bin/sh
printf '%s\\n' "$GIT_OBJECT_DIRECTORY" >&3
cat >&3
printf 'end\\n' >&3
while IFS= read -r line <&3; do
  case "$line" in
    accept) exit 0 ;;
    refuse) exit 1 ;;
    *) printf '%s\\n' "$line" >&2 ;;
  esac
done
exit 1
`;

/** Writes the hooks that all repositories share. */
export function writeHooks(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileAtomic(join(folder, 'pre-receive'), preReceive, 0o755);
}

/**
 * Answers the hook of one push.
 *
 * @param socket - the other end of its descriptor 3
 * @param judge - gets the updates and where the new objects lie until they are taken; says why not, line by line
 */
export function answerHook(
  socket: Duplex,
  judge: (updates: RefUpdate[], objects: string) => Promise<string[]>,
): void {
  let text = '';
  socket.on('error', () => {});
  socket.setEncoding('utf8').on('data', async (piece: string) => {
    text += piece;
    if (!text.endsWith('\nend\n')) return;
    const [objects, ...lines] = text.trimEnd().split('\n').slice(0, -1);
    text = '';
    const updates = lines.map(line => {
      const [before, after, ...ref] = line.split(' ');
      return { before, after, ref: ref.join(' ') };
    });
    const refusal = await judge(updates, objects).catch(error => [
      `error: the stand-in failed: ${error}`,
    ]);
    const verdict = refusal.length > 0 ? 'refuse' : 'accept';
    socket.write(
      [...refusal.flatMap(line => line.split('\n')), verdict, ''].join('\n'),
    );
  });
}
