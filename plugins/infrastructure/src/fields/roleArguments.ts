import type { RoleArgument, RoleChoice, RoleDescription } from '@nante/model';

/** How an argument is asked for. */
export type ArgumentInput =
  | 'text'
  | 'longText'
  | 'number'
  | 'switch'
  | 'choice'
  | 'lines'
  | 'group'
  | 'groups'
  | 'pairs'
  | 'json';

/** The input that fits what the specification says of an argument. */
export function inputOf(argument: RoleArgument): ArgumentInput {
  const { type, elements, choices, options } = argument;
  if (choices && choices.length > 0 && type !== 'list') return 'choice';
  switch (type) {
    case 'bool':
      return 'switch';
    case 'int':
    case 'float':
      return 'number';
    case 'list':
      if (elements === 'dict') return options ? 'groups' : 'json';
      return elements === 'list' || elements === 'raw' ? 'json' : 'lines';
    case 'dict':
      return options ? 'group' : 'pairs';
    case 'raw':
      return 'json';
    default:
      return isLong(argument) ? 'longText' : 'text';
  }
}

function isLong({ description, default: start }: RoleArgument): boolean {
  return (
    /\b(text|html)\b/i.test(description) ||
    (typeof start === 'string' && start.includes('\n'))
  );
}

/** Bounds that a description names, such as `1 to 65535`. */
export function boundsOf({ description }: RoleArgument): {
  min?: number;
  max?: number;
} {
  const match = /(-?\d+)\s+to\s+(-?\d+)/.exec(description);
  return match ? { min: Number(match[1]), max: Number(match[2]) } : {};
}

/** Name of an argument for people: without its role, in words. */
export function argumentLabel(argument: RoleArgument, role?: string): string {
  const prefix = role ? `${role.replaceAll('-', '_')}_` : '';
  const name = argument.name.startsWith(prefix)
    ? argument.name.slice(prefix.length)
    : argument.name;
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether two values of arguments are the same; the order of keys counts, as it does in a file. */
export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

type Arguments = Record<string, unknown>;

/** The arguments with one of them set; what equals its default, or is empty, is left out. */
export function withArgument(
  values: Arguments,
  argument: RoleArgument,
  value: unknown,
): Arguments {
  const { [argument.name]: _, ...rest } = values;
  const isDefault =
    value === undefined ||
    sameValue(value, argument.default) ||
    (argument.default === undefined &&
      (value === '' || sameValue(value, []) || sameValue(value, {})));
  return isDefault ? rest : { ...rest, [argument.name]: value };
}

function scalar(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? text : value;
  } catch {
    return text;
  }
}

/** Text with one member a line, as a list; numbers where the members are numbers, and what is none stays text. */
export function readLines(text: string, elements?: string): unknown[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
  if (elements === 'bool') return lines.map(scalar);
  if (elements !== 'int' && elements !== 'float') return lines;
  return lines.map(line => (Number.isNaN(Number(line)) ? line : Number(line)));
}

/** Text with `key: value` a line, or a JSON object; what is neither stays text. */
export function readPairs(text: string): unknown {
  if (text.trim().startsWith('{')) return readJson(text);
  const pairs: [string, unknown][] = [];
  for (const line of text.split('\n').filter(part => part.trim() !== '')) {
    const at = line.indexOf(':');
    if (at < 1) return text;
    pairs.push([line.slice(0, at).trim(), scalar(line.slice(at + 1).trim())]);
  }
  return Object.fromEntries(pairs);
}

/** JSON as a value; what is none stays text, empty text is no value. */
export function readJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The text that reads back to a value. */
export function writeValue(value: unknown, input: ArgumentInput): string {
  if (value === undefined || value === null) return '';
  if (input === 'lines' && Array.isArray(value)) return value.join('\n');
  if (input === 'pairs' && isDict(value)) {
    const pairs = Object.entries(value);
    if (pairs.every(([, member]) => typeof member !== 'object')) {
      return pairs.map(([key, member]) => `${key}: ${pair(member)}`).join('\n');
    }
  }
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** A text that would be read as a number keeps its quotes. */
function pair(value: unknown): string {
  return typeof value === 'string' && scalar(value) === value
    ? value
    : JSON.stringify(value);
}

export function isDict(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with the arguments of a role. */
export type ArgumentProblem =
  | { kind: 'unknownRole'; role: string }
  | { kind: 'unknownArgument' | 'missing'; role: string; name: string }
  | { kind: 'type'; role: string; name: string; input: ArgumentInput }
  | { kind: 'bounds'; role: string; name: string; min: number; max: number }
  | { kind: 'choice'; role: string; name: string; choices: string };

/** All that is wrong with a choice of roles, so that a person corrects it at once. */
export function roleProblems(
  choices: RoleChoice[],
  roles: RoleDescription[],
): ArgumentProblem[] {
  return choices.flatMap(choice => {
    const role = roles.find(({ name }) => name === choice.name);
    return role
      ? problemsIn(choice.arguments ?? {}, role.arguments, role.name, '')
      : [{ kind: 'unknownRole' as const, role: choice.name }];
  });
}

function problemsIn(
  values: Arguments,
  specs: RoleArgument[],
  role: string,
  path: string,
): ArgumentProblem[] {
  const unknown = Object.keys(values)
    .filter(name => !specs.some(spec => spec.name === name))
    .map(name => ({
      kind: 'unknownArgument' as const,
      role,
      name: path + name,
    }));
  return [
    ...unknown,
    ...specs.flatMap(spec =>
      problemsOf(values[spec.name], spec, role, path + spec.name),
    ),
  ];
}

function problemsOf(
  value: unknown,
  spec: RoleArgument,
  role: string,
  name: string,
): ArgumentProblem[] {
  if (value === undefined || value === null || value === '') {
    return spec.required ? [{ kind: 'missing', role, name }] : [];
  }
  const input = inputOf(spec);
  const wrong: ArgumentProblem[] = [{ kind: 'type', role, name, input }];
  switch (input) {
    case 'number':
      return typeof value === 'number'
        ? outOfBounds([value], spec, role, name)
        : wrong;
    case 'switch':
      return typeof value === 'boolean' ? [] : wrong;
    case 'choice':
      if (spec.choices?.some(choice => sameValue(choice, value))) return [];
      return [
        { kind: 'choice', role, name, choices: spec.choices!.join(', ') },
      ];
    case 'lines':
      return linesProblems(value, spec, role, name) ?? wrong;
    case 'group':
      return isDict(value)
        ? problemsIn(value, spec.options!, role, `${name}.`)
        : wrong;
    case 'groups':
      if (!Array.isArray(value)) return wrong;
      if (spec.required && value.length === 0) {
        return [{ kind: 'missing', role, name }];
      }
      return value.flatMap((item, index) =>
        isDict(item)
          ? problemsIn(item, spec.options!, role, `${name}[${index + 1}].`)
          : wrong,
      );
    case 'pairs':
      return isDict(value) ? [] : wrong;
    case 'json':
      // A list or dict that could not be read is still the text that was typed.
      return typeof value === 'string' && spec.type !== 'raw' ? wrong : [];
    default:
      return typeof value === 'string' ? [] : wrong;
  }
}

/** Undefined where it is no list of such members at all. */
function linesProblems(
  value: unknown,
  spec: RoleArgument,
  role: string,
  name: string,
): ArgumentProblem[] | undefined {
  if (!Array.isArray(value)) return undefined;
  if (spec.required && value.length === 0) {
    return [{ kind: 'missing', role, name }];
  }
  if (spec.elements !== 'int' && spec.elements !== 'float') return [];
  if (value.some(member => typeof member !== 'number')) return undefined;
  return outOfBounds(value as number[], spec, role, name);
}

function outOfBounds(
  values: number[],
  spec: RoleArgument,
  role: string,
  name: string,
): ArgumentProblem[] {
  const { min = -Infinity, max = Infinity } = boundsOf(spec);
  const whole = spec.type === 'int' || spec.elements === 'int';
  if (whole && values.some(value => !Number.isInteger(value))) {
    return [{ kind: 'type', role, name, input: 'number' }];
  }
  return values.some(value => value < min || value > max)
    ? [{ kind: 'bounds', role, name, min, max }]
    : [];
}
