// Reads variables and outputs out of Terraform files that `terraform fmt` has formatted, which npm test makes sure of.

const opening = { '(': 1, '[': 1, '{': 1 };
const closing = { ')': 1, ']': 1, '}': 1 };

/** Splits at separators that stand outside of all brackets and strings. */
function split(text, separators) {
  const parts = [''];
  let depth = 0;
  let quoted = false;
  for (const [index, letter] of [...text].entries()) {
    if (letter === '"' && text[index - 1] !== '\\') quoted = !quoted;
    if (!quoted) depth += (opening[letter] ?? 0) - (closing[letter] ?? 0);
    if (!quoted && depth === 0 && separators.includes(letter)) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map(part => part.trim()).filter(part => part !== '');
}

/** What stands between the brackets of `name(…)`; undefined for anything else. */
function inside(text, name) {
  return text.startsWith(`${name}(`) && text.endsWith(')')
    ? text.slice(name.length + 1, -1).trim()
    : undefined;
}

/** The string that a literal or a heredoc stands for. */
function stringOf(text) {
  if (text === undefined) return undefined;
  const heredoc = /^<<-(\w+)\n([\s\S]*)\n\s*\1$/.exec(text);
  if (heredoc) return heredoc[2].replaceAll(/^\s+/gm, '');
  return JSON.parse(text);
}

/**
 * Blocks such as `variable "name" { … }`.
 *
 * @param kind - `variable` or `output`
 * @returns name, description, type and default of each, the latter two as they stand in the file, undefined where unsaid
 */
export function blocksOf(text, kind) {
  const pattern = new RegExp(`^${kind} "([^"]+)" \\{\\n([\\s\\S]*?)^\\}`, 'gm');
  return [...text.matchAll(pattern)].map(([, name, body]) => {
    const attributes = {};
    // An attribute begins two places in and ends where the next line does.
    const said =
      /^ {2}(description|type|default) += ([\s\S]*?)(?=\n {2}[a-z]|\n*$(?![\s\S])|\n\n)/gm;
    for (const [, key, value] of body.matchAll(said))
      attributes[key] = value.trim();
    return {
      name,
      description: stringOf(attributes.description),
      type: attributes.type,
      default: attributes.default,
    };
  });
}

/**
 * A type in words, with the fields of the objects that it is made of.
 *
 * @returns title, whether it is one object, and its fields: name, title, whether it may be left out, and its default
 */
export function typeOf(text) {
  for (const [name, plural] of [
    ['list', 'list of'],
    ['map', 'map of'],
    ['set', 'set of'],
  ]) {
    const element = inside(text, name);
    if (element === undefined) continue;
    const { title, fields } = typeOf(element);
    return { title: `${plural} ${title}s`, fields, isObject: false };
  }
  const object = inside(text, 'object');
  if (object === undefined) return { title: text, isObject: false };
  const fields = split(object.slice(1, -1), ',\n').map(field => {
    const [, name, type] = /^(\w+)\s*=\s*([\s\S]*)$/.exec(field);
    const optional = inside(type, 'optional');
    const [inner, value] = split(optional ?? type, ',');
    return {
      name,
      title: typeOf(inner).title,
      optional: optional !== undefined,
      default: value,
    };
  });
  return { title: 'object', fields, isObject: true };
}
