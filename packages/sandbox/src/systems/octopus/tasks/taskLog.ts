import type { ActivityElement } from '../documents';

export type LogCategory = ActivityElement['LogElements'][number]['Category'];
type Status = ActivityElement['Status'];

const finalStatuses: Status[] = [
  'Success',
  'Failed',
  'Skipped',
  'SuccessWithWarning',
  'Canceled',
];

/** Writes one node of a task's log. */
export class LogNode {
  readonly element: ActivityElement;
  readonly #tree: TaskLogTree;

  constructor(element: ActivityElement, tree: TaskLogTree) {
    this.element = element;
    this.#tree = tree;
  }

  /** Adds a node that has not begun. */
  plan(name: string): LogNode {
    return this.#tree.add(this.element.Children, this.element.Id, name);
  }

  /** Adds a node that begins now. */
  begin(name: string): LogNode {
    return this.plan(name).start();
  }

  /** A child by its name, from an earlier run of the same task. */
  find(name: string): LogNode | undefined {
    const found = this.element.Children.find(({ Name }) => Name === name);
    return found && new LogNode(found, this.#tree);
  }

  start(): this {
    this.element.Status = 'Running';
    this.element.Started ??= now();
    this.element.Ended = undefined;
    this.#tree.changed();
    return this;
  }

  /** Ends it; open nodes below end with it. */
  end(status: Status): void {
    for (const child of this.element.Children)
      if (!finalStatuses.includes(child.Status))
        new LogNode(child, this.#tree).end(
          child.Status === 'Pending' && status !== 'Canceled'
            ? 'Skipped'
            : status,
        );
    this.element.Status = status;
    if (status !== 'Skipped') this.element.Started ??= now();
    this.element.Ended = now();
    this.element.ProgressPercentage = 100;
    this.element.ProgressMessage = '';
    this.#tree.changed();
  }

  progress(percentage: number, message = ''): void {
    this.element.ProgressPercentage = Math.round(percentage);
    this.element.ProgressMessage = message;
    this.#tree.changed();
  }

  write(category: LogCategory, text: string): void {
    this.#tree.write(this.element, category, text);
  }

  verbose = (text: string) => this.write('Verbose', text);
  info = (text: string) => this.write('Info', text);
  warn = (text: string) => this.write('Warning', text);
  error = (text: string) => this.write('Error', text);
  fatal = (text: string) => this.write('Fatal', text);
}

/** The log of a task: a tree of activities, whose first node is the task itself. */
export class TaskLogTree {
  readonly activities: ActivityElement[];
  readonly root: LogNode;
  /** True once anything was a warning or worse. */
  hasWarnings: boolean;
  readonly #onChange: () => void;
  #lines: number;
  #nodes: number;

  /**
   * @param kept - nodes of an earlier run, which this one goes on with
   * @param onChange - called after each change
   */
  constructor(
    task: { id: string; name: string },
    kept: ActivityElement[],
    onChange: () => void,
  ) {
    this.activities = structuredClone(kept);
    this.#onChange = onChange;
    const all = flatten(this.activities);
    this.#nodes = all.length;
    this.#lines = all.reduce((sum, node) => sum + node.LogElements.length, 0);
    this.hasWarnings = all.some(node =>
      node.LogElements.some(({ Category }) => isWarning(Category)),
    );
    const first = this.activities.at(0);
    this.root = first
      ? new LogNode(first, this)
      : this.add(this.activities, task.id, task.name);
  }

  add(siblings: ActivityElement[], parentId: string, name: string): LogNode {
    this.#nodes += 1;
    const element: ActivityElement = {
      Id: `${parentId.split('/')[0]}/${this.#nodes}`,
      Name: name,
      Status: 'Pending',
      ShowAtSummaryLevel: true,
      ProgressPercentage: 0,
      ProgressMessage: '',
      LogElements: [],
      Children: [],
    };
    siblings.push(element);
    this.changed();
    return new LogNode(element, this);
  }

  write(element: ActivityElement, category: LogCategory, text: string): void {
    this.#lines += 1;
    element.LogElements.push({
      Number: this.#lines,
      Category: category,
      OccurredAt: now(),
      MessageText: text,
    });
    if (isWarning(category)) this.hasWarnings = true;
    this.changed();
  }

  changed(): void {
    this.#onChange();
  }
}

function isWarning(category: LogCategory): boolean {
  return ['Warning', 'Error', 'Fatal'].includes(category);
}

export function flatten(nodes: ActivityElement[]): ActivityElement[] {
  return nodes.flatMap(node => [node, ...flatten(node.Children)]);
}

function now(): string {
  return new Date().toISOString();
}
