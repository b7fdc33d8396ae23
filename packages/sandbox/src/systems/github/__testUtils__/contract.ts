import Ajv from 'ajv';
import { pointInto } from '../../../__testUtils__/schemaReferences';

type Schema = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

/** The vendor's definitions, ready to compare with. @param document - of the vendor */
export function vendorSchemas(document: Schema) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('date-time', {
    validate: (text: string) =>
      /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text),
  });
  ajv.addFormat('uri', /^[a-z][a-z0-9+.-]*:\S+$/i);
  for (const format of [
    ...['int32', 'int64', 'email', 'binary', 'uri-template', 'double'],
    ...['repo.nwo', 'repo.name', 'alphanumeric', 'hostname', 'ipv4'],
  ])
    ajv.addFormat(format, true);
  const root = asJsonSchema({ components: document.components });
  ajv.addSchema({ $id: 'github', ...(root as object) });

  function resolve(schema: Schema): Schema {
    if (!schema.$ref) return schema;
    const name = String(schema.$ref).split('/').at(-1) ?? '';
    return document.components.schemas[name] ?? schema;
  }

  /** Names that a schema has for the fields of an object; undefined where it leaves them open. */
  function fieldsOf(given: Schema): Set<string> | undefined {
    const schema = resolve(given);
    const parts = [
      ...(schema.allOf ?? []),
      ...(schema.anyOf ?? []),
      ...(schema.oneOf ?? []),
    ].map(fieldsOf);
    if (!schema.properties && parts.length === 0) return undefined;
    return new Set([
      ...Object.keys(schema.properties ?? {}),
      ...parts.flatMap(part => [...(part ?? [])]),
    ]);
  }

  /** Fields of the answer, or of the items of its list, that the schema does not name. */
  function strangers(call: string, value: unknown, given: Schema): string[] {
    const schema = resolve(given);
    if (Array.isArray(value))
      return schema.items
        ? value.flatMap(item => strangers(call, item, schema.items))
        : [];
    if (typeof value !== 'object' || value === null) return [];
    const known = fieldsOf(schema);
    if (!known) return [];
    return Object.keys(value)
      .filter(field => !known.has(field))
      .map(field => `${call}: ${field} is not in the schema`);
  }

  return {
    /** The declared body of a response; undefined where there is none. */
    schemaOf(response: Schema): Schema | undefined {
      const named = response.$ref
        ? document.components.responses[
            String(response.$ref).split('/').at(-1) ?? ''
          ]
        : response;
      return named?.content?.['application/json']?.schema;
    },
    /** What a value has otherwise than its schema. */
    compare(call: string, value: unknown, schema: Schema): string[] {
      const validate = ajv.compile(
        pointInto('github', asJsonSchema(schema)) as object,
      );
      validate(value);
      return [
        ...(validate.errors ?? []).map(
          ({ instancePath, message, params }) =>
            `${call}${instancePath}: ${message} ${JSON.stringify(params)}`,
        ),
        ...new Set(strangers(call, value, schema)),
      ];
    },
  };
}

/** OpenAPI 3.0 has a word of its own for what may be null. */
function asJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(asJsonSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const {
    nullable,
    discriminator: _discriminator,
    example: _example,
    examples: _examples,
    ...rest
  } = schema as Schema;
  const plain = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, asJsonSchema(value)]),
  );
  return nullable === true ? { anyOf: [plain, { type: 'null' }] } : plain;
}
