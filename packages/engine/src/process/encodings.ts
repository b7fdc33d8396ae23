/** Values that stand everywhere; masking them would star out the log and protect nothing. */
const common = new Set([
  'true',
  'false',
  'null',
  'none',
  'default',
  'localhost',
  'changeme',
]);

const shortestSecret = 6;
const shortestLine = 8;

/**
 * All texts by which a secret may show up in a program's output: as it is, in the encodings that tools print, and each
 * line of it by itself. Empty for values that are too short or too common to be masked.
 */
export function formsOfSecret(secret: string): string[] {
  const forms = new Set<string>();
  for (const part of partsOf(secret)) {
    for (const form of encodingsOf(part)) {
      if (form.length >= shortestSecret) forms.add(form);
    }
  }
  return [...forms];
}

function partsOf(secret: string): string[] {
  const trimmed = secret.trim();
  if (trimmed.length < shortestSecret || common.has(trimmed.toLowerCase())) {
    return [];
  }
  const lines = isKubeconfig(trimmed)
    ? secretValuesOf(trimmed)
    : trimmed
        .split(/\r?\n/)
        .map(line => line.trim())
        // The frame of a PEM block is no secret.
        .filter(line => !line.startsWith('-----'));
  return [
    ...new Set([
      ...[secret, trimmed],
      ...lines.filter(line => line.length >= shortestLine),
    ]),
  ];
}

/** Most lines of a kubeconfig stand in every answer of every cluster: `apiVersion: v1`. */
function isKubeconfig(text: string): boolean {
  return /^\s*"?users"?\s*:/m.test(text) && /^\s*"?clusters"?\s*:/m.test(text);
}

/** Keys of a kubeconfig whose values nobody may see. */
export const kubeconfigSecrets = [
  'token',
  'password',
  'client-key-data',
  'id-token',
  'refresh-token',
  'client-secret',
] as const;

const secretOfKubeconfig = new RegExp(
  `"?\\b(?:${kubeconfigSecrets.join('|')})"?\\s*:\\s*["']?([^"',\\s}]+)`,
  'g',
);

/** Values of the keys by which a kubeconfig signs in. */
function secretValuesOf(kubeconfig: string): string[] {
  const found = kubeconfig.matchAll(secretOfKubeconfig);
  return [...found].map(([, value]) => value);
}

function encodingsOf(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const hex = bytes.toString('hex');
  return [
    text,
    hex,
    hex.toUpperCase(),
    ...base64FormsOf(bytes),
    ...urlFormsOf(text),
    ...jsonFormsOf(text),
    ...shellFormsOf(text),
  ];
}

/**
 * Base64 of the bytes at each of the three places they can have inside a longer text, without the characters at the
 * edges that depend on the neighbours.
 */
function base64FormsOf(bytes: Buffer): string[] {
  const forms = [bytes.toString('base64'), bytes.toString('base64url')];
  for (const offset of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString(
      'base64',
    );
    const first = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    const core = encoded.slice(first, end);
    forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

function urlFormsOf(text: string): string[] {
  let component: string;
  try {
    component = encodeURIComponent(text);
  } catch {
    // Half a surrogate pair has no URL form.
    return [];
  }
  const strict = component.replace(
    /[!'()*]/g,
    c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [component, strict]
    .flatMap(form => [form, form.replaceAll('%20', '+')])
    .flatMap(form => [
      form,
      form.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()),
    ]);
}

function jsonFormsOf(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  // Go, and so Terraform, also escapes what HTML would take for markup; Python escapes all but ASCII.
  const escape = (c: string) =>
    `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const go = plain.replace(/[<>&\u2028\u2029]/g, escape);
  const ascii = plain.replace(/[\u007f-\uffff]/g, escape);
  const slashes = plain.replaceAll('/', '\\/');
  return [plain, go, ascii, slashes].flatMap(form => [
    form,
    // JSON inside JSON: a tool's message in a log line that is JSON itself.
    JSON.stringify(form).slice(1, -1),
  ]);
}

function shellFormsOf(text: string): string[] {
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/["\\$`]/g, '\\$&'),
    text.replace(/[^A-Za-z0-9_@%+=:,./-]/g, '\\$&'),
  ];
}
