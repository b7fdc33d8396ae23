import { z } from 'zod';
import { NanteError, parseInput } from '@nante/model';
import { S3Error, s3Errors } from './errors';
import type { ObjectInfo } from './objectStore';

/** Ways in which stores get conditional requests wrong. */
export const s3FaultKinds = [
  /** Conditional PUTs are done whatever the condition says. */
  'ignore-conditions',
  /** A failed condition of a PUT is answered with 304. */
  'status-304',
  /** Every conditional PUT is refused. */
  'always-412',
  /** A DELETE is done whatever its condition says, as by MinIO. */
  'delete-ignores-condition',
] as const;

type FaultKind = (typeof s3FaultKinds)[number];

const parametersSchema = z.strictObject({
  /** Regular expression on `/<bucket>/<key>`. */
  path: z.string().optional(),
  /** How many conditional requests it meets. */
  count: z.number().int().positive().optional(),
});

interface Fault {
  kind: FaultKind;
  pattern?: RegExp;
  left: number;
}

/** Judges `If-Match` and `If-None-Match`, rightly or in one of the wrong ways. */
export class Conditions {
  #faults: Fault[] = [];

  /** @throws NanteError `invalid-input` for an unknown kind or parameter */
  setFault(kind: string, parameters: Record<string, unknown>): void {
    const known = s3FaultKinds.find(name => name === kind);
    if (!known)
      throw new NanteError('invalid-input', `S3 has no fault "${kind}".`, {
        hint: `It has ${s3FaultKinds.join(', ')}.`,
      });
    const { path, count = Infinity } = parseInput(parametersSchema, parameters);
    this.#faults.push({
      kind: known,
      pattern: path === undefined ? undefined : new RegExp(path),
      left: count,
    });
  }

  clear(): void {
    this.#faults = [];
  }

  /** @throws S3Error when the write must not happen */
  checkPut(headers: Headers, path: string, current?: ObjectInfo): void {
    const match = headers.get('if-match');
    const noneMatch = headers.get('if-none-match');
    if (match === null && noneMatch === null) return;
    if (this.#meets('ignore-conditions', path)) return;
    if (this.#meets('always-412', path)) throw s3Errors.preconditionFailed();
    const refused = this.#putRefusal(match, noneMatch, current);
    if (!refused) return;
    if (this.#meets('status-304', path))
      throw new S3Error(304, 'NotModified', 'Not modified');
    throw refused;
  }

  #putRefusal(
    match: string | null,
    noneMatch: string | null,
    current?: ObjectInfo,
  ) {
    if (noneMatch !== null && current && matches(noneMatch, current))
      return s3Errors.preconditionFailed();
    if (match !== null && !current) return s3Errors.noSuchKey();
    if (match !== null && current && !matches(match, current))
      return s3Errors.preconditionFailed();
    return undefined;
  }

  /** @throws S3Error when the object must stay */
  checkDelete(headers: Headers, path: string, current?: ObjectInfo): void {
    const match = headers.get('if-match');
    if (match === null || this.#meets('delete-ignores-condition', path)) return;
    if (current && !matches(match, current))
      throw s3Errors.preconditionFailed();
  }

  #meets(kind: FaultKind, path: string): boolean {
    const fault = this.#faults.find(
      candidate =>
        candidate.kind === kind &&
        candidate.left > 0 &&
        (candidate.pattern?.test(path) ?? true),
    );
    if (fault) fault.left -= 1;
    return fault !== undefined;
  }
}

/** Conditions of a read. @throws S3Error 304 or 412 */
export function checkRead(headers: Headers, current: ObjectInfo): void {
  const match = headers.get('if-match');
  if (match !== null && !matches(match, current))
    throw s3Errors.preconditionFailed();
  const noneMatch = headers.get('if-none-match');
  if (noneMatch !== null && matches(noneMatch, current))
    throw new S3Error(304, 'NotModified', 'Not modified');
}

function matches(condition: string, current: ObjectInfo): boolean {
  return condition
    .split(',')
    .map(part => part.trim().replace(/^"|"$/g, ''))
    .some(etag => etag === '*' || etag === current.etag);
}
