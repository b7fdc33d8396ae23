import { NanteError, type NanteErrorCode } from '@nante/model';
import type { ChildOutcome } from './child';
import { diagnosticText, lockHolder } from './events';

/** The first real error of a command, with what to do about it. */
export function terraformError(
  command: string,
  outcome: Pick<ChildOutcome, 'diagnostics' | 'errorText' | 'exitCode'>,
): NanteError {
  const holder =
    lockHolder(outcome.diagnostics) ??
    lockHolder([
      {
        severity: 'error',
        summary: outcome.errorText,
        detail: outcome.errorText,
      },
    ]);
  if (holder?.id)
    return new NanteError(
      'locked',
      `Terraform's lock is held by ${holder.who} (${holder.operation}, since ${holder.created}, lock ${holder.id}).`,
      {
        hint: `Wait for that Terraform to end. When it is surely dead: terraform force-unlock ${holder.id}`,
        details: { ...holder },
      },
    );
  const diagnostic = outcome.diagnostics.find(
    ({ severity }) => severity === 'error',
  );
  const text = diagnostic
    ? diagnosticText(diagnostic)
    : firstErrorLine(outcome.errorText);
  return new NanteError(
    codeOf(text),
    text ||
      (outcome.exitCode === null
        ? `terraform ${command} was killed before it could say how it went.`
        : `terraform ${command} ended with exit code ${outcome.exitCode}.`),
    { hint: hintOf(text) },
  );
}

function firstErrorLine(text: string): string {
  const lines = text
    .split('\n')
    .map(line => line.replace(/^[\s│╷╵|]+/, '').trim())
    .filter(Boolean);
  const at = lines.findIndex(line => line.startsWith('Error: '));
  if (at < 0) return lines[0] ?? '';
  const rest = lines.slice(at + 1, at + 4).join(' ');
  return `${lines[at].slice('Error: '.length)}${rest ? `: ${rest}` : ''}`;
}

function codeOf(text: string): NanteErrorCode {
  if (
    /connection refused|no such host|i\/o timeout|EOF|connection reset|ECONNREFUSED|ECONNRESET|fetch failed/i.test(
      text,
    )
  )
    return 'unreachable';
  if (/\b403\b|Permission check failed|AccessDenied|\b401\b/i.test(text))
    return 'unauthorized';
  return 'failed';
}

function hintOf(text: string): string | undefined {
  switch (codeOf(text)) {
    case 'unreachable':
      return 'Repeat the request when the other side answers: it goes on where it stopped.';
    case 'unauthorized':
      return 'Give the token the missing right, then repeat the request.';
    default:
      return undefined;
  }
}
