/** A value such as `virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=30`: parts with a name, and one that may have none. */
export interface Properties {
  /** The part without a name, '' when there is none. */
  first: string;
  [name: string]: string;
}

/** Reads a property string of Proxmox; a missing one is empty. */
export function parseProperties(value: unknown): Properties {
  const result: Properties = { first: '' };
  if (value === undefined || value === null || value === '') return result;
  for (const part of String(value).split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) result.first = part;
    else result[part.slice(0, equals)] = part.slice(equals + 1);
  }
  return result;
}

/** Writes a property string; undefined and empty values are left out. */
export function formatProperties(
  parts: Record<string, string | number | undefined>,
  first?: string,
): string {
  const named = Object.entries(parts).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return [
    ...(first ? [first] : []),
    ...named.map(([name, value]) => `${name}=${value}`),
  ].join(',');
}

/** Gibibytes of a disk size such as `20G`, `8192M` or `1T`; 0 when there is none. */
export function gibibytes(size: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(size ?? '');
  if (!match) return 0;
  const factor =
    { '': 1 / 2 ** 30, K: 1 / 2 ** 20, M: 1 / 2 ** 10, G: 1, T: 2 ** 10 }[
      match[2]
    ] ?? 1;
  return Math.ceil(Number(match[1]) * factor);
}

/** Booleans of Proxmox are 0 and 1, also as text. */
export function flag(value: unknown): boolean {
  return value === 1 || value === '1' || value === true;
}

/** Tags as Proxmox keeps them, `a;b`, sorted. */
export function parseTags(value: unknown): string[] {
  return String(value ?? '')
    .split(/[;, ]/)
    .filter(tag => tag !== '')
    .sort();
}
