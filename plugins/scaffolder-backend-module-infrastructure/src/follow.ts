import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  type HostRecap,
  type RunDocument,
  type RunLogLine,
  finalRunStates,
} from '@nante/model';

/** A host's numbers change with each task; a log needs no more than one line in this time, in milliseconds. */
const RECAP_EVERY = 5_000;
/** Each line of a task is a row of the database: more than this many a second stay on the page of the run. */
const LINES_A_SECOND = 100;

/**
 * Carries the lines of a run into the task's log; the title of each step is one of them. While a play runs, each host's
 * numbers are lines too. The engine has taken every secret out before.
 */
export function followRun(logger: LoggerService) {
  const told = new Map<string, { text: string; at: number }>();
  let page = '';
  let second = 0;
  let carried = 0;
  let left = 0;

  const sayWhatIsLeft = () => {
    if (left) {
      logger.info(
        `${left} more ${left === 1 ? 'line is' : 'lines are'} on the page of the run.`,
      );
    }
    left = 0;
  };

  return {
    onLog(line: RunLogLine) {
      const now = Math.floor(Date.now() / 1000);
      if (now !== second) {
        sayWhatIsLeft();
        second = now;
        carried = 0;
      }
      // What went wrong is never left out.
      if (line.level !== 'error') carried += 1;
      if (line.level !== 'error' && carried > LINES_A_SECOND) left += 1;
      else logger[line.level](line.text);
    },
    onRun(run: RunDocument) {
      if (page !== run.id) {
        page = run.id;
        logger.info(`The run has a page of its own: /runs/${run.id}`);
      }
      const last = finalRunStates.includes(run.state);
      if (last) sayWhatIsLeft();
      for (const recap of run.configuration?.recap ?? []) {
        const text = describeRecap(recap);
        const before = told.get(recap.host);
        if (before?.text === text) continue;
        if (!last && before && Date.now() - before.at < RECAP_EVERY) continue;
        told.set(recap.host, { text, at: Date.now() });
        logger.info(text);
      }
    },
  };
}

function describeRecap(recap: HostRecap): string {
  const { host, ok, changed, failed, unreachable, skipped } = recap;
  const parts = [
    `${ok} ok`,
    `${changed} changed`,
    `${skipped} skipped`,
    `${failed} failed`,
    ...(unreachable ? ['unreachable'] : []),
  ];
  return `${host}: ${parts.join(', ')}`;
}
