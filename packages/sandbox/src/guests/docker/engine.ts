import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { run, tryRun, type RunOptions } from '../nspawn/command';
import { prepareImage } from '../nspawn/image';

/** Runs the Docker client; which engine it talks to is said by its own settings (`DOCKER_HOST`, contexts). */
export const docker = (args: string[], options?: RunOptions) =>
  run('docker', args, options);

/** Like `docker`, for undoing. */
export const tryDocker = (args: string[]) => tryRun('docker', args);

/** Lines of an answer, without empty ones. */
export const linesOf = (text: string) =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);

/** True when an engine answers within three seconds. */
export async function engineAnswers(): Promise<boolean> {
  const version = await docker(['info', '--format', '{{.ServerVersion}}'], {
    timeoutMs: 3_000,
  }).catch(() => '');
  return version.trim() !== '';
}

const repository = 'nante-guest';

/** Base images that the engine has, newest first. */
export async function knownImages(): Promise<string[]> {
  const format = '{{.Repository}}:{{.Tag}}';
  return linesOf(
    await docker(['image', 'ls', '--format', format, repository]),
  ).filter(name => !name.endsWith(':<none>'));
}

/**
 * Gives the name of the base image. As root the same file tree as that of the lab is imported; without, one that somebody
 * brought into the engine before (`docker load`) is taken, since only root can make the tree.
 *
 * @throws NanteError `refused` without root and without an image
 */
export async function prepareDockerImage(
  folder: string,
  progress: (line: string) => void,
): Promise<string> {
  const known = await knownImages();
  if (process.getuid?.() !== 0) {
    if (known.length > 0) return known[0];
    throw new NanteError(
      'refused',
      `The Docker engine has no image called ${repository}, and only root can make one`,
      {
        hint: `Start the sandbox once with sudo, or bring the image over: docker save ${repository} elsewhere, docker load here.`,
      },
    );
  }
  const { id, root } = await prepareImage(folder, progress);
  const name = `${repository}:${id}`;
  if (known.includes(name)) return name;
  progress('Bringing the base image into the Docker engine');
  const archive = join(folder, `${id}.tar`);
  try {
    await run('tar', ['-C', root, '--one-file-system', '-cf', archive, '.'], {
      timeoutMs: 10 * 60_000,
    });
    await docker(
      [
        ...['import', '--change', 'ENV container=docker'],
        ...['--change', 'CMD ["/lib/systemd/systemd"]', archive, name],
      ],
      { timeoutMs: 10 * 60_000 },
    );
  } finally {
    await rm(archive, { force: true });
  }
  return name;
}
