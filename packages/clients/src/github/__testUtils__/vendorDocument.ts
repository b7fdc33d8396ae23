import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  nullable?: boolean;
  enum?: unknown[];
}
interface Media {
  schema?: Schema;
  examples?: Record<string, { $ref?: string; value?: unknown }>;
  example?: unknown;
}
interface Method {
  parameters?: { $ref?: string; in?: string; name?: string }[];
  requestBody?: { content?: Record<string, Media> };
  responses: Record<string, { $ref?: string; content?: Record<string, Media> }>;
}
interface OpenApi {
  paths: Record<string, Record<string, Method>>;
  components: Record<string, Record<string, unknown>>;
}

/** A request as the fake server saw it. */
export interface SeenRequest {
  method: string;
  /** Below the address of the API, encoded. */
  path: string;
  query: Record<string, string>;
  body: unknown;
}

/** The vendor's description of the API, as far as a client can be held against it. */
export interface VendorDocument {
  /** What of a request is not in the document: call, parameters, fields, types; and fields that it demands and did not get. */
  problemsOf(request: SeenRequest): string[];
  /** Status and example of the first success that the document has for a call. */
  sampleAnswer(
    method: string,
    path: string,
  ): { status: number; body?: unknown } | undefined;
}

/** @param folder - of all contracts */
export function vendorDocument(folder: string): VendorDocument {
  const document: OpenApi = JSON.parse(
    readFileSync(join(folder, 'github', 'github-openapi-trimmed.json'), 'utf8'),
  );
  const resolved = <T extends { $ref?: string }>(it: T): T => {
    if (!it.$ref) return it;
    const [, , kind, name] = it.$ref.split('/');
    return resolved(document.components[kind][name] as T);
  };

  function find(method: string, path: string) {
    const asked = path.split('/').slice(1);
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
    return pattern && document.paths[pattern][method.toLowerCase()];
  }

  /** What does not fit, in words. */
  function misfits(value: unknown, given: Schema, at: string): string[] {
    const schema = resolved(given);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) {
      const tried = choices.map(choice => misfits(value, choice, at));
      return tried.some(problems => problems.length === 0) ? [] : tried[0];
    }
    if (value === null)
      return schema.nullable ? [] : [`${at} must not be null`];
    if (schema.enum && !schema.enum.includes(value))
      return [`${at} must be one of ${schema.enum.join(', ')}`];
    if (Array.isArray(value))
      return schema.type === 'array'
        ? value.flatMap((item, index) =>
            misfits(item, schema.items ?? {}, `${at}[${index}]`),
          )
        : [`${at} must not be a list`];
    if (typeof value !== 'object')
      return schema.type === undefined ||
        schema.type === typeof value ||
        (schema.type === 'integer' && Number.isInteger(value))
        ? []
        : [`${at} must be of type ${schema.type}`];
    const { properties = {}, additionalProperties, required = [] } = schema;
    const isOpen = additionalProperties && !schema.properties;
    return [
      ...required
        .filter(name => !(name in value!))
        .map(name => `${at} lacks ${name}`),
      ...Object.entries(value ?? {}).flatMap(([name, item]) => {
        if (properties[name])
          return misfits(item, properties[name], `${at}.${name}`);
        return isOpen ? [] : [`${at}.${name} is unknown`];
      }),
    ];
  }

  return {
    problemsOf({ method, path, query, body }) {
      const title = `${method} ${path}`;
      const call = find(method, path);
      if (!call) return [`${title} is unknown`];
      const known = (call.parameters ?? [])
        .map(resolved)
        .flatMap(one => (one.in === 'query' ? [one.name] : []));
      const schema =
        call.requestBody?.content?.['application/json']?.schema ?? {};
      return [
        ...Object.keys(query)
          .filter(name => !known.includes(name))
          .map(name => `${title}?${name} is unknown`),
        ...(body === undefined ? [] : misfits(body, schema, title)),
      ];
    },
    sampleAnswer(method, path) {
      const call = find(method, path);
      const status = Object.keys(call ? call.responses : {}).find(code =>
        /^[23]/u.test(code),
      );
      if (!call || !status) return undefined;
      const media = resolved(call.responses[status]).content?.[
        'application/json'
      ];
      const [example] = Object.values(media?.examples ?? {}).map(resolved);
      return {
        status: Number(status),
        body: (example as { value?: unknown })?.value ?? media?.example,
      };
    },
  };
}
