import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** True where a folder has `ansible-playbook`. */
export const hasAnsible = (folder: string) =>
  existsSync(join(folder, 'ansible-playbook'));

/**
 * The folder with `ansible-playbook`: that of the clone's own tools, or of the `PATH`; undefined where there is none.
 *
 * @param root - of the repository
 */
export function findAnsible(
  root: string,
  env: NodeJS.ProcessEnv,
): string | undefined {
  return [
    join(root, '.tools', 'python', 'bin'),
    ...(env.PATH ?? '').split(delimiter).filter(Boolean),
  ].find(hasAnsible);
}
