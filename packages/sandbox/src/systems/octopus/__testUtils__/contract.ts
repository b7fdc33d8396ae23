import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { pointInto } from '../../../__testUtils__/schemaReferences';

/** A schema as far as these functions look into it. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  allOf?: Schema[];
  items?: Schema;
  [more: string]: unknown;
}

/** Answers that the document leaves open although a definition of them is there. */
const undeclared: Record<string, string> = {
  'GET /{spaceId}/events': 'EventResourceCollection',
  'GET /events': 'EventResourceCollection',
};

/** Definitions whose values are of a subtype that another document has. */
const polymorphic = {
  EndpointResource: { kind: 'endpoint', property: 'CommunicationStyle' },
  FeedResource: { kind: 'feed', property: 'FeedType' },
  AccountResource: { kind: 'account', property: 'AccountType' },
} as const;

/** Where the documents are known to describe something else than what a server sends; printed with the counts. */
export const deviations = [
  'properties of steps and actions are text or a sensitive value, as api-client-3.11.0 has them: the document describes the class behind',
  'package acquisition locations are words, as the document says: the subtypes of feeds make objects of them',
  'controls of forms are closed in the document: their fields are those of octopus-client-model-2026-08',
];

/** The vendor's definitions, ready to compare with. @param folder - of all contracts */
export function vendorSchemas(folder: string) {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(folder, 'octopus', name), 'utf8'));
  const { definitions } = read('octopus-openapi2-2026.1.json');
  const subtypes: Record<string, Schema> = read(
    'octopus-resources-2026-08.schema.json',
  ).definitions;
  const { types } = read('octopus-client-model-2026-08.json');
  const { discriminators } = read('conventions.json');
  const { PackageAcquisitionLocationOptions } =
    definitions.FeedResource.properties;
  const found: { path: string; kind: string; value: unknown }[] = [];
  let subtypesCompared = 0;

  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('date-time', {
    validate: (text: string) =>
      /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text),
  });
  ajv.addFormat('uuid', /^[0-9a-f-]{36}$/i);
  ajv.addFormat('date-span', /^(\d+\.)?\d\d:\d\d:\d\d$/);
  for (const format of ['int32', 'int64', 'email', 'binary', 'uri', 'double'])
    ajv.addFormat(format, true);
  // The keyword notes the value; the subtype is looked at when the rest fits.
  ajv.addKeyword({
    keyword: 'x-subtype',
    validate: (
      kind: string,
      value: unknown,
      _: unknown,
      context?: { instancePath: string },
    ) => {
      found.push({ kind, value, path: context?.instancePath ?? '' });
      return true;
    },
  });
  const opened = { ...definitions };
  for (const [name, { kind }] of Object.entries(polymorphic))
    opened[name] = { type: 'object', 'x-subtype': kind };
  opened.PropertyValueResource = {
    anyOf: [{ type: 'string' }, { $ref: '#/definitions/SensitiveValue' }],
  };
  opened.Control = {
    oneOf: ['Paragraph', 'TextArea', 'SubmitButtonGroup'].map(name => ({
      type: 'object',
      required: ['Type'],
      properties: {
        Type: { const: name },
        ...Object.fromEntries(
          Object.keys(types[name].properties).map(field => [field, {}]),
        ),
      },
      additionalProperties: false,
    })),
  };
  subtypes.FeedResource.allOf?.forEach(part => {
    if (part.properties?.PackageAcquisitionLocationOptions)
      part.properties.PackageAcquisitionLocationOptions =
        PackageAcquisitionLocationOptions;
  });
  ajv.addSchema({ $id: 'octopus', definitions: opened });
  const client = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
  });
  client.addSchema({ $id: 'client', definitions: subtypes });

  function compareSubtype(
    call: string,
    { kind, value, path }: (typeof found)[number],
  ) {
    const { property, map } = discriminators[kind];
    const given = value as Record<string, unknown>;
    const name = map[`${given[property]}`];
    if (!name)
      return [`${call}${path}: ${property} ${given[property]} is not known`];
    subtypesCompared += 1;
    const validate = client.compile({ $ref: `client#/definitions/${name}` });
    validate(value);
    const fields = fieldsOf(subtypes, name);
    return [
      ...(validate.errors ?? []).map(
        error => `${call}${path}${error.instancePath}: ${error.message}`,
      ),
      ...Object.keys(given)
        .filter(field => !fields.has(field))
        .map(field => `${call}${path}.${field}: ${name} does not have it`),
    ];
  }

  return {
    get subtypesCompared() {
      return subtypesCompared;
    },
    /** The schema of an answer; undefined where the document has none. */
    answerOf(call: string, declared: Schema | undefined): Schema | undefined {
      const name = undeclared[call];
      if (declared || !name) return declared;
      return definitions[name]
        ? { $ref: `#/definitions/${name}` }
        : {
            type: 'object',
            properties: {
              Items: {
                type: 'array',
                items: {
                  $ref: `#/definitions/${name.replace('Collection', '')}`,
                },
              },
            },
          };
    },
    /** What a value has otherwise than its schema. */
    compare(call: string, value: unknown, schema: Schema): string[] {
      found.length = 0;
      const validate = ajv.compile(pointInto('octopus', schema) as object);
      validate(value);
      return [
        ...(validate.errors ?? []).map(
          ({ instancePath, message, params }) =>
            `${call}${instancePath}: ${message} ${JSON.stringify(params)}`,
        ),
        ...[...found].flatMap(item => compareSubtype(call, item)),
      ];
    },
  };
}

/** Fields of a definition and of what it extends. */
function fieldsOf(
  definitions: Record<string, Schema>,
  name: string,
): Set<string> {
  const collect = (schema: Schema): string[] => [
    ...Object.keys(schema.properties ?? {}),
    ...(schema.allOf ?? []).flatMap(collect),
    ...(schema.$ref
      ? collect(definitions[schema.$ref.split('/').at(-1) ?? ''])
      : []),
  ];
  return new Set(collect(definitions[name]));
}

/** Real answers carry null for what is absent, which no schema says. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}
