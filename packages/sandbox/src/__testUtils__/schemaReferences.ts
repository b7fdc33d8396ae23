/**
 * A schema whose references lead into a document that a validator knows by a name.
 *
 * @param document - its name, which goes before each reference
 */
export function pointInto(document: string, schema: unknown): unknown {
  if (Array.isArray(schema))
    return schema.map(item => pointInto(document, item));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' ? `${document}${value}` : pointInto(document, value),
    ]),
  );
}
