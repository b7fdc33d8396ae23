import type { RunDocument } from '@nante/model';
import type { Sentences } from '../translation';

const powers = ['start', 'shutdown', 'reboot', 'stop'] as const;
const snapshots = ['create', 'rollback', 'delete'] as const;

/** What a run does to which host, one phrase. */
export function runTitle(t: Sentences, run: RunDocument): string {
  const others = (run.hosts?.length ?? 1) - 1;
  const host =
    others > 0
      ? t('run.andMore', { host: run.host, count: others })
      : run.host || run.app;
  const { action, checkedRunId } = run.inputs;
  const power = powers.find(name => name === action);
  const snapshot = snapshots.find(name => name === action);
  if (run.kind === 'power' && power) return t(`run.powerOf.${power}`, { host });
  if (run.kind === 'snapshot' && snapshot) {
    return t(`run.snapshotOf.${snapshot}`, { host });
  }
  if (run.kind === 'configure' && run.inputs.dryRun === true) {
    return t('run.dryRun', { host });
  }
  if (run.kind === 'onboard' && !checkedRunId) {
    return t('run.onboardCheck', { host });
  }
  return t(`run.${run.kind}`, { host });
}
