import { NanteError, parseInput } from '@nante/model';
import { z } from 'zod';

const webhooks = {
  /** How many deliveries it meets; all of them when absent. */
  count: z.number().int().positive().optional(),
  /** Only deliveries of this event. */
  event: z.string().optional(),
};

const parametersOf = {
  /** Deliveries that never leave. */
  'webhook-lost': z.strictObject(webhooks),
  /** Deliveries that arrive twice, under the same number. */
  'webhook-twice': z.strictObject(webhooks),
  /** Deliveries whose signature does not fit. */
  'webhook-bad-signature': z.strictObject(webhooks),
  /** So few requests are left until the limit is renewed, for every token. */
  'rate-limited': z.strictObject({
    remaining: z.number().int().nonnegative().default(0),
    resetSeconds: z.number().int().positive().default(60),
  }),
  /** Runners are off-line: what is queued stays so. */
  'no-runner': z.strictObject({}),
  /** The machine of the runner goes away in the middle of a job: of those that run, else of the next. */
  'runner-dies': z.strictObject({}),
};

export type WebhookFault =
  'webhook-lost' | 'webhook-twice' | 'webhook-bad-signature';

interface Rule {
  left: number;
  event?: string;
}

/** Faults that only GitHub has. */
export class GithubFaults {
  readonly #webhooks = new Map<WebhookFault, Rule>();
  hasNoRunner = false;
  /** Undefined: the vendor's own limit. */
  rate: { remaining: number; resetSeconds: number } | undefined;
  /** Called when something was set or taken back. */
  onChange = () => {};
  /** Called when the runner's machine is to go away. */
  onRunnerDies = () => {};

  /** @throws NanteError `invalid-input` */
  set(kind: string, parameters: Record<string, unknown>): void {
    switch (kind) {
      case 'webhook-lost':
      case 'webhook-twice':
      case 'webhook-bad-signature': {
        const { count, event } = parseInput(parametersOf[kind], parameters);
        this.#webhooks.set(kind, { left: count ?? Infinity, event });
        break;
      }
      case 'rate-limited':
        this.rate = parseInput(parametersOf[kind], parameters);
        break;
      case 'no-runner':
        parseInput(parametersOf[kind], parameters);
        this.hasNoRunner = true;
        break;
      case 'runner-dies':
        parseInput(parametersOf[kind], parameters);
        this.onRunnerDies();
        break;
      default:
        throw new NanteError('invalid-input', `No fault is called "${kind}".`, {
          hint: `GitHub has ${Object.keys(parametersOf).join(', ')}, beside those of every system.`,
        });
    }
    this.onChange();
  }

  clear(): void {
    this.#webhooks.clear();
    this.hasNoRunner = false;
    this.rate = undefined;
    this.onChange();
  }

  /** Whether this delivery is met; that counts. */
  meets(kind: WebhookFault, event: string): boolean {
    const rule = this.#webhooks.get(kind);
    if (!rule || rule.left <= 0) return false;
    if (rule.event && rule.event !== event) return false;
    rule.left -= 1;
    return true;
  }
}
