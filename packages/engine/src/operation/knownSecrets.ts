import { NanteError, secretDefinitions, secretNames } from '@nante/model';
import type { EngineContext } from '../context';
import type { Redactor } from '../secrets';

/**
 * Values of every secret that our source has, whether this run needs it or not: a host or a tool can print what it got
 * another way. Empty while the source does not answer; what a run hands to a program its redactor learns in any case.
 */
export async function knownSecrets(
  context: Pick<EngineContext, 'options'>,
): Promise<(string | undefined)[]> {
  const secret = secretNames.filter(name => secretDefinitions[name].secret);
  try {
    return Object.values(await context.options.secrets.readOptional(secret));
  } catch {
    return [];
  }
}

/** An error as it may be shown: other systems repeat in their answers what they were sent. */
export function withoutSecrets(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof Error)) return redactor.redact(String(error));
  const hint = NanteError.is(error) ? error.hint : undefined;
  const clean = (text: string) => redactor.redact(text);
  const isClean = [error.message, hint ?? '', causesOf(error)].every(
    text => clean(text) === text,
  );
  if (isClean) return error;
  if (!NanteError.is(error)) return new Error(clean(error.message));
  return new NanteError(error.code, clean(error.message), {
    hint: hint && clean(hint),
    details: error.details,
  });
}

/** Whatever else a log would show of it. */
function causesOf(error: Error): string {
  const { cause, stack = '' } = error;
  const rest = cause instanceof Error ? causesOf(cause) : String(cause ?? '');
  return `${stack}\n${rest}`;
}
