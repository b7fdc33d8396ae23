import type { OptionName } from './options';

/** One input of a verb: a flag, an environment variable and an input of the action, all of one name. */
export interface OptionDefinition {
  /** `memory-mb` is the flag `--memory-mb`, the variable `NANTE_MEMORY_MB` and the action's input `memory-mb`. */
  name: string;
  /**
   * `flag`: there or not (`true`, `false` in the environment). `list`: the flag may be repeated; one line each in the
   * environment.
   */
  type: 'text' | 'number' | 'flag' | 'list';
  /** What stands for the value in help. */
  placeholder?: string;
  description: string;
  choices?: readonly string[];
  /** What counts when it is left out, in words. */
  whenAbsent?: string;
  /** Heading in help; `Options:` unless given. */
  group?: string;
  /** Variable of our users that counts too, where ours is not set. */
  alias?: string;
}

/** One verb. */
export interface CommandDefinition {
  /** `provision`, or `config push`. */
  name: string;
  summary: string;
  /** More about it, a paragraph each. */
  description?: readonly string[];
  /** Value that stands behind the verb, without a flag. */
  argument?: { name: string; description: string; choices?: readonly string[] };
  required?: readonly string[];
  optional?: readonly string[];
  /** Changes something: gets a request id and a run. */
  changes?: boolean;
  /** Works on a machine without Terraform, its root and the playbooks. */
  withoutTerraform?: boolean;
  example?: string;
}

/** A verb whose options are in the table. */
export type Command = CommandDefinition & {
  required?: readonly OptionName[];
  optional?: readonly OptionName[];
};

/** Name of an option in the environment. */
export const variableOf = (name: string) =>
  `NANTE_${name.toUpperCase().replaceAll('-', '_')}`;
