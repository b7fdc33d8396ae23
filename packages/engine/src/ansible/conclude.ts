import { defaultTimeoutMs, type FollowedPlay } from './follow';
import type { PlaybookResult } from './playbook';

interface PlayEnd extends FollowedPlay {
  exitCode: number | null;
  /** Lines of Ansible's standard error. */
  errors: readonly string[];
}

type Conclusion = Pick<
  PlaybookResult,
  'state' | 'recap' | 'failures' | 'failedHosts' | 'error'
>;

/** What a play's end means: whether it succeeded, and if not, the first real error. */
export function concludePlay(
  end: PlayEnd,
  options: { tags?: readonly string[]; timeoutMs?: number },
): Conclusion {
  const { progress, exitCode, stopped } = end;
  const recap = progress.recap() ?? [];
  const failures = progress.failures();
  const failedHosts = [...new Set(failures.map(({ host }) => host))];
  const found = { recap, failures, failedHosts };
  // Without a host in it, a play that did nothing would pass for a success.
  const didSomething = recap.length > 0 || Boolean(options.tags?.length);
  if (exitCode === 0 && didSomething) return { state: 'succeeded', ...found };
  if (stopped === 'cancel') {
    const message = `The play was cancelled${whileAt(end.atWork)}.`;
    return { state: 'cancelled', ...found, error: { message } };
  }
  if (stopped === 'deadline') {
    const seconds = Math.round((options.timeoutMs ?? defaultTimeoutMs) / 1000);
    const hosts = end.atWork?.hosts ?? [];
    return {
      state: 'failed',
      ...found,
      failedHosts: [...new Set([...failedHosts, ...hosts])],
      error: {
        message: `The play did not end within ${seconds} s and was stopped${whileAt(end.atWork)}.`,
        hint: 'Look on the host what that task waits for, then repeat on the failed hosts.',
      },
    };
  }
  return { state: 'failed', ...found, error: firstError(end, failures) };
}

function whileAt(atWork: PlayEnd['atWork']): string {
  if (!atWork) return '';
  const on = atWork.hosts.length > 0 ? ` on ${atWork.hosts.join(', ')}` : '';
  return ` while "${atWork.task}" was at work${on}`;
}

function firstError(
  { exitCode, errors }: PlayEnd,
  [failure]: Conclusion['failures'],
): Conclusion['error'] {
  if (failure) {
    const { host, task, message, hint } = failure;
    return { message: `${host}, "${task}": ${message}`, hint };
  }
  const said = errors.find(line => /^(\[ERROR\]|ERROR!)/.test(line));
  if (said) return { message: said.replace(/^(\[ERROR\]|ERROR!):?\s*/, '') };
  return {
    message:
      exitCode === 0
        ? 'The play had nothing to do on any host.'
        : `ansible-playbook ended with ${exitCode === null ? 'no result' : `exit code ${exitCode}`}.`,
    hint: errors.at(-1),
  };
}
