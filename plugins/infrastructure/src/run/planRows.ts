import type { PlannedChange } from '@nante/model';

/** One value of a plan: `disk[1].size`, before and after; null where there is none. */
export interface PlanRow {
  name: string;
  before: string | null;
  after: string | null;
}

/** Blocks by which a person recognizes a host, in the order they ask for them. */
const telling = [
  'name',
  'node_name',
  'vm_id',
  'cpu',
  'memory',
  'disk',
  'network_device',
  'network_interface',
  'initialization',
  'clone',
  'operating_system',
  'tags',
  'description',
];

/** What Terraform says of a value that it doesn't know yet. */
const unknown = '(known after apply)';

/**
 * The attributes of a change as rows for people: blocks are taken apart, what is empty or stays the same is left out.
 *
 * @returns `first`: what a person cares about; `rest`: everything else, unknown values last
 */
export function planRows(attributes: PlannedChange['attributes']): {
  first: PlanRow[];
  rest: PlanRow[];
} {
  const rows = attributes.flatMap(({ name, before, after }) =>
    flatten(name, parse(before), parse(after)).map(row => ({
      ...row,
      rank: isSwitchedOff(row) ? -1 : telling.indexOf(name),
    })),
  );
  const strip = ({ name, before, after }: PlanRow) => ({ name, before, after });
  return {
    first: rows
      .filter(({ rank }) => rank >= 0)
      .sort((a, b) => a.rank - b.rank)
      .map(strip),
    rest: rows
      .filter(({ rank }) => rank < 0)
      .sort((a, b) => Number(a.after === unknown) - Number(b.after === unknown))
      .map(strip),
  };
}

/** What a block of something new leaves at nothing: the provider fills in dozens of them. */
function isSwitchedOff({ name, before, after }: PlanRow): boolean {
  return (
    before === null &&
    (after === 'false' || after === '0') &&
    name.includes('.')
  );
}

/** Blocks come as JSON; everything else, a block that was cut off included, is text. */
function parse(text: string | null): unknown {
  if (text === null || !/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function flatten(name: string, before: unknown, after: unknown): PlanRow[] {
  if (isBlocks(before) || isBlocks(after)) {
    const [old, next] = [asList(before), asList(after)];
    const length = Math.max(old.length, next.length);
    return Array.from({ length }, (_, index) =>
      flatten(
        length === 1 ? name : `${name}[${index}]`,
        old[index],
        next[index],
      ),
    ).flat();
  }
  if (isBlock(before) || isBlock(after)) {
    const [old, next] = [asBlock(before), asBlock(after)];
    const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])];
    // A block that becomes known or sensitive as a whole is one row of its own.
    const whole = [before, after].find(value => typeof value === 'string');
    return [
      ...(whole === undefined ? [] : leaf(name, before, after)),
      ...keys.flatMap(key => flatten(`${name}.${key}`, old[key], next[key])),
    ];
  }
  return leaf(name, before, after);
}

function leaf(name: string, before: unknown, after: unknown): PlanRow[] {
  const row = { name, before: asText(before), after: asText(after) };
  return row.before === row.after ? [] : [row];
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (isBlock(value)) return null;
  if (!Array.isArray(value)) return String(value);
  return value.length === 0 ? null : value.map(String).join(', ');
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBlocks(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.some(isBlock);
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === null || value === undefined ? [] : [value];
}

function asBlock(value: unknown): Record<string, unknown> {
  return isBlock(value) ? value : {};
}
