import type { Defaults } from './defaults';
import { objectAttributes, type BlockSchema } from './schema';
import {
  blocks,
  same,
  Unknown,
  unknown,
  type ObjectValue,
  type Value,
} from './values';

/** A place in a value: names of attributes and positions in lists. */
export type Path = (string | number)[];

function fillObject(
  names: string[],
  computed: (name: string) => boolean,
  value: ObjectValue,
  defaults: Defaults,
  prior: ObjectValue | undefined,
): ObjectValue {
  const result: ObjectValue = { ...value };
  for (const name of names) {
    if ((result[name] ?? null) !== null) continue;
    const standard = defaults[name];
    if (standard !== undefined && typeof standard !== 'object')
      result[name] = standard;
    else if (computed(name))
      result[name] = prior ? (prior[name] ?? null) : unknown;
    // What is left out and what is empty are the same to the provider.
    else result[name] = isEmpty(prior?.[name]) ? (prior?.[name] ?? null) : null;
  }
  return result;
}

/**
 * Completes what Terraform proposes: defaults where nothing is said, the old value of what is computed, and "known after
 * apply" for what is not there yet.
 *
 * @param schema - block of the resource
 * @param value - what Terraform proposes
 * @param defaults - defaults of the block
 * @param prior - state before, undefined for a new object
 */
export function complete(
  schema: BlockSchema,
  value: ObjectValue,
  defaults: Defaults,
  prior: ObjectValue | undefined,
): ObjectValue {
  const attributes = schema.attributes ?? {};
  const result = fillObject(
    Object.keys(attributes),
    name => attributes[name].computed === true,
    value,
    defaults,
    prior,
  );
  for (const [name, attribute] of Object.entries(attributes)) {
    const names = objectAttributes(attribute);
    if (!names || !Array.isArray(result[name])) continue;
    const before = blocks(prior?.[name]);
    // Inside of such objects nothing is marked as computed; a MAC address is all that Proxmox adds.
    result[name] = blocks(result[name]).map((item, index) =>
      fillObject(
        names,
        key => key === 'mac_address',
        item,
        nested(defaults, name),
        before[index],
      ),
    );
  }
  for (const [name, { block }] of Object.entries(schema.block_types ?? {})) {
    if (result[name] instanceof Unknown) continue;
    const before = blocks(prior?.[name]);
    result[name] = blocks(result[name]).map((item, index) =>
      complete(block, item, nested(defaults, name), before[index]),
    );
  }
  return result;
}

function isEmpty(value: Value | undefined): boolean {
  return value === false || value === '' || value === 0;
}

function nested(defaults: Defaults, name: string): Defaults {
  const found = defaults[name];
  return typeof found === 'object' ? found : {};
}

function at(value: Value | undefined, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((found, step) => {
    if (found === null || found === undefined || found instanceof Unknown)
      return undefined;
    if (Array.isArray(found))
      return typeof step === 'number' ? found[step] : undefined;
    return typeof found === 'object' ? found[step] : undefined;
  }, value);
}

/** Those of the given places that differ, an unknown new value included. */
export function changedPaths(
  paths: Path[],
  before: ObjectValue,
  after: ObjectValue,
): Path[] {
  return paths.filter(
    path => !same(at(before, path) ?? null, at(after, path) ?? null),
  );
}

/** A place in the words of the plugin protocol. */
export function pathToWire(path: Path): object {
  return {
    steps: path.map(step =>
      typeof step === 'number'
        ? { element_key_int: step }
        : { attribute_name: step },
    ),
  };
}

/** Top-level blocks and attributes that the configuration sets, but that the stand-in does not do. */
export function unserved(
  schema: BlockSchema,
  config: ObjectValue,
  served: ReadonlySet<string>,
): string[] {
  const set = (value: Value | undefined) =>
    Array.isArray(value) ? value.length > 0 : (value ?? null) !== null;
  return [
    ...Object.keys(schema.attributes ?? {}),
    ...Object.keys(schema.block_types ?? {}),
  ].filter(name => !served.has(name) && set(config[name]));
}
