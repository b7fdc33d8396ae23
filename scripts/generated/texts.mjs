// What people write stays text in every file that a template makes.
import fs from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { filesOf } from './render.mjs';

/** Files that show what somebody wrote; no other one has any of it. */
const shown = new Set([
  'README.md',
  'catalog-info.yaml',
  'chart/Chart.yaml',
  'site/public/index.html',
]);

/** The text of a page without its markup, as a browser shows it. */
function textOfHtml(html) {
  const names = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d+)|(amp|lt|gt|quot));/g, (_, code, name) =>
      code ? String.fromCodePoint(Number(code)) : names[name],
    );
}

/** How each file says it. */
const readers = {
  'README.md': text => text.replace(/\\([!-/:-@[-`{-~])/g, '$1'),
  'catalog-info.yaml': text => parse(text).metadata.description,
  'chart/Chart.yaml': text => parse(text).description,
  'site/public/index.html': textOfHtml,
};

function parse(text) {
  const [document] = parseAllDocuments(text);
  if (document.errors.length > 0) throw document.errors[0];
  return document.toJS();
}

/**
 * Looks at the texts of a repository.
 *
 * @param {string} folder
 * @param {{ name: string, description: string }} app the description on one line
 * @returns {string[]} what is wrong
 */
export function textProblems(folder, { name, description }) {
  const problems = [];
  const parts = description.split(' ').filter(part => /[^\w.]/.test(part));
  for (const file of filesOf(folder)) {
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    if (/\$\{\{ *(values|parameters|steps)\./.test(text))
      problems.push(`${file}: an expression of the template is left`);
    if (/\{%|undefined|\[object /.test(text) && !shown.has(file))
      problems.push(`${file}: a piece of the template is left`);
    if (shown.has(file) && readers[file]) {
      if (!readers[file](text).includes(description))
        problems.push(`${file}: does not say what was written`);
    } else if (parts.some(part => text.includes(part) && part.length > 9))
      problems.push(`${file}: has something of what was written`);
    // A chart's templates are no YAML before Helm has filled them.
    if (/\.ya?ml$/.test(file) && !file.startsWith('chart/templates/'))
      problems.push(...yamlProblems(file, text, name));
  }
  return problems;
}

function yamlProblems(file, text, name) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return [`${file}: ${error.message}`];
  }
  const named = [
    document.metadata?.name,
    file === 'chart/Chart.yaml' ? document.name : undefined,
    ...Object.values(document.jobs ?? {}).map(
      job => job.with?.app_name ?? null,
    ),
  ];
  return named
    .filter(found => found !== undefined && found !== name)
    .map(found => `${file}: the app is called ${JSON.stringify(found)}`);
}
