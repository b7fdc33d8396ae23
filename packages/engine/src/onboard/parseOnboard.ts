import {
  NanteError,
  onboardRequestSchema,
  type OnboardRequest,
  type RunDocument,
} from '@nante/model';
import { z } from 'zod';

/**
 * Reads a request.
 *
 * @throws NanteError `invalid-input` with every wrong field
 */
export function parseOnboard(input: OnboardRequest): OnboardRequest {
  const result = onboardRequestSchema.safeParse(input);
  if (result.success) return result.data;
  throw new NanteError('invalid-input', z.prettifyError(result.error), {
    hint: 'Nothing was changed. Correct the request and send it again.',
  });
}

/** What the check has looked at: all of a request but who sends it, and when. */
const checkedFields = [
  'name',
  'app',
  'environment',
  'owner',
  'address',
  'port',
  'loginUser',
  'adminUser',
  'adminSshKeys',
  'roles',
  'target',
  'guest',
] as const satisfies (keyof OnboardRequest)[];

/**
 * The check run that a request names.
 *
 * @param check - what the bucket has under that id
 * @returns the host keys that it learned
 * @throws NanteError `refused` where it does not stand for this request
 */
export function keysOfCheck(
  request: OnboardRequest,
  check: RunDocument | undefined,
): string[] {
  const refuse = (message: string) =>
    new NanteError('refused', message, {
      hint: 'Nothing was changed. Start a check run of this request, look at what it shows, and confirm that one.',
    });
  const id = request.checkedRunId;
  if (check?.kind !== 'onboard' || check.inputs.checkedRunId !== undefined)
    throw refuse(`There is no check run ${id}.`);
  if (check.state !== 'succeeded' || !check.hostKeys?.length)
    throw refuse(`The check run ${id} did not succeed.`);
  const differing = checkedFields.filter(
    field => text(request[field]) !== text(check.inputs[field]),
  );
  if (differing.length > 0)
    throw refuse(
      `The check run ${id} looked at something else: ${differing.join(', ')} differ${differing.length === 1 ? 's' : ''}.`,
    );
  return check.hostKeys;
}

/** JSON that does not depend on the order of names: a document may have been written by another program. */
function text(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner) =>
      inner !== null && typeof inner === 'object' && !Array.isArray(inner)
        ? Object.fromEntries(
            Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)),
          )
        : inner,
    ) ?? ''
  );
}
