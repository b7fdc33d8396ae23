import { readFileSync } from 'node:fs';
import { NanteError } from '@nante/model';
import { type OptionName, optionNamed } from './table/options';
import {
  type CommandDefinition,
  type OptionDefinition,
  variableOf,
} from './table/types';

/** What the parser found on the command line, by the option's name. */
export type GivenFlags = Partial<Record<string, string | string[] | boolean>>;

type Value = string | number | boolean | string[];

/** Inputs of one call of a verb: flags first, then the environment. */
export class Inputs {
  readonly #values = new Map<string, Value>();
  readonly #ambient = new Set<string>();

  /**
   * @param argument - value behind the verb
   * @throws NanteError `invalid-input` that names all missing and wrong inputs at once
   */
  constructor(
    readonly command: CommandDefinition,
    flags: GivenFlags,
    env: NodeJS.ProcessEnv,
    names: readonly string[],
    readonly argument?: string,
  ) {
    const problems: string[] = [];
    for (const name of names) {
      const definition = optionNamed(name);
      // An input of a workflow that was left out is an empty variable.
      const own = flags[name] ?? (env[variableOf(name)] || undefined);
      const raw =
        own ?? (definition.alias && (env[definition.alias] || undefined));
      if (raw === undefined) continue;
      if (own === undefined) this.#ambient.add(name);
      const read = readValue(definition, raw);
      if ('problem' in read) problems.push(`--${name}: ${read.problem}`);
      else this.#values.set(name, read.value);
    }
    const missing = (command.required ?? []).filter(
      name => flags[name] === undefined && !env[variableOf(name)],
    );
    if (missing.length > 0)
      problems.unshift(
        `missing: ${missing.map(name => `--${name} (or ${variableOf(name)})`).join(', ')}`,
      );
    if (problems.length > 0)
      throw new NanteError(
        'invalid-input',
        `nante ${command.name}: ${problems.join('; ')}`,
        { hint: `nante ${command.name} --help lists its options.` },
      );
  }

  text(name: OptionName): string | undefined {
    return this.#values.get(name) as string | undefined;
  }

  /** Text of a required option. */
  required(name: OptionName): string {
    return this.text(name)!;
  }

  number(name: OptionName): number | undefined {
    return this.#values.get(name) as number | undefined;
  }

  flag(name: OptionName): boolean {
    return this.#values.get(name) === true;
  }

  list(name: OptionName): string[] {
    return (this.#values.get(name) as string[] | undefined) ?? [];
  }

  /** True where the option was given, by whichever way. */
  has(name: OptionName): boolean {
    return this.#values.has(name);
  }

  /** True where it comes from a variable that is not ours: nobody may have meant this call by it. */
  isAmbient(name: OptionName): boolean {
    return this.#ambient.has(name);
  }
}

function readValue(
  { type, choices }: OptionDefinition,
  raw: string | string[] | boolean,
): { value: Value } | { problem: string } {
  switch (type) {
    case 'flag': {
      const text = String(raw).toLowerCase();
      if (['true', '1', 'yes'].includes(text)) return { value: true };
      if (['false', '0', 'no'].includes(text)) return { value: false };
      return { problem: `use true or false, not ${quoted(raw)}` };
    }
    case 'number':
      return /^\d{1,9}$/.test(String(raw).trim())
        ? { value: Number(raw) }
        : { problem: `use a whole number, not ${quoted(raw)}` };
    case 'list':
      return {
        value: [raw]
          .flat()
          .flatMap(item => String(item).split('\n'))
          .map(item => item.trim())
          .filter(Boolean),
      };
    default:
      return choices && !choices.includes(String(raw))
        ? { problem: `choose ${choices.join(', ')}, not ${quoted(raw)}` }
        : { value: String(raw) };
  }
}

/** A value in a message: on one line, and not without end. */
function quoted(raw: unknown): string {
  return JSON.stringify(String(raw).slice(0, 100));
}

/**
 * Reads a file that a person named.
 *
 * @throws NanteError `invalid-input` when it cannot be read
 */
export function readGivenFile(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new NanteError(
      'invalid-input',
      `${option}: ${file} cannot be read (${code}).`,
      { cause },
    );
  }
}
