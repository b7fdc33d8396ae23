import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  [more: string]: unknown;
}

interface Response {
  content?: Record<string, { schema?: Schema }>;
}

/** The vendor's document of the REST API, as far as tests look into it. */
export interface Contract {
  paths: Record<
    string,
    Record<string, { responses: Record<string, Response> }>
  >;
  components: { schemas: Record<string, Schema> };
}

/** What is known of the protocols beside the REST API. */
export interface Conventions {
  rest: {
    successStatuses: Record<string, string | number>;
  };
  docker: {
    endpoints: {
      id: string;
      success: number | number[];
      failure: number[];
    }[];
  };
  content: Record<string, Record<string, string | number>>;
}

/** Reads a file of the folder of contracts. */
export function readContract<T>(folder: string, ...path: string[]): T {
  return JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as T;
}

/** The server sends null for what it has not; the document knows only fields that are there. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

/** Compares answers with the definitions of the document: types, what is required, and fields that it does not know. */
export function comparer({ components }: Contract) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));
  for (const format of ['int32', 'int64', 'email', 'double', 'float'])
    ajv.addFormat(format, true);
  ajv.addSchema({ $id: 'nexus', components });
  const absolute = (schema: Schema): Schema =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"nexus#/'));
  const definition = ({ $ref = '', ...schema }: Schema): Schema =>
    $ref ? components.schemas[$ref.split('/').at(-1) as string] : schema;

  function unknownFields(value: unknown, given: Schema, at: string): string[] {
    const schema = definition(given);
    if (Array.isArray(value))
      return value.flatMap(item => unknownFields(item, schema.items ?? {}, at));
    if (!schema.properties || typeof value !== 'object' || !value) return [];
    const { properties, additionalProperties } = schema;
    return Object.entries(value).flatMap(([key, item]) => {
      if (properties[key])
        return unknownFields(item, properties[key], `${at}.${key}`);
      return additionalProperties ? [] : [`${at}.${key}: not in the document`];
    });
  }

  return (value: unknown, schema: Schema, at: string): string[] => {
    const answer = withoutNulls(value);
    const validate = ajv.compile(absolute(schema));
    validate(answer);
    return [...errorsOf(validate, at), ...unknownFields(answer, schema, at)];
  };
}

function errorsOf(validate: ValidateFunction, at: string): string[] {
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${at}${instancePath}: ${message}`,
  );
}

/** Compares documents with the JSON Schemas of a folder. */
export function schemaFolder(folder: string) {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
  });
  for (const name of readdirSync(folder).filter(file => /\.json$/.test(file))) {
    const schema = readContract<object>(folder, name);
    ajv.addSchema({ ...(withoutIds(schema) as object), $id: name });
  }
  return (name: string, value: unknown): string[] => {
    const validate = ajv.getSchema(name) as ValidateFunction;
    validate(value);
    return errorsOf(validate, name);
  };
}

/** Schemas of draft 04 name themselves by `id`, and refer to each other by the names of their files. */
function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, item]) =>
          key !== '$schema' &&
          !(['id', '$id'].includes(key) && typeof item === 'string'),
      )
      .map(([key, item]) => [key, withoutIds(item)]),
  );
}
