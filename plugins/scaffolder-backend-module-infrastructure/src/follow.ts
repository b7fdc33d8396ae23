import type { LoggerService } from '@backstage/backend-plugin-api';
import type { RunLogLine } from '@nante/model';

/**
 * Carries the lines of a run into the task's log; the title of each step is one of them. The engine has taken every
 * secret out before.
 */
export function followRun(logger: LoggerService) {
  return {
    onLog(line: RunLogLine) {
      logger[line.level](line.text);
    },
  };
}
