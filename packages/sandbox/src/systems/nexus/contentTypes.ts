/** Kind of a file by the end of its name. */
const byExtension: Record<string, string> = {
  css: 'text/css',
  gz: 'application/gzip',
  html: 'text/html',
  jar: 'application/java-archive',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown',
  md5: 'text/plain',
  pdf: 'application/pdf',
  png: 'image/png',
  pom: 'application/xml',
  prov: 'text/plain',
  sh: 'application/x-sh',
  sha1: 'text/plain',
  sha256: 'text/plain',
  sha512: 'text/plain',
  tar: 'application/x-tar',
  tgz: 'application/gzip',
  txt: 'text/plain',
  war: 'application/java-archive',
  xml: 'application/xml',
  yaml: 'text/yaml',
  yml: 'text/yaml',
  zip: 'application/zip',
};

/** First bytes that files of a kind have. */
const magic: [string, string][] = [
  ['PK', 'application/zip'],
  ['\x1f\x8b', 'application/gzip'],
  ['\x89PNG', 'image/png'],
  ['%PDF', 'application/pdf'],
];

/** Kinds whose content must begin in one way. */
const checked: Record<string, string> = {
  'application/gzip': 'application/gzip',
  'application/java-archive': 'application/zip',
  'application/pdf': 'application/pdf',
  'application/zip': 'application/zip',
  'image/png': 'image/png',
};

/** Kind of a file by its name; `undefined` where the name does not say. */
export function typeByName(path: string): string | undefined {
  return byExtension[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
}

/** Kind of a file by its first bytes, as far as we look. */
function typeByContent(head: Buffer): string {
  const text = head.toString('latin1');
  const found = magic.find(([begin]) => text.startsWith(begin));
  if (found) return found[1];
  return head.includes(0) ? 'application/octet-stream' : 'text/plain';
}

/**
 * What strict validation of content has against a file: its name promises one kind and its bytes are another.
 *
 * @returns words of the server, or undefined where all is well
 */
export function contentMismatch(
  path: string,
  head: Buffer,
): string | undefined {
  const expected = typeByName(path);
  const wanted = expected && checked[expected];
  if (!wanted) return undefined;
  const detected = typeByContent(head);
  return detected === wanted
    ? undefined
    : `Detected content type [${detected}], but expected [${expected}]: ${path}`;
}
