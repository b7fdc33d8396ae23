import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

const base = {
  '@level': z.string(),
  '@message': z.string(),
};

const diagnosticSchema = z.object({
  severity: z.enum(['error', 'warning']),
  summary: z.string(),
  detail: z.string().default(''),
  address: z.string().optional(),
});
export type Diagnostic = z.infer<typeof diagnosticSchema>;

const resourceSchema = z.looseObject({ addr: z.string() });

/** The lines of `terraform plan -json` and `apply -json` that we act on; all others are shown as they are. */
const eventSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('diagnostic'),
    diagnostic: diagnosticSchema,
  }),
  z.object({
    ...base,
    type: z.enum([
      'refresh_start',
      'refresh_complete',
      'apply_start',
      'apply_progress',
      'apply_complete',
      'apply_errored',
    ]),
    hook: z.looseObject({ resource: resourceSchema }),
  }),
  z.object({
    ...base,
    type: z.enum(['planned_change', 'resource_drift']),
    change: z.looseObject({ resource: resourceSchema, action: z.string() }),
  }),
  z.object({
    ...base,
    type: z.literal('change_summary'),
    changes: z.looseObject({ operation: z.string() }),
  }),
]);
export type TerraformEvent = z.infer<typeof eventSchema>;

const anyLineSchema = z.looseObject({ ...base, type: z.string().optional() });

/** One line of output: the event when we know it, and what a person reads. */
export interface ParsedLine {
  event?: TerraformEvent;
  level: 'info' | 'warn' | 'error';
  /** Empty for lines that say nothing to a person. */
  text: string;
}

/** Reads one line of `-json` output; other text (a panic, a plugin's complaint) is passed on as it is. */
export function parseLine(line: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return plain(line);
  }
  const any = anyLineSchema.safeParse(value);
  if (!any.success) return plain(line);
  const level = toLevel(any.data['@level']);
  const event = eventSchema.safeParse(value);
  if (!event.success) return { level, text: quiet(any.data) };
  if (event.data.type === 'diagnostic') {
    const { diagnostic } = event.data;
    return {
      event: event.data,
      level: diagnostic.severity === 'error' ? 'error' : 'warn',
      text: isOurDoing(diagnostic) ? '' : diagnosticText(diagnostic),
    };
  }
  return { event: event.data, level, text: any.data['@message'] };
}

/** Warnings about the target that each of our runs has on purpose. */
function isOurDoing({ severity, summary }: Diagnostic): boolean {
  return (
    severity === 'warning' &&
    [
      'Resource targeting is in effect',
      'Applied changes may be incomplete',
    ].includes(summary)
  );
}

/** A diagnostic as one line. */
export function diagnosticText({ summary, detail }: Diagnostic): string {
  const rest = detail.trim().replace(/\s*\n\s*/g, ' ');
  return rest ? `${summary}: ${rest}` : summary;
}

/**
 * True when the line proves that Terraform is past its lock: until then it may wait for somebody else's, afterwards the
 * lock in the bucket is its own.
 */
export function isPastLock(event: TerraformEvent | undefined): boolean {
  return Boolean(event && event.type !== 'diagnostic');
}

/** Who holds Terraform's lock, out of the diagnostic of a plan or apply that did not get it. */
export function lockHolder(
  diagnostics: readonly Diagnostic[],
): { id: string; who: string; operation: string; created: string } | undefined {
  const text = diagnostics.find(({ summary }) =>
    summary.includes('acquiring the state lock'),
  )?.detail;
  if (!text) return undefined;
  const read = (name: string) =>
    new RegExp(`^\\s*${name}:\\s*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  return {
    id: read('ID'),
    who: read('Who'),
    operation: read('Operation'),
    created: read('Created'),
  };
}

function plain(line: string): ParsedLine {
  return { level: 'info', text: stripVTControlCharacters(line).trimEnd() };
}

function toLevel(level: string): ParsedLine['level'] {
  if (level === 'error') return 'error';
  return level === 'warn' ? 'warn' : 'info';
}

/** `version` and `outputs` lines are noise on a run page. */
function quiet(line: z.infer<typeof anyLineSchema>): string {
  return line.type === 'version' || line.type === 'outputs'
    ? ''
    : line['@message'];
}
