import { z } from 'zod';
import { OpenobserveError } from './errors';
import { columnName, flatten, streamName, type NewRecord } from './records';

const attribute = z.object({
  key: z.string(),
  value: z.record(z.string(), z.unknown()).default({}),
});
const attributes = z.array(attribute).default([]);
const resource = z.object({ attributes }).default({ attributes: [] });
/** 64-bit numbers are texts in OTLP's JSON. */
const nanoseconds = z.union([z.string(), z.number()]).optional();

const logsSchema = z.object({
  resourceLogs: z.array(
    z.object({
      resource,
      scopeLogs: z.array(
        z.object({
          logRecords: z.array(
            z.object({
              timeUnixNano: nanoseconds,
              observedTimeUnixNano: nanoseconds,
              severityText: z.string().optional(),
              body: z.record(z.string(), z.unknown()).optional(),
              attributes,
            }),
          ),
        }),
      ),
    }),
  ),
});

const points = z
  .object({
    dataPoints: z.array(
      z.object({
        timeUnixNano: nanoseconds,
        asDouble: z.number().optional(),
        asInt: z.union([z.string(), z.number()]).optional(),
        attributes,
      }),
    ),
  })
  .optional();

const metricsSchema = z.object({
  resourceMetrics: z.array(
    z.object({
      resource,
      scopeMetrics: z.array(
        z.object({
          metrics: z.array(
            z.object({ name: z.string(), gauge: points, sum: points }),
          ),
        }),
      ),
    }),
  ),
});

/** Log records of OTLP/HTTP in JSON. @throws OpenobserveError 400 */
export function readOtlpLogs(body: unknown, stream: string): NewRecord[] {
  const { resourceLogs } = parse(logsSchema, body);
  return resourceLogs.flatMap(group => {
    const shared = fieldsOf(group.resource.attributes);
    return group.scopeLogs
      .flatMap(scope => scope.logRecords)
      .map(record => ({
        stream: streamName(stream),
        at: microseconds(record.timeUnixNano ?? record.observedTimeUnixNano),
        fields: {
          ...shared,
          ...fieldsOf(record.attributes),
          ...(record.severityText ? { severity: record.severityText } : {}),
          body: String(scalar(record.body) ?? ''),
        },
      }));
  });
}

/** Gauges and sums of OTLP/HTTP in JSON; histograms are left out. @throws OpenobserveError 400 */
export function readOtlpMetrics(body: unknown): NewRecord[] {
  const { resourceMetrics } = parse(metricsSchema, body);
  return resourceMetrics.flatMap(group => {
    const shared = fieldsOf(group.resource.attributes);
    return group.scopeMetrics
      .flatMap(scope => scope.metrics)
      .flatMap(({ name, gauge, sum }) =>
        (gauge ?? sum)?.dataPoints.map(point => ({
          stream: streamName(name),
          at: microseconds(point.timeUnixNano),
          fields: {
            ...shared,
            ...fieldsOf(point.attributes),
            __name__: streamName(name),
            value: point.asDouble ?? Number(point.asInt ?? 0),
          },
        })),
      )
      .filter(record => record !== undefined);
  });
}

function fieldsOf(list: z.output<typeof attributes>) {
  return flatten(
    Object.fromEntries(
      list.map(({ key, value }) => [columnName(key), scalar(value)]),
    ),
  );
}

/** `{stringValue: "x"}` and its siblings: the one value that is in there. */
function scalar(value: Record<string, unknown> | undefined): unknown {
  const [[kind, content] = []] = Object.entries(value ?? {});
  return kind === 'intValue' ? Number(content) : content;
}

function microseconds(time: string | number | undefined): number {
  return time === undefined
    ? Date.now() * 1000
    : Math.trunc(Number(time) / 1000);
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown) {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new OpenobserveError(
    400,
    `Invalid json: ${z.prettifyError(result.error)}`,
  );
}
