import { z } from 'zod';

/** Which requests a fault meets, and how often. */
const filter = {
  /** HTTP method; every method when absent. */
  method: z
    .string()
    .transform(value => value.toUpperCase())
    .optional(),
  /** Regular expression on the decoded path without query; every path when absent. */
  path: z
    .string()
    .refine(isRegularExpression, 'is no regular expression')
    .optional(),
  /** How many requests it meets; no end when absent. */
  count: z.number().int().positive().optional(),
  /** How many matching requests pass first. */
  after: z.number().int().nonnegative().default(0),
  /** Chance of each matching request, from the sandbox's seed. */
  probability: z.number().min(0).max(1).default(1),
};

/**
 * `before` keeps the request from the stand-in; `after` lets it take effect and spoils only the answer, which is what a
 * client must survive without doing its work twice.
 */
const phase = z.enum(['before', 'after']).default('before');

/** Faults that every stand-in has, because they happen on the wire. */
export const socketFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('latency'),
    ...filter,
    /** Milliseconds. */
    ms: z.number().nonnegative().max(600_000),
    /** Up to so many milliseconds more. */
    jitter: z.number().nonnegative().max(600_000).default(0),
    phase,
  }),
  z.strictObject({ kind: z.literal('reset'), ...filter, phase }),
  z.strictObject({
    kind: z.literal('cut'),
    ...filter,
    /** Bytes of the body that still arrive. */
    bytes: z.number().int().nonnegative().default(0),
  }),
  z.strictObject({
    kind: z.literal('drip'),
    ...filter,
    bytesPerSecond: z.number().int().positive(),
  }),
  z.strictObject({
    kind: z.literal('status'),
    ...filter,
    status: z.number().int().min(200).max(599),
    /** Reason phrase of the status line. */
    reason: z
      .string()
      .regex(/^[\t\x20-\x7e]*$/, 'one line of printable ASCII')
      .optional(),
    /** Text as it is; anything else as JSON. */
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    phase,
  }),
  z.strictObject({
    kind: z.literal('refuse'),
    /** Nobody listens for so long; until the faults are cleared when absent. */
    durationMs: z.number().int().positive().optional(),
    /** Instead of closing the port: so many connections are dropped as soon as they are made. */
    count: z.number().int().positive().optional(),
  }),
]);

/** A fault on the wire, defaults filled in. */
export type SocketFault = z.output<typeof socketFaultSchema>;

/** Names of the faults that the server itself makes; any other name is the stand-in's own. */
export const socketFaultKinds: readonly string[] =
  socketFaultSchema.options.map(option => option.shape.kind.value);

/** What every fault has, whoever makes it. */
export const anyFaultSchema = z.looseObject({ kind: z.string().min(1) });

function isRegularExpression(source: string) {
  try {
    return Boolean(new RegExp(source));
  } catch {
    return false;
  }
}
