// Repositories as the templates of apps make them: the same action of the scaffolder, values as a person gives them.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parse } from 'yaml';
import { root } from '../lib/paths.mjs';

// The portal's own: what it does with a template is what is looked at.
const ofBackend = createRequire(
  path.join(root, 'packages/backend/package.json'),
);
const scaffolder = '@backstage/plugin-scaffolder-backend';
const { createFetchTemplateAction } = ofBackend(scaffolder);
const ofScaffolder = createRequire(ofBackend.resolve(scaffolder));
const { createTemplateRenderer } = ofScaffolder('nunjitsu');

const folder = path.join(root, 'templates');

/** Templates of apps: a file of its own each, so that its skeletons lie below its folder. */
export const appTemplates = fs
  .readdirSync(folder)
  .filter(file => file.endsWith('.yaml') && file !== 'templates.yaml')
  .map(file => path.basename(file, '.yaml'))
  .sort();

/** What the scaffolder knows by itself, as far as our templates use it. */
const renderer = createTemplateRenderer({ allowRegexExecution: true });

/** Works the expressions of an input out, as the scaffolder does: a value that is nothing else keeps its type. */
function work(value, context) {
  if (typeof value === 'string') return renderer.renderValue(value, context);
  if (Array.isArray(value)) return value.map(item => work(item, context));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, work(item, context)]),
  );
}

const quiet = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map(level => [level, () => {}]),
);

/**
 * Writes what a template pushes.
 *
 * @param {string} name of the template
 * @param {{ parameters: object, steps: object }} context answers of the form, and outputs of the steps before
 * @param {string} workspace folder that it is made in
 * @returns {Promise<string>} folder of the repository
 */
export async function renderRepository(name, context, workspace) {
  const file = path.join(folder, `${name}.yaml`);
  const template = parse(fs.readFileSync(file, 'utf8'), {
    maxAliasCount: -1,
  });
  const action = createFetchTemplateAction({
    // Nothing is read from elsewhere.
    reader: undefined,
    integrations: { byUrl: () => undefined, github: { list: () => [] } },
  });
  let target;
  for (const step of template.spec.steps) {
    if (step.action !== action.id) continue;
    if (step.if && !work(step.if, context)) continue;
    const input = work(step.input, context);
    target = input.targetPath;
    await action.handler({
      input,
      workspacePath: workspace,
      logger: quiet,
      templateInfo: {
        entityRef: `template:default/${name}`,
        baseUrl: `file://${file}`,
      },
      createTemporaryDirectory: async () =>
        fs.mkdtempSync(path.join(workspace, '.fetched-')),
    });
  }
  return path.join(workspace, target);
}

/** Files of a folder, by path. @returns {string[]} */
export function filesOf(place) {
  return fs
    .readdirSync(place, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(place, path.join(entry.parentPath, entry.name)))
    .sort();
}
