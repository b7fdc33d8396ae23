import { runLogLineSchema, type RunLogLine } from '@nante/model';

/** Lines of a log file or object. */
export function parseLog(text: string): RunLogLine[] {
  return text.split('\n').flatMap(line => {
    if (!line) return [];
    try {
      const parsed = runLogLineSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      // The last line of a process that was killed while it wrote.
      return [];
    }
  });
}
