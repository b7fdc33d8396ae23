// Another repository than this one, such as one that a template made: its workflows, actions and scripts, and secrets in it.
import fs from 'node:fs';
import path from 'node:path';
import { ensureCheckTools } from '../lib/python.mjs';
import { detectSecrets } from './secrets.mjs';
import { shellcheck } from './shell.mjs';
import { actionlint, zizmor } from './workflows.mjs';

/**
 * Lints the workflows, composite actions and shell scripts of a repository as strictly as our own, without exceptions, and looks
 * for secrets in it.
 *
 * @param {string} folder its root; `.git` and `node_modules` are left out
 * @returns {Promise<string[]>} lines about what is wrong
 */
export async function lintRepository(folder) {
  const tools = await ensureCheckTools(() => {});
  const env = { ...process.env, NO_COLOR: '1' };
  const context = { files: filesOf(folder), tools, env, base: folder };
  const found = [
    ...(await actionlint(context)),
    ...((await zizmor(context)) ?? []),
    ...(await shellcheck(context)),
    ...(await detectSecrets(context)),
  ];
  return found.map(
    ({ tool, rule, file, line, message }) =>
      `${file}:${line}: ${message} [${tool} ${rule}]`,
  );
}

/** @param {string} folder */
function filesOf(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) =>
      path.relative(folder, path.join(parentPath, name)),
    )
    .filter(file => !/(^|\/)(\.git|node_modules)\//.test(file))
    .sort();
}
