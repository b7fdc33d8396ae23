import type { ActivityEntry } from '@nante/plugin-infrastructure-common';

/** Entries of one day. */
export interface Day {
  /** Date as `toDateString` writes it; tells days apart. */
  key: string;
  at: string;
  entries: ActivityEntry[];
}

/** Entries by the day on which they happened where the reader is; they are in the order of their time already. */
export function byDay(entries: ActivityEntry[]): Day[] {
  const days: Day[] = [];
  for (const entry of entries) {
    const key = new Date(entry.at).toDateString();
    const last = days.at(-1);
    if (last?.key === key) last.entries.push(entry);
    else days.push({ key, at: entry.at, entries: [entry] });
  }
  return days;
}

const columns = [
  'at',
  'source',
  'kind',
  'actor',
  'result',
  'environment',
  'app',
  'entityRef',
  'runId',
  'url',
  'text',
] as const satisfies (keyof ActivityEntry)[];

/**
 * A value of a CSV file. What a spreadsheet would take for a formula gets an apostrophe: names and sentences come from
 * many people.
 */
function csvValue(value: string | undefined): string {
  const text = value ?? '';
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Entries as a CSV file with a head, by RFC 4180. */
export function toCsv(entries: ActivityEntry[]): string {
  const lines = entries.map(entry =>
    columns.map(column => csvValue(entry[column])).join(','),
  );
  return [columns.join(','), ...lines, ''].join('\r\n');
}
