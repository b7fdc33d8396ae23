import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { SshLogin, SshRunner } from './types';

const program = readFileSync(
  // eslint-disable-next-line no-restricted-syntax -- it is run from its sources only, where the program lies beside it
  join(__dirname, 'remote', 'agent.py'),
);

/** Nothing is put into it: the program, and what it is to do, arrive by its input. */
const bootstrap =
  'python3 -c \'import sys; exec(compile(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())), "agent", "exec"))\'';

const lineSchema = z.union([
  z.object({ line: z.string(), stream: z.enum(['out', 'error']) }),
  z.object({ result: z.record(z.string(), z.unknown()) }),
  z.object({ failed: z.string() }),
]);

/** What to run on a target. */
export interface RemoteOrder {
  op: 'facts' | 'journal' | 'script' | 'package';
  [more: string]: unknown;
}

/**
 * Runs our program on a target.
 *
 * @param payload - bytes that follow the order
 * @param sudo - for a Tentacle, whose service is root's
 * @returns what it found
 * @throws NanteError `failed` with what it said; and those of `SshRunner.run`
 */
export async function runRemote(
  ssh: SshRunner,
  login: SshLogin,
  order: RemoteOrder,
  options: {
    signal: AbortSignal;
    sudo?: boolean;
    payload?: Readable;
    onLine?(line: string, stream: 'out' | 'error'): void;
  },
): Promise<Record<string, unknown>> {
  let result: Record<string, unknown> | undefined;
  let failed: string | undefined;
  const stray: string[] = [];
  const code = await ssh.run(
    login,
    options.sudo ? `sudo -n -H ${bootstrap}` : bootstrap,
    {
      input: [
        `${program.length}\n`,
        program,
        `${JSON.stringify(order)}\n`,
        ...(options.payload ? [options.payload] : []),
      ],
      signal: options.signal,
      onLine(text, stream) {
        const message = stream === 'out' ? parse(text) : undefined;
        if (!message) stray.push(text);
        else if ('line' in message)
          options.onLine?.(message.line, message.stream);
        else if ('result' in message) result = message.result;
        else failed = message.failed;
      },
    },
  );
  if (failed !== undefined) throw new NanteError('failed', failed);
  if (!result)
    throw new NanteError(
      'failed',
      `${login.user}@${login.host} ended with exit code ${code}: ${stray.slice(-3).join(' ') || 'it said nothing'}`,
    );
  return result;
}

function parse(text: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
