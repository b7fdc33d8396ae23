/** Name by which Ansible is asked for the plugin. */
export const callbackName = 'nante_events';

/**
 * Plugin of Ansible that prints what happens, one JSON object a line: ansible-core alone has no output for programs, and
 * the collections that do are not everywhere. It says only what a person would want to read; results of modules may hold
 * anything. What `no_log` hides is hidden before it comes here.
 *
 * It is kept as text and written into the private folder of each play, because in a bundle there are no files beside us.
 */
export const callbackSource = `from __future__ import annotations

import json
import os

from ansible import constants as C
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = '''
name: ${callbackName}
type: stdout
short_description: One JSON object a line
description: Prints plays, tasks, results of hosts and the recap for a program that follows.
'''

LONGEST = 16000


def text(value):
    if value is None:
        return ''
    if isinstance(value, (list, tuple)):
        value = '\\n'.join(str(one) for one in value)
    return str(value)[-LONGEST:]


def words(result):
    found = {}
    for name in ('msg', 'stderr', 'stdout', 'module_stderr', 'module_stdout'):
        value = text(result.get(name))
        if value:
            found[name] = value
    return found


def named(diff, task):
    '''A diff whose new side is named by the file on the host, not by the rendered template in our own temporary folder.'''
    if isinstance(diff, (list, tuple)):
        return [named(one, task) for one in diff]
    if not isinstance(diff, dict) or not str(diff.get('after_header', '')).startswith(C.DEFAULT_LOCAL_TMP):
        return diff
    target = str(diff.get('before_header') or task.args.get('dest') or '')
    if not target or '{{' in target:
        target = os.path.basename(diff['after_header'])
    return dict(diff, after_header=target)


def is_rescued(task):
    child, parent = task, task._parent
    while parent is not None:
        if getattr(parent, 'rescue', None) and any(one._uuid == child._uuid for one in parent.block):
            return True
        child, parent = parent, parent._parent
    return False


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'stdout'
    CALLBACK_NAME = '${callbackName}'

    def _say(self, kind, **fields):
        line = {'type': kind}
        line.update((key, value) for key, value in fields.items() if value not in (None, '', [], {}))
        self._display.display(json.dumps(line, default=str))

    def _outcome(self, kind, outcome, **fields):
        result = outcome._result
        items = [one for one in result.get('results') or [] if isinstance(one, dict)]
        if kind in ('failed', 'unreachable'):
            fields['error'] = words(result)
            fields['items'] = [words(one) for one in items if one.get('failed') or one.get('unreachable')][:20]
        elif kind == 'skipped':
            reasons = [one.get('skip_reason') or one.get('skipped_reason') for one in [result] + items]
            fields['message'] = text(next((one for one in reasons if one), None) or result.get('msg'))
            # Ansible gives a reason where the playbook says so, and none for what has no check mode.
            fields['unseen'] = True if outcome._task.check_mode and not any(reasons) else None
        elif outcome._task.action.split('.')[-1] in ('debug', 'assert'):
            fields['message'] = text(result.get('msg'))
        diffs = [one['diff'] for one in [result] + items if one.get('diff') and one.get('changed')]
        shown = '\\n'.join(str(self._get_diff(named(one, outcome._task))) for one in diffs)
        warnings = [str(one) for one in result.get('warnings') or []]
        self._say(
            kind,
            host=outcome._host.get_name(),
            task=outcome._task.get_name().strip(),
            diff=shown[:LONGEST].rstrip('\\n'),
            warnings=warnings[:20],
            **fields,
        )

    def v2_playbook_on_play_start(self, play):
        self._say('play', name=play.get_name().strip())

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._say('task', name=task.get_name().strip())

    def v2_playbook_on_handler_task_start(self, task):
        self._say('task', name=task.get_name().strip(), handler=True)

    def v2_runner_on_ok(self, result):
        self._outcome('changed' if result._result.get('changed') else 'ok', result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        ignored = True if ignore_errors else None
        rescued = True if is_rescued(result._task) else None
        self._outcome('failed', result, ignored=ignored, rescued=rescued)

    def v2_runner_on_unreachable(self, result):
        self._outcome('unreachable', result)

    def v2_runner_on_skipped(self, result):
        self._outcome('skipped', result)

    def v2_playbook_on_stats(self, stats):
        hosts = {}
        for host in sorted(stats.processed):
            one = stats.summarize(host)
            hosts[host] = {
                'ok': one['ok'],
                'changed': one['changed'],
                'failed': one['failures'],
                'unreachable': one['unreachable'],
                'skipped': one['skipped'],
            }
        self._display.display(json.dumps({'type': 'stats', 'hosts': hosts}))
`;
