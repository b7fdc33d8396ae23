import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { endpointsFile } from '../../../endpoints';
import type { GithubOptions } from '../index';
import { startGithubRunner } from './index';
import type { InterruptTiming } from './interrupt';
import { isClone, writeNanteRepository } from './nanteRepository';

/** What of this machine the runner works with. */
export interface MachineRunner {
  /** Root of the clone, from which tools and our own repository come; the one of this file unless told. */
  clone?: string;
  /** Program; that of the clone, else of the `PATH`, unless told. */
  act?: string;
  /** Of cancelled runs; as at GitHub unless told. */
  timing?: InterruptTiming;
}

/** Where this package lies in its clone. */
// eslint-disable-next-line no-restricted-syntax -- it is run from its sources only, in the clone
const ownClone = resolve(__dirname, '../../../../../..');

/**
 * The stand-in with the clone that it was started from: our own repository in it, and a runner with the clone's tools.
 *
 * @param dataDir - of the whole sandbox
 * @param folder - of the stand-in
 */
export function githubOfClone(
  { dataDir, folder }: { dataDir: string; folder: string },
  log: (line: string) => void,
  { clone = ownClone, act, timing }: MachineRunner = {},
): GithubOptions {
  const hasOwn = isClone(clone);
  if (!hasOwn)
    log(
      `${clone} is no clone of Nante: the repository nante/nante is left out, and workflows that call it fail.`,
    );
  const tools = join(clone, '.tools');
  return {
    ...(hasOwn
      ? { writeOwnRepository: bare => writeNanteRepository(clone, bare) }
      : {}),
    startRunner: host =>
      startGithubRunner(host, {
        folder: join(folder, 'runner'),
        act: act ?? findProgram('act', [join(tools, 'checks/bin')]),
        path: [
          ...[join(tools, 'python/bin'), join(tools, 'bin')],
          ...goFolders(),
        ].filter(place => existsSync(place)),
        env: {
          NANTE_ENDPOINTS: endpointsFile(dataDir),
          NANTE_WORK_DIRECTORY: join(folder, 'nante-work'),
        },
        timing,
      }),
  };
}

/** Where the archives of Go put it, for machines that have it on no PATH. */
function goFolders(): string[] {
  return findProgram('go', []) ? [] : ['/usr/local/go/bin'];
}

/** A program in one of the folders, else on the `PATH`. */
function findProgram(
  name: string,
  folders: readonly string[],
): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter);
  return [...folders, ...path]
    .filter(Boolean)
    .map(folder => join(folder, name))
    .find(file => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
