import type { NewFile } from '@nante/clients';

const call =
  /^\s*(?:-\s+)?uses:\s*['"]?([\w.-]+\/[\w.-]+)\/\.github\/workflows\/[^@\s'"]+@([^\s'"#]+)['"]?(?:\s+#\s*(\S+))?/mu;

/** Repository and version of the first reusable workflow that files call: `acme/nante@v1.4.0`. */
export function calledWorkflows(files: readonly NewFile[]): string | undefined {
  for (const { path, content } of files) {
    if (!path.startsWith('.github/workflows/')) continue;
    const found = call.exec(content?.toString('utf8') ?? '');
    if (found) return `${found[1]}@${found[3] ?? found[2]}`;
  }
  return undefined;
}
