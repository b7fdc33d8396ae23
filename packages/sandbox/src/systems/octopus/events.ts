import type { Actor } from './access';
import type { OctopusEvent } from './documents';
import type { OctopusState } from './state';

/** Newest events that stay. */
const kept = 5000;

/** Who did something: a user, or the server itself. */
export type EventActor = Pick<Actor, 'id' | 'username'>;

const system: EventActor = { id: 'users-system', username: 'system' };

/** The audit log. */
export class Events {
  readonly #state: OctopusState;

  constructor(state: OctopusState) {
    this.#state = state;
  }

  /**
   * Writes one event down.
   *
   * @param category - the vendor's word, such as `DeploymentQueued`
   * @param documents - ids of what it is about
   */
  add(
    category: string,
    message: string,
    options: { spaceId?: string; documents: string[]; by?: EventActor },
  ): OctopusEvent {
    const { spaceId, documents, by = system } = options;
    const event = this.#state.insert('events', 'Events', {
      SpaceId: spaceId,
      Category: category,
      Occurred: new Date().toISOString(),
      UserId: by.id,
      Username: by.username,
      Message: message,
      RelatedDocumentIds: documents,
    });
    this.#trim();
    return event;
  }

  #trim() {
    const events = this.#state.all('events');
    for (const { Id } of events.slice(0, Math.max(0, events.length - kept)))
      this.#state.remove('events', Id);
  }
}
