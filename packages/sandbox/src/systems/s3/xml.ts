const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as it may stand in XML; what XML 1.0 cannot carry at all becomes a replacement sign. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"']/g, character => entities[character])
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '\ufffd'); // eslint-disable-line no-control-regex
}

type XmlValue = string | number | boolean | XmlFields | XmlFields[] | undefined;

/** Element names with their values; a list becomes one element for each item. */
export interface XmlFields {
  [name: string]: XmlValue;
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value))
    return value.map(item => element(name, item)).join('');
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([key, item]) => element(key, item))
          .join('')
      : escapeXml(String(value));
  return `<${name}>${inner}</${name}>`;
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document of S3's answers. */
export function xmlDocument(root: string, fields: XmlFields): string {
  const body = element(root, fields);
  return `${declaration}<${root} xmlns="${namespace}"${body.slice(root.length + 1)}`;
}

/** An error, which has no namespace. */
export function xmlError(fields: XmlFields): string {
  return declaration + element('Error', fields);
}

/** Texts of all elements of this name, in order: enough for the two small documents that clients send. */
export function elementTexts(document: string, name: string): string[] {
  const pattern = new RegExp(
    `<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`,
    'g',
  );
  return [...document.matchAll(pattern)].map(match => match[1]);
}

/** Reverses the five named entities and the numeric ones. */
export function unescapeXml(text: string): string {
  return text
    .replace(/&#(x[0-9a-f]+|\d+);/gi, (_, code: string) =>
      String.fromCodePoint(
        code.startsWith('x')
          ? Number.parseInt(code.slice(1), 16)
          : Number(code),
      ),
    )
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&');
}

/** An answer with an XML body. */
export function xmlResponse(body: string, status = 200): Response {
  return new Response(body, {
    status,
    headers: { 'content-type': 'application/xml' },
  });
}
