import type { Asset, Component } from '../model';
import type { NexusState } from '../state';

/** A component as searches know it, which may be some time ago. */
export interface IndexedComponent {
  component: Component;
  assets: Asset[];
}

/**
 * What searches see. It follows the state after a while, as the original's does: a component just uploaded is not found
 * yet, one just deleted still is.
 */
export class SearchIndex {
  readonly #state: NexusState;
  readonly #lagMs: () => number;
  readonly #documents = new Map<string, IndexedComponent>();
  #waiting: { id: string; due: number }[] = [];

  constructor(state: NexusState, lagMs: () => number) {
    this.#state = state;
    this.#lagMs = lagMs;
    this.rebuild();
  }

  /** Remembers that a component changed or went. */
  changed(id: string): void {
    this.#waiting.push({ id, due: Date.now() + this.#lagMs() });
  }

  /** All that is known by now, in the order of its making. */
  documents(): IndexedComponent[] {
    this.#catchUp(Date.now());
    return [...this.#documents.values()];
  }

  /** Takes in everything at once, as after a start. */
  rebuild(): void {
    this.#waiting = [];
    this.#documents.clear();
    for (const { id } of this.#state.allComponents()) this.#take(id);
  }

  #catchUp(now: number) {
    const due = this.#waiting.filter(entry => entry.due <= now);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(entry => entry.due > now);
    for (const id of new Set(due.map(entry => entry.id))) this.#take(id);
  }

  #take(id: string) {
    const component = this.#state.component(id);
    if (!component) {
      this.#documents.delete(id);
      return;
    }
    this.#documents.set(id, {
      component: { ...component },
      assets: this.#state.assetsOf(id).map(asset => ({ ...asset })),
    });
  }
}
