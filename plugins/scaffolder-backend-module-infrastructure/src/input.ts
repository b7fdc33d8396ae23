import {
  type CompoundEntityRef,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';

/**
 * Refuses what the scaffolder could not fill in: an expression that fails stays in the input as it was written, and
 * would otherwise become the name or the purpose of a host.
 *
 * @param input - of the action
 * @param freeTexts - inputs that people write into: there `${{` is text, which nothing works out later
 * @throws InputError that names the first such input
 */
export function assertFilledIn(
  input: object,
  freeTexts: readonly string[] = [],
): void {
  const rest = Object.entries(input).filter(
    ([key]) => !freeTexts.includes(key),
  );
  const left = findExpression(Object.fromEntries(rest), []);
  if (!left) return;
  throw new InputError(
    `The input ${left.path} still holds the expression ${left.text}: the template could not work it out, or somebody typed it. Correct the template, or write it without \${{. Nothing was changed.`,
  );
}

function findExpression(
  value: unknown,
  path: string[],
): { path: string; text: string } | undefined {
  if (typeof value === 'string') {
    const at = value.indexOf('${{');
    return at < 0
      ? undefined
      : { path: path.join('.'), text: value.slice(at, at + 80) };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const found = findExpression(part, [...path, key]);
    if (found) return found;
  }
  return undefined;
}

/** A host as a form names it: what an engine's request says of it, and how to speak of it. */
export function readHost({
  name,
  app,
  environment,
}: {
  name: string;
  app: string;
  environment: string;
}) {
  return {
    host: { name, app, environment },
    subject: `${app}.${environment}.${name}`,
    title: `${name} of ${app} in ${environment}`,
  };
}

/** Name of an app, given as an entity ref or by itself. @throws InputError when it is neither */
export function readApp(app: string): string {
  const { kind, namespace, name } = readRef('app', app, 'component');
  if (
    !['component', 'system'].includes(kind.toLowerCase()) ||
    namespace.toLowerCase() !== 'default'
  ) {
    throw new InputError(
      `app: ${app} is no app. Choose a component or a system of the default namespace, such as component:default/shop.`,
    );
  }
  return name;
}

/** Entity ref of the group that owns a host. @throws InputError when it is no group */
export function readOwner(owner: string): string {
  const ref = readRef('owner', owner, 'group');
  if (ref.kind.toLowerCase() !== 'group') {
    throw new InputError(
      `owner: ${owner} is no group. A host outlives the people who work on it, so a group answers for it; choose one such as group:default/shop.`,
    );
  }
  return stringifyEntityRef(ref);
}

function readRef(
  field: string,
  value: string,
  defaultKind: string,
): CompoundEntityRef {
  try {
    return parseEntityRef(value, {
      defaultKind,
      defaultNamespace: 'default',
    });
  } catch {
    throw new InputError(
      `${field}: "${value}" is no entity ref. Use one such as ${defaultKind}:default/shop.`,
    );
  }
}
