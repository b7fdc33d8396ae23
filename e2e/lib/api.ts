/** The portal's HTTP API as one of the seeded people. */
export class PortalApi {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** @param person - `ada`, `bo`, `olga` or `vic` */
  static async signIn(url: string, person: string): Promise<PortalApi> {
    const response = await fetch(
      `${url}/api/auth/sandbox/refresh?person=${person}`,
      { headers: { 'X-Requested-With': 'XMLHttpRequest' } },
    );
    if (!response.ok) throw new Error(`sign-in: ${await response.text()}`);
    const { backstageIdentity } = (await response.json()) as any;
    return new PortalApi(url, backstageIdentity.token);
  }

  /** @throws Error with status and body for an answer that is no success */
  async get<T = any>(path: string): Promise<T> {
    return this.#call('GET', path);
  }

  async post<T = any>(path: string, body: unknown): Promise<T> {
    return this.#call('POST', path, body);
  }

  async #call(method: string, path: string, body?: unknown) {
    const response = await fetch(`${this.#url}/api${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(
        `${method} ${path}: ${response.status} ${text.slice(0, 500)}`,
      );
    }
    return text ? JSON.parse(text) : undefined;
  }
}

/** Waits until a condition answers something; fails with its description after the deadline. */
export async function until<T>(
  description: string,
  condition: () => Promise<T | undefined | false>,
  timeoutMs = 120_000,
  everyMs = 300,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) {
      throw new Error(`Not within ${timeoutMs / 1000} s: ${description}`);
    }
    await new Promise(resolve => setTimeout(resolve, everyMs));
  }
}
