import type {
  AuditorService,
  AuditorServiceCreateEventOptions,
} from '@backstage/backend-plugin-api';
import { toBackstageError } from '../errors';

/**
 * Does something with an entry in the audit log before and after it.
 *
 * @throws the engine's error as one of Backstage, which knows its HTTP status
 */
export async function audited<T>(
  auditor: AuditorService,
  event: AuditorServiceCreateEventOptions,
  work: () => Promise<T>,
): Promise<T> {
  const entry = await auditor.createEvent(event);
  try {
    const result = await work();
    await entry.success();
    return result;
  } catch (error) {
    await entry.fail({ error: error as Error });
    throw toBackstageError(error);
  }
}
