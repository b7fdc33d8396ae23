import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError, type RoleChoice } from '@nante/model';
import { parse } from 'yaml';
import { z } from 'zod';

/** One argument, as `meta/argument_specs.yml` of a role describes it. */
interface ArgumentSpec {
  type: string;
  required: boolean;
  choices?: unknown[];
  /** Type of a list's members. */
  elements?: string;
  options?: Record<string, ArgumentSpec>;
  /** A secret. */
  no_log: boolean;
}

const argumentSpecSchema: z.ZodType<ArgumentSpec> = z.lazy(() =>
  z.object({
    type: z.string().default('str'),
    required: z.boolean().default(false),
    no_log: z.boolean().default(false),
    choices: z.array(z.unknown()).optional(),
    elements: z.string().optional(),
    options: z.record(z.string(), argumentSpecSchema).optional(),
  }),
);

const specsSchema = z.object({
  argument_specs: z.object({
    main: z.object({
      options: z.record(z.string(), argumentSpecSchema).default({}),
    }),
  }),
});

/** One thing that is wrong with the choice of roles. */
export interface RoleProblem {
  role: string;
  /** Path to the argument, such as `nginx_sites[0].name`; absent when it is the role. */
  argument?: string;
  problem: string;
}

/**
 * Checks roles and their arguments against the specifications of the roles, before anything is touched. Types are
 * judged as Ansible does, except that a list has to be a list; rules between arguments are left to the roles.
 *
 * @param project - folder of the playbooks, with `roles/`
 * @throws NanteError `invalid-input` that names everything that is wrong, also as `details.problems`
 */
export async function checkRoles(
  project: string,
  choices: readonly RoleChoice[],
): Promise<void> {
  const roles = join(project, 'roles');
  const known = await readdir(roles).catch(() => [] as string[]);
  const problems = await Promise.all(
    choices.map(async ({ name, arguments: given }) => {
      if (!known.includes(name)) return [unknownRole(name, known)];
      const options = await readSpecs(join(roles, name));
      return optionProblems(options, given, '').map(found => ({
        role: name,
        ...found,
      }));
    }),
  );
  const all: RoleProblem[] = problems.flat();
  if (all.length === 0) return;
  const lines = all.map(({ role, argument, problem }) =>
    argument
      ? `${role}: ${argument} ${problem}`
      : `${JSON.stringify(role)} ${problem}`,
  );
  throw new NanteError(
    'invalid-input',
    `The choice of software cannot be applied: ${lines.join('; ')}.`,
    {
      hint: 'Correct what is named; the README of each role lists its arguments.',
      details: { problems: all },
    },
  );
}

/**
 * Secrets among the arguments of roles, by name: to be asked before there is a document that would keep them.
 *
 * @param project - folder of the playbooks, with `roles/`
 */
export async function secretArguments(
  project: string,
  choices: readonly RoleChoice[],
): Promise<string[]> {
  const found = await Promise.all(
    choices.map(async ({ name, arguments: given }) => {
      const options = await readSpecs(join(project, 'roles', name)).catch(
        // One that there is not is refused later, with all that is wrong.
        (): Record<string, ArgumentSpec> => ({}),
      );
      return Object.keys(given).filter(key => options[key]?.no_log);
    }),
  );
  return [...new Set(found.flat())];
}

/**
 * Checks defaults of role variables against the specifications of all roles: each begins with the name of a role, which
 * knows it and takes its value.
 *
 * @param project - folder of the playbooks, with `roles/`
 * @throws NanteError `invalid-input` that names everything that is wrong
 */
export async function checkRoleDefaults(
  project: string,
  defaults: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  if (defaults.every(one => Object.keys(one).length === 0)) return;
  const roles = join(project, 'roles');
  // The longest first: a role's name may begin with that of another.
  const names = (await readdir(roles).catch(() => [] as string[]))
    .sort()
    .sort((a, b) => b.length - a.length);
  const specs = await Promise.all(
    names.map(
      async name => [name, await readSpecs(join(roles, name))] as const,
    ),
  );
  const problems = defaults.flatMap(Object.entries).flatMap(([name, value]) => {
    const of = specs.find(([role]) =>
      name.startsWith(`${role.replaceAll('-', '_')}_`),
    );
    if (!of)
      return [`${name} begins with the name of no role (${names.join(', ')})`];
    const [role, options] = of;
    if (!Object.hasOwn(options, name))
      return [`${name} is no variable of ${role}`];
    return valueProblems(options[name], value, name).map(
      ({ argument, problem }) => `${argument} ${problem}`,
    );
  });
  if (problems.length === 0) return;
  throw new NanteError(
    'invalid-input',
    `The defaults of roles in the configuration are wrong: ${[...new Set(problems)].join('; ')}.`,
    {
      hint: 'An operator has to correct roleDefaults; the README of each role lists its variables.',
      details: { problems },
    },
  );
}

function unknownRole(role: string, known: readonly string[]): RoleProblem {
  return {
    role,
    problem: `is no role here; there are ${[...known].sort().join(', ') || 'none'}`,
  };
}

async function readSpecs(role: string): Promise<Record<string, ArgumentSpec>> {
  const file = join(role, 'meta', 'argument_specs.yml');
  try {
    const specs = specsSchema.parse(parse(await readFile(file, 'utf8')));
    return specs.argument_specs.main.options;
  } catch (cause) {
    throw new NanteError('failed', `${file} cannot be read.`, {
      hint: 'A role needs a specification of its arguments: argument_specs, main, options.',
      cause,
    });
  }
}

type Found = { argument: string; problem: string };

function optionProblems(
  options: Record<string, ArgumentSpec>,
  given: Record<string, unknown>,
  path: string,
): Found[] {
  const at = (name: string) => (path ? `${path}.${name}` : name);
  const missing = Object.entries(options)
    .filter(([name, spec]) => spec.required && isAbsent(given[name]))
    .map(([name]) => ({ argument: at(name), problem: 'is missing' }));
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    if (!Object.hasOwn(options, name))
      return [{ argument: at(name), problem: 'is unknown' }];
    return isAbsent(value) ? [] : valueProblems(options[name], value, at(name));
  });
  return [...missing, ...wrong];
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function valueProblems(
  spec: ArgumentSpec,
  value: unknown,
  path: string,
): Found[] {
  if (spec.no_log)
    return [
      {
        argument: path,
        problem:
          'is a secret, which is kept nowhere: it comes by its name in docs/secrets.md',
      },
    ];
  const wanted = typeProblem(spec.type, value);
  if (wanted) return [{ argument: path, problem: wanted }];
  if (Array.isArray(value)) {
    return value.flatMap((member, index) =>
      valueProblems(
        { ...spec, type: spec.elements ?? 'raw', elements: undefined },
        member,
        `${path}[${index}]`,
      ),
    );
  }
  if (spec.choices && !spec.choices.some(one => `${one}` === `${value}`)) {
    const problem = `has to be one of ${spec.choices.join(', ')}`;
    return [{ argument: path, problem }];
  }
  return spec.options && isObject(value)
    ? optionProblems(spec.options, value, path)
    : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isScalar = (value: unknown) =>
  ['string', 'number', 'boolean'].includes(typeof value);
const booleans = /^(true|false|yes|no|on|off|y|n|t|f|1|0)$/i;

/** Whether a value is of each type of Ansible's, and what to say when it is not. */
const types: Record<string, [is: (value: unknown) => boolean, words: string]> =
  {
    str: [isScalar, 'has to be a text'],
    path: [isScalar, 'has to be a path'],
    int: [
      value =>
        Number.isInteger(value) ||
        (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)),
      'has to be a whole number',
    ],
    float: [
      value =>
        typeof value === 'number' ||
        (typeof value === 'string' &&
          value.trim() !== '' &&
          Number.isFinite(Number(value))),
      'has to be a number',
    ],
    bool: [
      value => isScalar(value) && booleans.test(`${value}`),
      'has to be yes or no',
    ],
    list: [Array.isArray, 'has to be a list'],
    dict: [isObject, 'has to be a set of named values'],
  };

function typeProblem(type: string, value: unknown): string | undefined {
  const known = types[type];
  return !known || known[0](value) ? undefined : known[1];
}
