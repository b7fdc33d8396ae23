import { stringify } from 'yaml';
import { transformName } from './names';

/** Formats of a download. */
export const downloadFormats = [
  'json',
  'dotnet-json',
  'env',
  'yaml',
  'docker',
  'env-no-quotes',
] as const;

export type DownloadFormat = (typeof downloadFormats)[number];

/** Writes secrets in one of the formats. */
export function formatSecrets(
  secrets: Record<string, string>,
  format: DownloadFormat,
): { contentType: string; body: string } {
  const lines = (line: (name: string, value: string) => string) =>
    Object.entries(secrets)
      .map(([name, value]) => `${line(name, value)}\n`)
      .join('');
  switch (format) {
    case 'json':
      return json(secrets);
    case 'dotnet-json':
      return json(nestSections(secrets));
    case 'yaml':
      return { contentType: 'application/x-yaml', body: stringify(secrets) };
    case 'env':
      return text(lines((name, value) => `${name}="${escapeLine(value)}"`));
    case 'env-no-quotes':
      return text(lines((name, value) => `${name}=${escapeLine(value)}`));
    case 'docker':
      // Docker's files know neither quotes nor escapes.
      return text(
        lines((name, value) => `${name}=${value.replace(/\n/g, '\\n')}`),
      );
    default:
      return format satisfies never;
  }
}

function json(value: unknown) {
  return { contentType: 'application/json', body: JSON.stringify(value) };
}

function text(body: string) {
  return { contentType: 'text/plain; charset=utf-8', body };
}

function escapeLine(value: string): string {
  return value
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/\n/g, '\\n');
}

function nestSections(secrets: Record<string, string>) {
  const root: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(secrets)) {
    const path = transformName(name, 'dotnet').split(':');
    const last = path.pop() as string;
    let section = root;
    for (const part of path) {
      const next = section[part];
      section[part] = typeof next === 'object' ? next : {};
      section = section[part] as Record<string, unknown>;
    }
    section[last] = value;
  }
  return root;
}
