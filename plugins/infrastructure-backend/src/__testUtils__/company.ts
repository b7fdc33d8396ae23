import type { Entity } from '@backstage/catalog-model';

/** A component of the catalog. */
export function component(
  name: string,
  owner: string,
  annotations: Record<string, string> = {},
): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, namespace: 'default', annotations },
    spec: { type: 'service', lifecycle: 'production', owner },
  };
}

/** Components as the sandbox has them: shop and hello are the shop's, billing is another group's. */
export const company = [
  component('shop', 'shop'),
  component('billing', 'group:default/billing'),
  component('hello', 'group:default/shop'),
];
