import type { ActivityElement, ServerTask } from '../documents';
import type { OctopusState } from '../state';
import { TaskLogTree } from './taskLog';
import type { DeploymentPosition } from './work';

/** How long lines wait before they are kept: many at once. */
const waitMs = 100;

/** The log of a task that runs, kept with the other documents. */
export class KeptLog {
  readonly tree: TaskLogTree;
  /** Where it goes on after a person answered. */
  position: DeploymentPosition | undefined;
  readonly #state: OctopusState;
  readonly #id: string;
  #timer: NodeJS.Timeout | undefined;

  /** @param before - nodes of an earlier run, which this one goes on with */
  constructor(
    state: OctopusState,
    { Id, Description }: ServerTask,
    before: ActivityElement[],
  ) {
    this.#state = state;
    this.#id = Id;
    this.position = state.get('tasklogs', Id)?.Position;
    this.tree = new TaskLogTree({ id: Id, name: Description }, before, () => {
      this.#timer ??= setTimeout(() => this.keep(), waitMs);
    });
  }

  keep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state.insert('tasklogs', 'TaskLogs', {
      Id: this.#id,
      Activities: structuredClone(this.tree.activities),
      Position: this.position,
    });
  }
}
