import { randomBytes } from 'node:crypto';

const liveMs = 60_000;

interface Link {
  answer(): Response | Promise<Response>;
  until: number;
}

/** Addresses that work for a minute without a token, as GitHub hands out archives and logs. */
export class ShortLived {
  readonly #links = new Map<string, Link>();
  readonly #base: () => string;

  /** @param base - address of the server */
  constructor(base: () => string) {
    this.#base = base;
  }

  /** @param name - of the file, for the eye */
  make(name: string, answer: Link['answer']): string {
    for (const [key, { until }] of this.#links)
      if (until < Date.now()) this.#links.delete(key);
    const key = randomBytes(16).toString('hex');
    this.#links.set(key, { answer, until: Date.now() + liveMs });
    return `${this.#base()}/_short-lived/${key}/${encodeURIComponent(name)}`;
  }

  /** Undefined for a path that is none of these. */
  async answer(path: string): Promise<Response | undefined> {
    const [, key] = /^\/_short-lived\/([0-9a-f]+)\//.exec(path) ?? [];
    if (!key) return undefined;
    const link = this.#links.get(key);
    if (!link || link.until < Date.now())
      return new Response('This address has expired.\n', { status: 404 });
    return link.answer();
  }
}
