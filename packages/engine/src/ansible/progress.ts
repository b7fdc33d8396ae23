import type { HostRecap, PlayFailure } from '@nante/model';
import {
  failureText,
  toRecap,
  type FailedEvent,
  type PlayEvent,
} from './events';

/** What is known of a play while it runs, and at its end. */
export interface PlayProgress {
  take(event: PlayEvent): void;
  /** Undefined until Ansible has said it. */
  recap(): HostRecap[] | undefined;
  /** What failed and was not caught by the playbook, in order. */
  failures(): PlayFailure[];
  /** The task at work and the hosts that have not answered in it; for a play that hangs. */
  atWork(): { task: string; hosts: string[] } | undefined;
}

/** @param hosts - names of those that are played on */
export function createPlayProgress(hosts: readonly string[]): PlayProgress {
  const failures: PlayFailure[] = [];
  const out = new Set<string>();
  let recap: HostRecap[] | undefined;
  let task: string | undefined;
  let waiting = new Set<string>();
  return {
    take(event) {
      switch (event.type) {
        case 'task':
          task = event.name;
          waiting = new Set(hosts.filter(host => !out.has(host)));
          break;
        case 'stats':
          recap = toRecap(event);
          break;
        case 'play':
          break;
        default:
          waiting.delete(event.host);
          if (isFailure(event)) {
            out.add(event.host);
            failures.push(toFailure(event));
          }
      }
    },
    recap: () => recap,
    // Ansible has the last word.
    failures: () =>
      failures.filter(({ host }) => {
        const end = recap?.find(one => one.host === host);
        return !end || end.failed + end.unreachable > 0;
      }),
    atWork: () =>
      task === undefined ? undefined : { task, hosts: [...waiting] },
  };
}

function isFailure(event: PlayEvent): event is FailedEvent {
  return (
    (event.type === 'failed' || event.type === 'unreachable') &&
    !event.ignored &&
    !event.rescued
  );
}

/** Known causes, by what SSH, sudo and the system say, and what a person does about each. */
const causes: {
  sign: RegExp;
  message?: (host: string) => string;
  hint: string;
}[] = [
  {
    sign: /host key verification failed|host identification has changed|no matching host key|host key for .* has changed/i,
    message: host => `${host} shows another SSH host key than the pinned one.`,
    hint: 'If the host was made anew, let its key be learned again; if not, somebody may stand between: look at its console.',
  },
  {
    sign: /permission denied \((publickey|.*publickey.*)\)/i,
    hint: 'The host does not take our key for this user: check the user, and that our public key stands in its authorized_keys.',
  },
  {
    sign: /missing sudo password|incorrect sudo password|sudo: a password is required|not in the sudoers|may not run sudo/i,
    hint: 'The user may not become root without a password: run bootstrap.yml for the host, or correct its sudoers.',
  },
  {
    sign: /no space left on device/i,
    message: host => `The disk of ${host} is full: no space left on device.`,
    hint: 'The disk of the host is full: make room or enlarge it, then repeat.',
  },
  {
    sign: /connection timed out|no route to host|connection refused|could not resolve hostname|network is unreachable/i,
    hint: 'Check that the host is on, that this machine reaches its network, and that its firewall lets SSH in.',
  },
];

function toFailure(event: FailedEvent): PlayFailure {
  const text = failureText(event);
  const whole = [text, ...Object.values(event.error)].join('\n');
  const cause = causes.find(({ sign }) => sign.test(whole));
  return {
    host: event.host,
    kind: event.type,
    task: event.task,
    message: cause?.message?.(event.host) ?? text,
    ...(cause ? { hint: cause.hint } : {}),
  };
}
