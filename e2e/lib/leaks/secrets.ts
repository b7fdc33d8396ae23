import { randomBytes } from 'node:crypto';

/** A secret that the portal knows, and how it would show up where it leaks. */
export interface Secret {
  name: string;
  value: string;
  /** Pieces of it that no encoding of text changes: letters and digits, too long to stand somewhere by chance. */
  cores: string[];
}

/** One secret in one encoding, as a tool prints it. */
export interface Vector {
  /** Stands before the text, so that one sees whether a line came through. */
  id: string;
  secret: Secret;
  encoding: string;
  text: string;
  /** Written with a pause in the middle. */
  split: boolean;
}

/** A value that is made of characters which encodings change, around a core which they don't. */
export function madeSecret(name: string): Secret {
  const core = letters(24);
  return { name, value: `p"s'w \\$${core}/+&%<ü>~`, cores: [core] };
}

/** Several lines, each with a core of its own. */
export function madeDocument(name: string): Secret {
  const cores = [letters(40), letters(40)];
  const value = `apiVersion: v1\n  token: "${cores[0]}"\n  key: '${cores[1]}'\n`;
  return { name, value, cores };
}

/**
 * A value that is what it is, such as the sandbox's own: its lines are the cores, unless one is named.
 */
export function givenSecret(
  name: string,
  value: string,
  core?: string,
): Secret {
  const lines = value
    .split('\n')
    .filter(line => line.length >= 8 && !line.startsWith('-----'));
  return { name, value, cores: core ? [core] : lines };
}

function letters(count: number): string {
  return randomBytes(count * 2)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, count);
}

const encodings: [string, (value: string) => string][] = [
  ['plain', value => value],
  ['base64', value => Buffer.from(value).toString('base64')],
  ['base64url', value => Buffer.from(value).toString('base64url')],
  ['URL', encodeURIComponent],
  ['JSON', value => JSON.stringify(value)],
  ['shell', value => `'${value.replaceAll("'", `'\\''`)}'`],
  ['hex', value => Buffer.from(value).toString('hex')],
  // As a tool prints a key, a line of it in each of its own, which it indents.
  [
    'PEM lines',
    value =>
      ['-----BEGIN', ...value.split('\n'), '-----END'].join('\n      | '),
  ],
  ['two chunks', value => value],
  ['HEX', value => Buffer.from(value).toString('hex').toUpperCase()],
];

export const encodingNames = encodings.map(([name]) => name);

/** Every secret in every encoding. */
export function vectorsOf(secrets: readonly Secret[]): Vector[] {
  return secrets.flatMap(secret =>
    encodings.map(([encoding, encode]) => ({
      id: `leak-check:${secret.name}:${encoding.replace(' ', '-')}`,
      secret,
      encoding,
      text: encode(secret.value),
      split: encoding === 'two chunks',
    })),
  );
}

/** Texts of which none may stand anywhere, by encoding. */
export function needlesOf({ cores, value }: Secret): string[] {
  return [
    ...new Set(
      [...cores, value.trim()].flatMap(core => {
        const hex = Buffer.from(core).toString('hex');
        return [
          ...(/^[A-Za-z0-9+/=._-]+$/.test(core) ? [core] : []),
          hex,
          hex.toUpperCase(),
          ...[0, 1, 2].flatMap(offset => innerBase64(core, offset)),
        ];
      }),
    ),
  ];
}

/** What base64 makes of a text inside a longer one, without the edges, in both alphabets. */
function innerBase64(text: string, offset: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const inner = bytes.toString('base64').replace(/=+$/, '').slice(4, -2);
  // Shorter ones stand somewhere by chance.
  if (inner.length < 8) return [];
  return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
}
