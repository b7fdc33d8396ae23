import type { TakenRun } from '../../runs';
import type { JobDocument } from './documents';
import { asExpression, mapExpressions } from './expressions';

type Environments = TakenRun['environments'];

/** Name under which act knows a value of an environment. */
function nameOf(environment: string, name: string): string {
  return `NANTE_${environment}_${name}`.toUpperCase();
}

/** Secrets of environments under names that do not meet each other: act knows no environments. */
export function environmentValues(
  environments: Environments,
  kind: 'secrets' | 'variables',
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environments).flatMap(([environment, values]) =>
      Object.entries(values[kind]).map(([name, value]) => [
        nameOf(environment, name),
        value,
      ]),
    ),
  );
}

/** What a caller has to hand on so that a called job finds the secrets of its environment. */
export function handedOn(environments: Environments): Record<string, string> {
  return Object.fromEntries(
    Object.keys(environmentValues(environments, 'secrets')).map(name => [
      name,
      `\${{ secrets['${name.replaceAll("'", "''")}'] }}`,
    ]),
  );
}

/** The environment of a job as an expression; undefined where it has none. */
export function environmentOf({ environment }: JobDocument) {
  const name =
    typeof environment === 'string' ? environment : environment?.name;
  return name === undefined ? undefined : asExpression(String(name));
}

/** Lets a job with an environment read that one's secrets and variables before those of the repository. */
export function withEnvironment(
  job: JobDocument,
  environments: Environments,
): JobDocument {
  const environment = environmentOf(job);
  if (!environment) return job;
  const names = (kind: 'secrets' | 'variables') =>
    new Set(
      Object.values(environments).flatMap(values =>
        Object.keys(values[kind]).map(name => name.toUpperCase()),
      ),
    );
  const known = { secrets: names('secrets'), vars: names('variables') };
  if (known.secrets.size + known.vars.size === 0) return job;
  return mapExpressions(job, expression =>
    expression.replace(
      /\b(secrets|vars)\.([A-Za-z_]\w*)/g,
      (whole, context: 'secrets' | 'vars', name: string) => {
        if (!known[context].has(name.toUpperCase())) return whole;
        const key = `format('NANTE_{0}_${name.toUpperCase()}', ${environment})`;
        return `(${context}[${key}] || ${whole})`;
      },
    ),
  );
}
