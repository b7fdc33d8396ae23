import { commonOptions } from './options';
import type { CommandDefinition } from './types';

/** Verbs that ask the engine nothing. */
const withoutEngine = ['completion'];

/** Names of all options of a verb: its own, and those of every verb. */
export function allOptionsOf(command: CommandDefinition): string[] {
  if (withoutEngine.includes(command.name)) return [];
  return [
    ...(command.required ?? []),
    ...(command.optional ?? []),
    ...commonOptions,
  ];
}
