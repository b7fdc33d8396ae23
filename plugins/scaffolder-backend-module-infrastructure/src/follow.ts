import type { LoggerService } from '@backstage/backend-plugin-api';
import type { RunDocument, RunLogLine } from '@nante/model';

/**
 * Carries a run into the task's log: its lines, and each step as it begins. The engine has taken every secret out of
 * them before.
 */
export function followRun(logger: LoggerService) {
  let running: string | undefined;
  return {
    onRun(run: RunDocument) {
      const step = run.steps.find(candidate => candidate.state === 'running');
      if (step && step.id !== running) logger.info(`— ${step.title}`);
      running = step?.id;
    },
    onLog(line: RunLogLine) {
      logger[line.level](line.text);
    },
  };
}
