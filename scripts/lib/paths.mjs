import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the clone. */
export const root = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../..',
);
/** Everything that the scripts install, inside the clone. */
export const toolsDirectory = path.join(root, '.tools');
