import type { ActivityElement, ServerTask } from '../documents';

/** A task's log as one text, with a head of facts and each node indented below its parent. */
export function rawLog(
  task: ServerTask,
  activities: ActivityElement[],
): string {
  const facts: [string, string | undefined][] = [
    ['Task ID', task.Id],
    ['Related IDs', relatedIds(task)],
    ['Task status', task.State],
    ['Task queued', task.QueueTime],
    ['Task started', task.StartTime],
    ['Task completed', task.CompletedTime],
    ['Server', task.ServerNode],
  ];
  return [
    ...facts.flatMap(([name, value]) =>
      value ? [`${`${name}:`.padEnd(17)}${value}`] : [],
    ),
    '',
    ...activities.flatMap(node => nodeLines(node, 0)),
    '',
  ].join('\n');
}

function relatedIds(task: ServerTask): string {
  const ids = Object.values(task.Arguments)
    .flat()
    .filter(value => typeof value === 'string' && /-\d+$/.test(value));
  return [...ids, task.ProjectId, task.SpaceId].filter(Boolean).join(', ');
}

function nodeLines(node: ActivityElement, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const time = node.Started ?? node.Ended;
  const line = (at: string | undefined, category: string, text: string) =>
    `${at?.slice(11, 19) ?? '        '}   ${category.padEnd(8)} | ${text}`;
  return [
    line(time, '', `${indent}== ${node.Status}: ${node.Name} ==`),
    ...node.LogElements.map(({ OccurredAt, Category, MessageText }) =>
      line(OccurredAt, Category, `${indent}  ${MessageText}`),
    ),
    ...node.Children.flatMap(child => nodeLines(child, depth + 1)),
  ];
}
