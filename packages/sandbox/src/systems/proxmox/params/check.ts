import { wrongParameters } from '../failure';
import { parseProperties } from '../propertyString';
import { formats } from './formats';
import type { Param, ParamTable } from './spec';

export type RawParams = Record<string, unknown>;
export type CheckedValue = string | number | boolean | string[];
export type Checked = Record<string, CheckedValue | undefined>;

const truths = new Set(['1', 'on', 'yes', 'true']);
const falsehoods = new Set(['0', 'off', 'no', 'false']);
const notDefined =
  'property is not defined in schema and the schema does not allow additional properties';

/** The table's entry for a name: itself, or the family of a numbered one. */
export function paramOf(table: ParamTable, name: string): Param | undefined {
  if (Object.hasOwn(table, name)) return table[name];
  const numbered = /^(.*?)(0|[1-9]\d*)$/.exec(name);
  if (!numbered) return undefined;
  const family = table[`${numbered[1]}[n]`];
  return family && Number(numbered[2]) < (family.count ?? 0)
    ? family
    : undefined;
}

/**
 * Checks what a client sent and gives it types: whole numbers, numbers, switches, texts.
 *
 * @throws ApiFailure 400 that names every wrong parameter
 */
export function checkParams(table: ParamTable, raw: RawParams): Checked {
  const errors: Record<string, string> = {};
  const checked: Checked = {};
  for (const [name, value] of Object.entries(raw)) {
    const param = paramOf(table, name);
    if (!param) {
      errors[name] = notDefined;
      continue;
    }
    if (value === undefined || value === null) continue;
    const result = checkValue(param, value);
    if ('error' in result) errors[name] = result.error;
    else checked[name] = result.value;
    if (param.requires && raw[param.requires] === undefined)
      errors[param.requires] =
        `missing property - '${name}' requires this property`;
  }
  for (const [name, param] of Object.entries(table)) {
    const missing = raw[name] === undefined || raw[name] === null;
    if (!param.optional && param.count === undefined && missing)
      errors[name] = 'property is missing and it is not optional';
  }
  if (Object.keys(errors).length > 0) throw wrongParameters(errors);
  return checked;
}

type Result = { value: CheckedValue } | { error: string };

function checkValue(param: Param, value: unknown): Result {
  if (param.type === 'array') {
    const items = Array.isArray(value) ? value : [value];
    return { value: items.map(String) };
  }
  if (Array.isArray(value) && !param.format?.endsWith('-list'))
    return { error: `type check ('${param.type}') failed - got ARRAY` };
  const text = Array.isArray(value) ? value.join(',') : String(value);
  if (param.type === 'boolean') return checkBoolean(text);
  if (param.type === 'string') return checkText(param, text);
  return checkNumber(param, text);
}

function checkBoolean(text: string): Result {
  const lower = text.toLowerCase();
  if (truths.has(lower)) return { value: true };
  if (falsehoods.has(lower)) return { value: false };
  return { error: `type check ('boolean') failed - got '${text}'` };
}

function checkNumber(param: Param, text: string): Result {
  const pattern =
    param.type === 'integer' ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)$/;
  if (!pattern.test(text))
    return { error: `type check ('${param.type}') failed - got '${text}'` };
  const value = Number(text);
  if (param.minimum !== undefined && value < param.minimum)
    return { error: `value must have a minimum value of ${param.minimum}` };
  if (param.maximum !== undefined && value > param.maximum)
    return { error: `value must have a maximum value of ${param.maximum}` };
  return { value };
}

function checkText(param: Param, text: string): Result {
  if (param.minLength !== undefined && text.length < param.minLength)
    return {
      error: `value must be at least ${param.minLength} characters long`,
    };
  if (param.maxLength !== undefined && text.length > param.maxLength)
    return { error: `value may only be ${param.maxLength} characters long` };
  if (param.pattern && !param.pattern.test(text))
    return { error: 'value does not match the regex pattern' };
  if (param.enum && !param.enum.includes(text))
    return {
      error: `value '${text}' does not have a value in the enumeration '${param.enum.join(', ')}'`,
    };
  const reason =
    param.format && text !== '' ? formats[param.format](text) : undefined;
  if (reason) return { error: `invalid format - ${reason}` };
  const unknown = unknownKey(param, text);
  if (unknown)
    return {
      error: `invalid format - format error\n${unknown}: ${notDefined}\n`,
    };
  return { value: text };
}

function unknownKey(param: Param, text: string): string | undefined {
  const { keys } = param;
  if (!keys) return undefined;
  const names = Object.keys(parseProperties(text, keys[0]));
  return names.find(name => !keys.includes(name));
}
