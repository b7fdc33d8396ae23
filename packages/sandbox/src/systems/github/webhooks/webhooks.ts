import { createHmac, randomUUID } from 'node:crypto';
import type { GithubFaults } from '../faults';
import type { Delivery, GithubState, Hook } from '../model';

/** GitHub waits no longer for an answer. */
const answerWithinMs = 10_000;
const keptDeliveries = 200;
/** Of an answer, for the record. */
const keptBytes = 10_000;

/** What an event says; made at once, so that it tells how things were when it happened. */
export interface HookEvent {
  event: string;
  action: string | null;
  payload: Promise<Record<string, unknown>>;
}

interface Result {
  statusCode: number;
  status: string;
  headers: Record<string, string>;
  body: string;
  seconds: number;
}

/** What GitHub itself knows of a delivery that the network swallowed. */
const lost: Result = {
  statusCode: 0,
  status: 'failed to connect to host',
  headers: {},
  body: '',
  seconds: 0,
};

/** Sends events to the addresses that asked for them: signed, one after the other, each with a record. */
export class Webhooks {
  readonly #state: GithubState;
  readonly #faults: GithubFaults;
  readonly #queues = new Map<number, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(state: GithubState, faults: GithubFaults) {
    this.#state = state;
    this.#faults = faults;
  }

  /** Queues an event for all hooks of a repository that want it. */
  send(repository: number, event: HookEvent): void {
    event.payload.catch(() => {});
    for (const hook of this.#state.filter(
      'hooks',
      one => one.repository === repository && wants(one, event.event),
    ))
      this.#queue(hook.id, () => this.#deliver(hook.id, event));
  }

  /** A ping goes out whatever the hook wants. */
  ping(hook: Hook, payload: Record<string, unknown>): void {
    const event = {
      event: 'ping',
      action: null,
      payload: Promise.resolve(payload),
    };
    this.#queue(hook.id, () => this.#deliver(hook.id, event));
  }

  /** Sends a delivery once more, under its number. */
  redeliver({ hook, guid, event, action, request }: Delivery): void {
    const payload = Promise.resolve(JSON.parse(request.body));
    this.#queue(hook, () =>
      this.#deliver(hook, { event, action, payload }, guid),
    );
  }

  /** Resolves when nothing is left to be sent. */
  async settled(): Promise<void> {
    await Promise.all(this.#queues.values());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.settled();
  }

  #queue(hook: number, work: () => Promise<void>) {
    const before = this.#queues.get(hook) ?? Promise.resolve();
    this.#queues.set(
      hook,
      before.then(work).catch(() => {}),
    );
  }

  async #deliver(id: number, event: HookEvent, redelivered?: string) {
    const hook = this.#state.get('hooks', id);
    if (!hook || this.#stopping.signal.aborted) return;
    const body = JSON.stringify(await event.payload);
    const guid = redelivered ?? randomUUID();
    const isLost = this.#faults.meets('webhook-lost', event.event);
    const isTwice = this.#faults.meets('webhook-twice', event.event);
    for (let left = isTwice ? 2 : 1; left > 0; left -= 1) {
      const headers = this.#headers(hook, event.event, guid, body);
      const result = isLost ? lost : await this.#post(hook, headers, body);
      this.#record(hook, event, { guid, headers, body, redelivered }, result);
    }
  }

  #headers(
    { id, contentType, secret, repository }: Hook,
    event: string,
    guid: string,
    body: string,
  ): Record<string, string> {
    const isForm = contentType === 'form';
    const isForged = this.#faults.meets('webhook-bad-signature', event);
    const key = isForged ? `${secret}-forged` : (secret ?? '');
    const sent = bodyAs(contentType, body);
    const sign = (algorithm: string) =>
      createHmac(algorithm, key).update(sent).digest('hex');
    return {
      accept: '*/*',
      'content-type': isForm
        ? 'application/x-www-form-urlencoded'
        : 'application/json',
      'user-agent': 'GitHub-Hookshot/standin',
      'x-github-delivery': guid,
      'x-github-event': event,
      'x-github-hook-id': String(id),
      'x-github-hook-installation-target-id': String(repository),
      'x-github-hook-installation-target-type': 'repository',
      ...(secret
        ? {
            'x-hub-signature': `sha1=${sign('sha1')}`,
            'x-hub-signature-256': `sha256=${sign('sha256')}`,
          }
        : {}),
    };
  }

  async #post(
    { url, contentType }: Hook,
    headers: Record<string, string>,
    body: string,
  ): Promise<Result> {
    const begun = performance.now();
    const seconds = () => Math.round((performance.now() - begun) / 10) / 100;
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers,
        body: bodyAs(contentType, body),
        signal: AbortSignal.any([
          AbortSignal.timeout(answerWithinMs),
          this.#stopping.signal,
        ]),
      });
      const text = (await response.text()).slice(0, keptBytes);
      return {
        statusCode: response.status,
        status: response.ok
          ? 'OK'
          : `Invalid HTTP Response: ${response.status}`,
        headers: Object.fromEntries(response.headers),
        body: text,
        seconds: seconds(),
      };
    } catch (error) {
      const isLate = (error as Error).name === 'TimeoutError';
      return {
        statusCode: 0,
        status: isLate ? 'timed out' : 'failed to connect to host',
        headers: {},
        body: '',
        seconds: seconds(),
      };
    }
  }

  #record(
    hook: Hook,
    { event, action }: HookEvent,
    sent: {
      guid: string;
      headers: Record<string, string>;
      body: string;
      redelivered?: string;
    },
    result: Result,
  ) {
    this.#state.insert('deliveries', {
      hook: hook.id,
      guid: sent.guid,
      event,
      action,
      deliveredAt: new Date().toISOString(),
      isRedelivery: sent.redelivered !== undefined,
      duration: result.seconds,
      status: result.status,
      statusCode: result.statusCode,
      url: hook.url,
      request: { headers: sent.headers, body: sent.body },
      response: { headers: result.headers, body: result.body },
    });
    const all = this.#state.filter('deliveries', one => one.hook === hook.id);
    for (const { id } of all.slice(0, -keptDeliveries))
      this.#state.remove('deliveries', id);
    if (!this.#state.get('hooks', hook.id)) return;
    const isGood = result.statusCode >= 200 && result.statusCode < 300;
    this.#state.update('hooks', hook.id, {
      lastResponse: {
        code: result.statusCode,
        status: isGood ? 'active' : 'failed',
        message: result.status,
      },
    });
  }
}

function wants({ isActive, events }: Hook, event: string): boolean {
  return isActive && (events.includes('*') || events.includes(event));
}

function bodyAs(contentType: Hook['contentType'], body: string): string {
  return contentType === 'form'
    ? new URLSearchParams({ payload: body }).toString()
    : body;
}
