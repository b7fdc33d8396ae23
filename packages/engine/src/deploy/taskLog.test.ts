import type { TaskActivity } from '@nante/clients';
import { createTaskLog, problemsOf } from './taskLog';

const line = (text: string, level: 'info' | 'error' = 'info') => ({
  ...{ time: '2026-01-01T00:00:00.000Z', level, text },
});
const node = (
  name: string,
  change: Partial<TaskActivity> = {},
): TaskActivity => ({
  ...{ id: name, name, status: 'Running', percentage: 0 },
  ...{ lines: [], children: [], ...change },
});
const tree = (...children: TaskActivity[]) => [
  node('Deploy', { lines: [line('begins')], children }),
];

function listen(said: string[] = []) {
  const lines: string[] = [];
  const log = createTaskLog({
    say: (level, text) => lines.push(`${level} ${text}`),
    said,
    redact: text => text.replaceAll('secret', '***'),
  });
  return { lines, log };
}

it('a growing log is said once, with the steps and targets that it comes from', () => {
  const { lines, log } = listen();
  const step = (status: TaskActivity['status'], ...texts: string[]) =>
    node('Step 1', {
      status,
      children: [
        node('web-1', { status, lines: texts.map(text => line(text)) }),
      ],
    });
  log.write(tree(node('Step 1', { status: 'Pending' })));
  log.write(tree(step('Running', 'same')));
  log.write(tree(step('Running', 'same', 'same')));
  log.write(tree(step('Failed', 'same', 'same', 'two\nlines')));
  expect(lines).toEqual([
    'info begins',
    'info Step 1',
    'info Step 1 › web-1',
    'info Step 1 › web-1: same',
    'info Step 1 › web-1: same',
    'info Step 1 › web-1: two',
    'info lines',
    'error Step 1 › web-1: failed',
    'error Step 1: failed',
  ]);
});

it('what an earlier try said is not said again, also where it was redacted', () => {
  const said = ['begins', 'Step 1', 'Step 1: the ***', 'Step 1: twice'];
  const { lines, log } = listen(said);
  const texts = ['the secret', 'twice', 'twice', 'new'];
  log.write(tree(node('Step 1', { lines: texts.map(text => line(text)) })));
  expect(lines).toEqual(['info Step 1: twice', 'info Step 1: new']);
});

it('problems of the targets come before the summaries above them', () => {
  const broken = node('web-1', {
    lines: [line('fine'), line('disk full\nat line 3', 'error')],
  });
  const failed = node('Step 1', {
    lines: [line('The step failed', 'error')],
    children: [broken, node('web-2', { lines: broken.lines })],
  });
  expect(problemsOf(tree(failed))).toEqual(['disk full', 'The step failed']);
});
