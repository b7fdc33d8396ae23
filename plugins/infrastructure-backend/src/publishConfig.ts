import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { InfrastructureConfig } from '@nante/model';
import type { Engine } from '@nante/plugin-infrastructure-node';

/** Milliseconds between tries: quick at first, never more than a minute. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/**
 * Writes the configuration that all doors share to the bucket, again and again until the bucket takes it: the portal
 * starts without it.
 */
export async function publishConfig(
  engine: Pick<Engine, 'publishConfig'>,
  shared: InfrastructureConfig,
  logger: LoggerService,
  signal: AbortSignal,
): Promise<void> {
  for (
    let pause = FIRST_PAUSE;
    !signal.aborted;
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  ) {
    try {
      await engine.publishConfig(shared);
      logger.info('The configuration that all doors share is in the bucket.');
      return;
    } catch (error) {
      logger.warn(
        `The configuration could not be written to the bucket, next try in ${pause / 1000} s: ${error}`,
      );
      // Ends the loop when the portal stops.
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}
