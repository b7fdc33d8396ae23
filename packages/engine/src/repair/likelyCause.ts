import type { RunDocument, RunError } from '@nante/model';
import { knownCauses } from './causes';

/** Likely cause of a failure, by the list of known ones; undefined where none fits. */
export function likelyCause(
  error: Pick<RunError, 'code' | 'message'>,
  run: RunDocument,
): RunError['cause'] {
  if (error.code === 'cancelled')
    return {
      rule: 'cancelled',
      text: 'Somebody ended the run, or whatever executed it was stopped.',
      remedy: 'Finish the run to go on, or undo what it made.',
    };
  // The error itself first: what a play says of its hosts may be older, or about another one.
  const said = [
    error.message,
    ...(run.configuration?.failures ?? []).map(({ message }) => message),
  ];
  for (const message of said)
    for (const { rule, pattern, text, remedy } of knownCauses) {
      const match = pattern.exec(message);
      if (match) return { rule, text: fill(text, match), remedy };
    }
  return undefined;
}

/** The cause with what the message itself names. */
function fill(text: string, match: RegExpExecArray): string {
  const found = match.slice(1).find(group => group !== undefined);
  return text.replace('$1', () => found ?? 'that the message names');
}
