import { constants } from 'node:fs';
import { lstat, open, readlink, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NanteError } from '@nante/model';
import type { GuestAgent } from '../driver';
import { run } from './command';

/** Words of the C library for the errors that opening a file has. */
const words: Record<string, string> = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
};

/** Follows links as the guest would: one to `/etc` means the guest's, and none leads out of its tree. */
async function insideOf(
  root: string,
  path: string,
  links = 0,
): Promise<string> {
  if (links > 40) throw Object.assign(new Error('loop'), { code: 'ELOOP' });
  const parts = join('/', path).split('/').filter(Boolean);
  let at = '/';
  for (const [index, part] of parts.entries()) {
    const next = join(at, part);
    if ((await lstat(join(root, next))).isSymbolicLink()) {
      const target = await readlink(join(root, next));
      const whole = target.startsWith('/')
        ? target
        : join(dirname(next), target);
      const rest = parts.slice(index + 1);
      return insideOf(root, join('/', whole, ...rest), links + 1);
    }
    at = next;
  }
  return join(root, at);
}

async function readBeginning(
  file: string,
  maxBytes: number,
): Promise<{ content: Buffer; truncated: boolean }> {
  // Opening a pipe that nobody writes to must not wait.
  const handle = await open(file, constants.O_RDONLY + constants.O_NONBLOCK);
  try {
    const pieces: Buffer[] = [];
    // One byte more than wanted tells whether the file ends there; files of the kernel have no size to ask for.
    for (let left = maxBytes + 1; left > 0;) {
      const { bytesRead, buffer } = await handle.read(
        Buffer.alloc(Math.min(left, 65_536)),
      );
      if (bytesRead === 0) break;
      pieces.push(buffer.subarray(0, bytesRead));
      left -= bytesRead;
    }
    const read = Buffer.concat(pieces);
    return {
      content: read.subarray(0, maxBytes),
      truncated: read.length > maxBytes,
    };
  } finally {
    await handle.close();
  }
}

/**
 * Answers in the place of an agent, from what is true in the guest now.
 *
 * @param leader The guest's first process: what it sees is what the guest is
 * @param disk Where the guest's disk is mounted
 */
export function createAgent(leader: number, disk: string): GuestAgent {
  const root = `/proc/${leader}/root`;
  const inside = (...command: string[]) =>
    run('nsenter', [`--target=${leader}`, '--uts', ...command]);
  const readFile = async (path: string, maxBytes: number) => {
    try {
      return await readBeginning(await insideOf(root, path), maxBytes);
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      throw new NanteError('not-found', words[code] ?? message, {
        cause: error,
      });
    }
  };
  return {
    readFile,
    hostname: async () => (await inside('uname', '-n')).trim(),
    async system() {
      const [kernelRelease, kernelVersion, machine] = await Promise.all(
        ['-r', '-v', '-m'].map(option => inside('uname', option)),
      );
      const { content } = await readFile('/etc/os-release', 65_536);
      return {
        kernelRelease,
        kernelVersion,
        machine,
        release: content.toString('utf8'),
      };
    },
    async fileSystems() {
      const { bsize, blocks, bfree, bavail } = await statfs(disk);
      const used = (blocks - bfree) * bsize;
      return [
        {
          mountpoint: '/',
          // What a VM's first disk is called; the loop device of the machine is nothing that the guest knows.
          device: 'sda1',
          type: 'ext4',
          used,
          available: used + bavail * bsize,
          total: blocks * bsize,
        },
      ];
    },
  };
}
