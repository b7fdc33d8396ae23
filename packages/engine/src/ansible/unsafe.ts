import { NanteError } from '@nante/model';

/**
 * Values for Ansible in which every string, however deep, is marked as data. Ansible takes variables for templates:
 * without the mark, a person's `{{ lookup('pipe', 'id') }}` would run here, as us.
 *
 * @param value - JSON; what JSON has no word for is left out
 * @throws NanteError `invalid-input` for keys that Ansible would take for marks or templates
 */
export function markUnsafe(value: unknown): unknown {
  if (typeof value === 'string') return { __ansible_unsafe: value };
  if (Array.isArray(value)) return value.map(markUnsafe);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (/^__ansible_|\{[{%#]/.test(key))
        throw new NanteError(
          'invalid-input',
          `${JSON.stringify(key)} cannot be the name of a value for Ansible.`,
          { hint: 'Use another name, without {{, {%, {# and __ansible_.' },
        );
      return [key, markUnsafe(inner)];
    }),
  );
}
