import type { FormatName } from './formats';

/** What a parameter may be. */
export interface Param {
  type: 'integer' | 'number' | 'boolean' | 'string' | 'array';
  optional: boolean;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: RegExp;
  enum?: string[];
  format?: FormatName;
  /** Keys of a `key=value,…` text; its first one may stand without its name. */
  keys?: string[];
  /** Another parameter that has to be there too. */
  requires?: string;
  /** For `net[n]` and its like: how many there may be. */
  count?: number;
}

/** Parameters of a call by name; `net[n]` stands for a numbered family. */
export type ParamTable = Record<string, Param>;

type Facets = Partial<Omit<Param, 'type' | 'optional'>>;

export const integer = (facets: Facets = {}): Param => ({
  type: 'integer',
  optional: false,
  ...facets,
});
export const number = (facets: Facets = {}): Param => ({
  type: 'number',
  optional: false,
  ...facets,
});
export const boolean = (facets: Facets = {}): Param => ({
  type: 'boolean',
  optional: false,
  ...facets,
});
export const string = (facets: Facets = {}): Param => ({
  type: 'string',
  optional: false,
  ...facets,
});
export const list = (): Param => ({ type: 'array', optional: false });
export const oneOf = (...values: string[]): Param => string({ enum: values });
export const format = (name: FormatName, facets: Facets = {}): Param =>
  string({ format: name, ...facets });
export const properties = (...keys: string[]): Param => string({ keys });
export const vmid = (): Param =>
  integer({ minimum: 100, maximum: 999999999, format: 'pve-vmid' });

/** The same parameters, none of them required. */
export function optional(table: ParamTable): ParamTable {
  return Object.fromEntries(
    Object.entries(table).map(([name, param]) => [
      name,
      { ...param, optional: true },
    ]),
  );
}
