/**
 * A text with `${{ … }}` in it as one expression, for use inside another: `Deploy to ${{ inputs.to }}` becomes
 * `format('Deploy to {0}', inputs.to)`.
 */
export function asExpression(text: string): string {
  const parts = text.split(/\$\{\{([\s\S]*?)\}\}/);
  if (parts.length === 1) return quoted(text);
  const [before, expression, after] = parts;
  if (parts.length === 3 && !before.trim() && !after.trim())
    return `(${expression.trim()})`;
  const values: string[] = [];
  const template = parts
    .map((part, index) => {
      if (index % 2 === 0) return part.replace(/[{}]/g, brace => brace + brace);
      values.push(part.trim());
      return `{${values.length - 1}}`;
    })
    .join('');
  return `format(${[quoted(template), ...values].join(', ')})`;
}

/** A text as a literal of the expression language. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Changes what stands between `${{` and `}}`, in all texts of a value. */
export function mapExpressions<T>(
  value: T,
  change: (expression: string) => string,
): T {
  if (typeof value === 'string')
    return value.replace(
      /\$\{\{([\s\S]*?)\}\}/g,
      (_, expression: string) => `\${{${change(expression)}}}`,
    ) as T;
  if (Array.isArray(value))
    return value.map(item => mapExpressions(item, change)) as T;
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        mapExpressions(item, change),
      ]),
    ) as T;
  return value;
}
