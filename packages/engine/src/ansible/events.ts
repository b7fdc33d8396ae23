import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import type { HostRecap } from '@nante/model';

const wordsSchema = z.object({
  msg: z.string().optional(),
  stderr: z.string().optional(),
  stdout: z.string().optional(),
  module_stderr: z.string().optional(),
  module_stdout: z.string().optional(),
});
type Words = z.infer<typeof wordsSchema>;

const outcome = {
  host: z.string(),
  task: z.string().default(''),
  /** What a check run would change, or a run did, as a diff. */
  diff: z.string().optional(),
  warnings: z.array(z.string()).optional(),
};

const counts = z.object({
  ok: z.number(),
  changed: z.number(),
  failed: z.number(),
  unreachable: z.number(),
  skipped: z.number(),
});

const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('play'), name: z.string().default('') }),
  z.object({
    type: z.literal('task'),
    name: z.string().default(''),
    handler: z.boolean().optional(),
  }),
  z.object({
    ...outcome,
    type: z.enum(['ok', 'changed', 'skipped']),
    message: z.string().optional(),
    /** Skipped because a check run cannot do it, not because the playbook says so. */
    unseen: z.boolean().optional(),
  }),
  z.object({
    ...outcome,
    type: z.enum(['failed', 'unreachable']),
    error: wordsSchema.default({}),
    /** What failed of a loop. */
    items: z.array(wordsSchema).default([]),
    /** The play goes on, because the task says so. */
    ignored: z.boolean().optional(),
    /** The playbook catches it: what it does instead follows. */
    rescued: z.boolean().optional(),
  }),
  z.object({ type: z.literal('stats'), hosts: z.record(z.string(), counts) }),
]);

/** What happens in a play: its plays and tasks, how each host fared in a task, and the recap at its end. */
export type PlayEvent = z.infer<typeof eventSchema>;
export type FailedEvent = Extract<PlayEvent, { items: unknown }>;

/** A line for a person who watches. */
export interface PlayLine {
  level: 'info' | 'warn' | 'error';
  text: string;
}

/** Reads one line of the play's output. @returns undefined for text that is no event of ours */
export function parsePlayEvent(line: string): PlayEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return eventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Text that a program printed, without colours. */
export function plainLine(line: string): PlayLine {
  const text = stripVTControlCharacters(line).trimEnd();
  if (/^(\[ERROR\]|ERROR!|fatal:)/.test(text)) return { level: 'error', text };
  return { level: /^\[WARNING\]/.test(text) ? 'warn' : 'info', text };
}

/** An event in the words of Ansible's own output, so that whoever knows that can read it. */
export function describeEvent(event: PlayEvent): PlayLine[] {
  const info = (text: string): PlayLine => ({ level: 'info', text });
  switch (event.type) {
    case 'play':
      return [info(`PLAY [${event.name}]`)];
    case 'task':
      return [info(`${event.handler ? 'HANDLER' : 'TASK'} [${event.name}]`)];
    case 'stats':
      return toRecap(event).map(recap =>
        info(
          `${recap.host}: ok=${recap.ok} changed=${recap.changed} unreachable=${recap.unreachable} failed=${recap.failed} skipped=${recap.skipped}`,
        ),
      );
    case 'failed':
    case 'unreachable': {
      const caught =
        (event.ignored && ' (ignored)') || (event.rescued && ' (rescued)');
      return [
        ...notes(event),
        {
          level: caught ? 'warn' : 'error',
          text: `${event.type}: [${event.host}]${caught || ''} ${failureText(event)}`,
        },
      ];
    }
    default: {
      const message = event.message ? ` ${event.message}` : '';
      return [
        ...notes(event),
        info(
          `${event.type === 'skipped' ? 'skipping' : event.type}: [${event.host}]${message}`,
        ),
      ];
    }
  }
}

function notes(event: { diff?: string; warnings?: string[] }): PlayLine[] {
  const diff = event.diff?.split('\n') ?? [];
  return [
    ...(event.warnings ?? []).map(text => ({ level: 'warn' as const, text })),
    ...diff.map(text => ({ level: 'info' as const, text })),
  ];
}

/** The recap, a line for each host. */
export function toRecap(
  event: Extract<PlayEvent, { type: 'stats' }>,
): HostRecap[] {
  return Object.entries(event.hosts).map(([host, numbers]) => ({
    host,
    ...numbers,
  }));
}

/** Messages that say only that something failed; what failed stands elsewhere. */
const hollow =
  /^(non-zero return code|one or more items failed|all items completed|module failure|task failed\.?$|failed to validate$|see stdout\/stderr)/i;

const telling =
  /^E: |\b(error|fatal|failed|cannot|unable|denied|not found|no such)\b/i;

/** What failed, in one line: the message, unless that is hollow; then what the program printed. */
export function failureText({ error, items }: FailedEvent): string {
  for (const words of [...items, error]) {
    const found = ownWords(words);
    if (found) return found;
  }
  return oneLine(error.msg ?? '') || 'It failed without a word.';
}

function ownWords(words: Words): string {
  const message = oneLine(words.msg ?? '');
  if (message && !hollow.test(message)) return message;
  const printed = [
    words.stderr,
    words.module_stderr,
    words.stdout,
    words.module_stdout,
  ];
  for (const text of printed) {
    const lines = stripVTControlCharacters(text ?? '')
      .split('\n')
      .filter(line => line.trim());
    const isTrace = lines.some(line => line.startsWith('Traceback'));
    const line =
      (!isTrace && lines.find(one => telling.test(one))) || lines.at(-1);
    if (line) return line.trim();
  }
  return '';
}

function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .trim()
    .replace(/\s*\n\s*/g, ' ');
}
