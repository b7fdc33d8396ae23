import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';

const skipped = new Set([
  'node_modules',
  'dist',
  'dist-types',
  'coverage',
  '.cache',
]);

function* filesBelow(place) {
  const stat = fs.statSync(place, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isFile()) {
    yield place;
    return;
  }
  for (const name of fs.readdirSync(place).sort()) {
    if (!skipped.has(name)) yield* filesBelow(path.join(place, name));
  }
}

/**
 * Hash of files and folders of the clone, to tell whether a step has to be done again.
 *
 * @param {string[]} places relative to the clone
 */
export function hashOf(places) {
  const hash = createHash('sha256');
  for (const place of places) {
    for (const file of filesBelow(path.join(root, place))) {
      hash
        .update(path.relative(root, file))
        .update('\0')
        .update(fs.readFileSync(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/**
 * Does work only when the inputs changed since it last succeeded.
 *
 * @param {string} stampFile where the last hash is kept
 * @param {string} hash
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} true when the work was done
 */
export async function whenChanged(stampFile, hash, work) {
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === hash)
    return false;
  fs.rmSync(stampFile, { force: true });
  await work();
  fs.mkdirSync(path.dirname(stampFile), { recursive: true });
  fs.writeFileSync(stampFile, hash);
  return true;
}
