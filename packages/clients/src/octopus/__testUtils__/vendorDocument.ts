import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeenRequest } from './fakeOctopus';

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  properties?: Record<string, Schema>;
  allOf?: Schema[];
  anyOf?: Schema[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
}
interface Method {
  parameters?: { in: string; name: string; schema?: Schema }[];
  responses: Record<string, { schema?: Schema }>;
}

/** The vendor's description of the API, as far as a client can be held against it. */
export interface VendorDocument {
  /** What of a request is not in the document: call, parameters, fields; and fields that it demands and did not get. */
  problemsOf(request: SeenRequest): string[];
  /** An answer with every field that the document has for a call. */
  sampleAnswer(method: string, path: string): unknown;
}

/** Answers that the document leaves open, and definitions whose values have fields of a subtype that it lacks. */
const undeclared: Record<string, string> = { 'GET /events': 'EventResource' };
const subtypes: Record<string, string> = {
  EndpointResource: 'SshEndpointResource',
  AccountResource: 'SshKeyPairAccountResource',
};
/** The root, which is among the vendor's samples and not in the document. */
const root = 'GET /api';
const time = '2026-08-01T12:00:00.000+00:00';

/** @param folder - of all contracts */
export function vendorDocument(folder: string): VendorDocument {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(folder, 'octopus', name), 'utf8'));
  const document: {
    paths: Record<string, Record<string, Method>>;
    definitions: Record<string, Schema>;
  } = read('octopus-openapi2-2026.1.json');
  const more: Record<string, Schema> = read(
    'octopus-resources-2026-08.schema.json',
  ).definitions;

  const named = (name: string): Schema | undefined =>
    more[subtypes[name]] ?? document.definitions[name] ?? more[name];
  const resolved = (schema: Schema): Schema => {
    const name = schema.$ref?.split('/').at(-1);
    return name ? (named(name) ?? {}) : schema;
  };
  /** Fields of a schema and of those that it is made of. */
  const fieldsOf = (schema: Schema): Record<string, Schema> => {
    const own = resolved(schema);
    // A subtype names the type that it replaces here.
    const parts = (own.allOf ?? []).map(({ $ref, ...part }) => {
      const base = $ref ? more[`${$ref.split('/').at(-1)}`] : part;
      return fieldsOf(base ?? {});
    });
    return Object.assign({}, ...parts, own.properties);
  };

  function find(method: string, path: string) {
    const asked = path
      .replace(/^\/api/u, '')
      .split('/')
      .slice(1);
    const fits = Object.keys(document.paths).filter(pattern => {
      const parts = pattern.split('/').slice(1);
      return (
        parts.length === asked.length &&
        parts.every((part, at) => part.startsWith('{') || part === asked[at]) &&
        document.paths[pattern][method.toLowerCase()]
      );
    });
    // A word says more than a parameter.
    const words = (pattern: string) => pattern.split(/\/(?!\{)/u).length;
    const [pattern] = fits.sort((a, b) => words(b) - words(a));
    return pattern
      ? { pattern, call: document.paths[pattern][method.toLowerCase()] }
      : undefined;
  }

  function unknownFields(value: unknown, schema: Schema, at: string): string[] {
    if (Array.isArray(value))
      return value.flatMap(item =>
        unknownFields(item, resolved(schema).items ?? {}, at),
      );
    const fields = fieldsOf(schema);
    if (typeof value !== 'object' || !value || Object.keys(fields).length === 0)
      return [];
    return Object.entries(value).flatMap(([name, item]) =>
      fields[name]
        ? unknownFields(item, fields[name], `${at}.${name}`)
        : [`${at}.${name} is unknown`],
    );
  }

  function sample(schema: Schema, depth: number): unknown {
    const own = resolved(schema);
    if (own.enum) return own.enum.at(-1);
    const fields = fieldsOf(schema);
    if (Object.keys(fields).length > 0)
      return Object.fromEntries(
        Object.entries(fields).flatMap(([name, field]) =>
          depth > 0 ? [[name, sampleField(name, field, depth - 1)]] : [],
        ),
      );
    if (own.items) return depth > 1 ? [sample(own.items, depth - 1)] : [];
    if (typeof own.additionalProperties === 'object')
      return { Any: sample(own.additionalProperties, depth - 1) };
    const [type] = [own.type].flat();
    switch (type) {
      case 'boolean':
        return true;
      case 'integer':
      case 'number':
        return 1;
      case 'array':
        return [];
      case 'string':
        return own.format === 'date-time' ? time : 'x';
      default:
        return own.anyOf ? sample(own.anyOf[0], depth) : {};
    }
  }

  /** Some fields have to hang together, so that the client goes on. */
  function sampleField(name: string, schema: Schema, depth: number): unknown {
    const fixed: Record<string, unknown> = {
      ...{ TotalResults: 1, Id: 'Things-1', Version: 'x', Slug: 'shop' },
      ...{ IsPrevious: false, IsDisabled: false },
      ...{ CommunicationStyle: 'Ssh', Port: 22 },
    };
    const value = sample(schema, depth);
    return typeof value === typeof fixed[name] ? fixed[name] : value;
  }

  return {
    problemsOf({ method, path, query, body }) {
      const found = find(method, path);
      const title = `${method} ${path}`;
      if (!found) return title === root ? [] : [`${title} is unknown`];
      const { parameters = [] } = found.call;
      const known = parameters.flatMap(one =>
        one.in === 'query' ? [one.name] : [],
      );
      const schema = parameters.find(one => one.in === 'body')?.schema ?? {};
      const sent = Object.keys((body ?? {}) as object);
      // What was read may be sent back, and what the path names need not be sent again.
      const answer = found.call.responses['200']?.schema ?? {};
      const echoed = method === 'PUT' ? Object.keys(fieldsOf(answer)) : [];
      const inPath = found.pattern.toLowerCase();
      return [
        ...Object.keys(query)
          .filter(name => !known.includes(name) && !isToleratedQuery(name))
          .map(name => `${title}?${name} is unknown`),
        ...unknownFields(body, schema, title).filter(
          problem =>
            !echoed.some(name => problem === `${title}.${name} is unknown`),
        ),
        ...(resolved(schema).required ?? [])
          .filter(
            name =>
              !sent.includes(name) &&
              !inPath.includes(`{${name.toLowerCase()}}`),
          )
          .map(name => `${title} lacks ${name}`),
      ];
    },
    sampleAnswer(method, path) {
      const found = find(method, path);
      const code = Object.keys(found?.call.responses ?? {}).find(status =>
        status.startsWith('2'),
      );
      if (`${method} ${path}` === root)
        return read('samples/api-root-2019.7.json');
      const short = `${method} ${path.replace(/^\/api(\/Spaces-1)?/u, '')}`;
      const open = undeclared[short];
      if (open) return { Items: [sample({ $ref: open }, 8)], TotalResults: 1 };
      const schema = code ? found?.call.responses[code].schema : undefined;
      return schema ? sample(schema, 8) : {};
    },
  };
}

/** In the library's own call for build information, which the document has in the body instead. */
function isToleratedQuery(name: string): boolean {
  return name === 'overwriteMode';
}
