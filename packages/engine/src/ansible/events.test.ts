import { concludePlay } from './conclude';
import { describeEvent, parsePlayEvent, type PlayEvent } from './events';
import { createPlayProgress } from './progress';

/** As the plugin prints them under Ansible 2.19. */
const captured = [
  '{"type": "play", "name": "Apply the chosen roles"}',
  '{"type": "task", "name": "nginx : Install the package"}',
  '{"type": "changed", "host": "web-1", "task": "nginx : Install the package", "diff": "--- before\\n+++ after\\n-a\\n+b", "warnings": ["Old style"]}',
  '{"type": "failed", "host": "web-2", "task": "nginx : Install the package", "error": {"msg": "non-zero return code", "stderr": "Reading package lists...\\nE: Unable to locate package nginx\\n"}}',
  '{"type": "task", "name": "nginx : Reload", "handler": true}',
  '{"type": "failed", "host": "web-1", "task": "nginx : Reload", "error": {"msg": "One or more items failed"}, "items": [{"msg": "Missing sudo password"}], "ignored": true}',
  '{"type": "unreachable", "host": "web-3", "task": "nginx : Reload", "error": {"msg": "Failed to connect to the host via ssh: Host key verification failed."}}',
  'A line that some program printed',
  '{"type": "somebody else"}',
  '{"type": "stats", "hosts": {"web-1": {"ok": 1, "changed": 1, "failed": 0, "unreachable": 0, "skipped": 2}, "web-2": {"ok": 0, "changed": 0, "failed": 1, "unreachable": 0, "skipped": 0}, "web-3": {"ok": 0, "changed": 0, "failed": 0, "unreachable": 1, "skipped": 0}}}',
];
const events = captured.flatMap(line => parsePlayEvent(line) ?? []);

function progressOf(list: readonly PlayEvent[]) {
  const progress = createPlayProgress(['web-1', 'web-2', 'web-3']);
  list.forEach(event => progress.take(event));
  return progress;
}

describe('The output of a play', () => {
  it('is read as Ansible words it, and what is no event is left alone', () => {
    expect(events).toHaveLength(captured.length - 2);
    expect(events.flatMap(describeEvent)).toEqual([
      { level: 'info', text: 'PLAY [Apply the chosen roles]' },
      { level: 'info', text: 'TASK [nginx : Install the package]' },
      { level: 'warn', text: 'Old style' },
      ...['--- before', '+++ after', '-a', '+b', 'changed: [web-1]'].map(
        text => ({ level: 'info', text }),
      ),
      {
        level: 'error',
        text: 'failed: [web-2] E: Unable to locate package nginx',
      },
      { level: 'info', text: 'HANDLER [nginx : Reload]' },
      {
        level: 'warn',
        text: 'failed: [web-1] (ignored) Missing sudo password',
      },
      {
        level: 'error',
        text: 'unreachable: [web-3] Failed to connect to the host via ssh: Host key verification failed.',
      },
      ...[
        'web-1: ok=1 changed=1 unreachable=0 failed=0 skipped=2',
        'web-2: ok=0 changed=0 unreachable=0 failed=1 skipped=0',
        'web-3: ok=0 changed=0 unreachable=1 failed=0 skipped=0',
      ].map(text => ({ level: 'info', text })),
    ]);
  });

  it('says which hosts failed, why first, and what to do', () => {
    const end = { progress: progressOf(events), exitCode: 6, errors: [] };
    expect(concludePlay(end, {})).toMatchObject({
      state: 'failed',
      failedHosts: ['web-2', 'web-3'],
      failures: [
        { host: 'web-2', message: 'E: Unable to locate package nginx' },
        {
          host: 'web-3',
          message: 'web-3 shows another SSH host key than the pinned one.',
          hint: expect.stringContaining('console'),
        },
      ],
      error: {
        message:
          'web-2, "nginx : Install the package": E: Unable to locate package nginx',
      },
    });
    const judged = parsePlayEvent(
      '{"type": "failed", "host": "web-1", "task": "Write", "error": {"msg": "failed to validate", "stderr": "nginx: [emerg] cannot load certificate \\"/etc/ssl/shop.crt\\"\\nnginx: configuration file x test failed"}}',
    );
    expect(progressOf(judged ? [judged] : []).failures()).toMatchObject([
      { message: 'nginx: [emerg] cannot load certificate "/etc/ssl/shop.crt"' },
    ]);
    const sudo = { ...events[5], ignored: false } as PlayEvent;
    expect(progressOf([sudo]).failures()).toMatchObject([
      { hint: expect.stringContaining('bootstrap.yml') },
    ]);
  });

  it('tells who is still at work, and calls a play that did nothing a failure', () => {
    expect(progressOf(events.slice(0, 3)).atWork()).toEqual({
      task: 'nginx : Install the package',
      hosts: ['web-2', 'web-3'],
    });
    const empty = { progress: progressOf([]), exitCode: 0, errors: [] };
    expect(concludePlay(empty, {})).toMatchObject({
      state: 'failed',
      error: { message: 'The play had nothing to do on any host.' },
    });
    expect(concludePlay(empty, { tags: ['tls'] }).state).toBe('succeeded');
    const broken = {
      ...empty,
      exitCode: 4,
      errors: ['[WARNING]: old', '[ERROR]: YAML parsing failed'],
    };
    expect(concludePlay(broken, {}).error?.message).toBe('YAML parsing failed');
  });
});
