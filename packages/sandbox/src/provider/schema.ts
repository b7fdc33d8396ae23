import document from './schema.json';
import type { ObjectValue, Value } from './values';

/** An attribute as `terraform providers schema -json` prints it. */
export interface AttributeSchema {
  type: unknown;
  required?: boolean;
  optional?: boolean;
  computed?: boolean;
  sensitive?: boolean;
  deprecated?: boolean;
}

export interface BlockSchema {
  attributes?: Record<string, AttributeSchema>;
  block_types?: Record<
    string,
    {
      nesting_mode: string;
      block: BlockSchema;
      min_items?: number;
      max_items?: number;
    }
  >;
}

export interface ResourceSchema {
  version: number;
  block: BlockSchema;
}

export type ResourceType =
  'proxmox_virtual_environment_vm' | 'proxmox_virtual_environment_container';

/** What the provider takes itself. */
export const providerSchema = document.provider as unknown as ResourceSchema;
/** What its resources take. */
export const resourceSchemas = document.resource_schemas as unknown as Record<
  ResourceType,
  ResourceSchema
>;

/** Attributes of the objects in a list attribute such as `network_device`; undefined for every other type. */
export function objectAttributes(
  attribute: AttributeSchema,
): string[] | undefined {
  if (!Array.isArray(attribute.type) || attribute.type[0] !== 'list')
    return undefined;
  const element: unknown = attribute.type[1];
  if (!Array.isArray(element) || element[0] !== 'object') return undefined;
  return Object.keys(element[1] as object);
}

function blockToWire(block: BlockSchema): object {
  return {
    attributes: Object.entries(block.attributes ?? {}).map(
      ([name, { type, ...flags }]) => ({
        name,
        type: Buffer.from(JSON.stringify(type)),
        ...flags,
      }),
    ),
    block_types: Object.entries(block.block_types ?? {}).map(
      ([name, nested]) => ({
        type_name: name,
        nesting: nested.nesting_mode.toUpperCase(),
        min_items: nested.min_items ?? 0,
        max_items: nested.max_items ?? 0,
        block: blockToWire(nested.block),
      }),
    ),
  };
}

/** The schema in the words of the plugin protocol. */
export function schemaToWire(schema: ResourceSchema): object {
  return { version: schema.version, block: blockToWire(schema.block) };
}

/**
 * Gives a value the shape of its block: every attribute is there, null where unset, every list of blocks too. Terraform
 * refuses a state that lacks one.
 */
export function conform(schema: BlockSchema, value: ObjectValue): ObjectValue {
  const result: ObjectValue = {};
  for (const [name, attribute] of Object.entries(schema.attributes ?? {})) {
    const names = objectAttributes(attribute);
    const given: Value = value[name] ?? null;
    result[name] =
      names && Array.isArray(given)
        ? given.map(item =>
            Object.fromEntries(
              names.map(key => [key, (item as ObjectValue)[key] ?? null]),
            ),
          )
        : given;
  }
  for (const [name, nested] of Object.entries(schema.block_types ?? {})) {
    const given = value[name];
    result[name] = Array.isArray(given)
      ? given.map(item => conform(nested.block, (item ?? {}) as ObjectValue))
      : (given ?? []);
  }
  return result;
}
