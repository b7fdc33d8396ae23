/** Proxmox's `value,key=value,…` notation as a map; the value without a key gets the name of the default key. */
export function parseProperties(
  text: string,
  defaultKey?: string,
): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const part of text.split(',')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    if (equals > 0) properties[part.slice(0, equals)] = part.slice(equals + 1);
    else if (defaultKey) properties[defaultKey] = part;
    else properties[part] = '';
  }
  return properties;
}

/**
 * Writes a map as Proxmox does: the default key first and without its name, the others by name.
 *
 * @param bare - key that is written without its name
 */
export function printProperties(
  properties: Record<string, string>,
  bare?: string,
): string {
  const rest = Object.keys(properties)
    .filter(key => key !== bare)
    .sort()
    .map(key => `${key}=${properties[key]}`);
  return bare !== undefined && properties[bare] !== undefined
    ? [properties[bare], ...rest].join(',')
    : rest.join(',');
}

const units: Record<string, number> = { '': 1, K: 1, M: 2, G: 3, T: 4 };

/**
 * Bytes of a size such as `8G` or `512M`; a bare number is bytes.
 *
 * @returns undefined when the text is no size
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text);
  if (!match) return undefined;
  const factor = match[2] === '' ? 1 : 1024 ** units[match[2]];
  return Math.round(Number(match[1]) * factor);
}

/** The shortest exact notation of a size, as Proxmox writes it into configurations. */
export function printSize(bytes: number): string {
  const names = ['', 'K', 'M', 'G', 'T'];
  let value = bytes;
  let unit = 0;
  while (unit < 4 && value >= 1024 && value % 1024 === 0) {
    value /= 1024;
    unit += 1;
  }
  return `${value}${names[unit]}`;
}
