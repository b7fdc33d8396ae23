import { formsOfSecret } from './encodings';
import { PatternSet } from './patternSet';

const mask = '***';

/** Takes secrets out of text in pieces; a secret that is split over pieces is found too. */
export interface RedactedStream {
  /** What is safe to show of the text so far. The end of it is held back while a secret could begin there. */
  push(chunk: string): string;
  /** What was held back. */
  end(): string;
}

/** Takes secrets out of everything that leaves us: lines of programs, messages, documents. */
export interface Redactor {
  /** Secrets learned later; `undefined`, short and common values are skipped. */
  add(secrets: Iterable<string | undefined>): void;
  /** The text with every secret, in every form a tool may print it in, replaced by `***`. */
  redact(text: string): string;
  stream(): RedactedStream;
}

/**
 * Makes a redactor. Masked are each secret and each of its lines: plain, base64 (at any offset), base64url, hex,
 * URL-encoded, JSON-escaped and shell-quoted. Values shorter than six characters, `true` and the like stay.
 */
export function createRedactor(
  secrets: Iterable<string | undefined> = [],
): Redactor {
  const forms = new Set<string>();
  let patterns = new PatternSet([]);
  const add = (values: Iterable<string | undefined>) => {
    const before = forms.size;
    for (const value of values) {
      if (value) formsOfSecret(value).forEach(form => forms.add(form));
    }
    if (forms.size > before) patterns = new PatternSet([...forms]);
  };
  add(secrets);
  return {
    add,
    redact: text => masked(text, patterns, text.length).shown,
    stream: () => {
      let held = '';
      return {
        push(chunk) {
          held += chunk;
          const limit = held.length - Math.max(0, patterns.longest - 1);
          if (limit <= 0) return '';
          const { shown, taken } = masked(held, patterns, limit);
          held = held.slice(taken);
          return shown;
        },
        end() {
          const { shown } = masked(held, patterns, held.length);
          held = '';
          return shown;
        },
      };
    },
  };
}

/**
 * Masks what lies before `limit`; a secret that reaches over it stops the work at its start, since a longer one may
 * still be coming.
 */
function masked(
  text: string,
  patterns: PatternSet,
  limit: number,
): { shown: string; taken: number } {
  let shown = '';
  let taken = 0;
  for (const { start, end } of patterns.find(text)) {
    if (start >= limit) break;
    shown += text.slice(taken, start);
    if (end > limit) return { shown, taken: start };
    shown += mask;
    taken = end;
  }
  if (taken < limit) {
    shown += text.slice(taken, limit);
    taken = limit;
  }
  return { shown, taken };
}
