/** A task of the scaffolder, as far as scenarios look. */
export interface TaskView {
  id: string;
  status: string;
}

const finalTaskStates = ['completed', 'failed', 'cancelled'];

/** The portal's HTTP API as one of the seeded people uses it. */
export class PortalApi {
  readonly #url: string;
  readonly #person: string;
  #token?: string;

  constructor(url: string, person: string) {
    this.#url = url;
    this.#person = person;
  }

  /**
   * One call.
   *
   * @param path - below `/api`
   * @param body - makes it a POST
   * @throws Error with the status and the answer when the portal refuses
   */
  async call<T>(path: string, body?: unknown): Promise<T> {
    const { status, answer } = await this.tryCall(path, body);
    if (status >= 400) {
      throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    }
    return answer as T;
  }

  /** Reads; see `call`. */
  get<T = any>(path: string): Promise<T> {
    return this.call<T>(path);
  }

  /** Writes; see `call`. */
  post<T = any>(path: string, body: unknown): Promise<T> {
    return this.call<T>(path, body);
  }

  /** One call, whatever its status. */
  async tryCall(
    path: string,
    body?: unknown,
  ): Promise<{ status: number; answer: unknown }> {
    this.#token ??= await this.#signIn();
    const response = await fetch(`${this.#url}/api${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return { status: response.status, answer: text ? JSON.parse(text) : {} };
  }

  /** Submits a form and answers the task's id. */
  async submit(
    template: string,
    values: Record<string, unknown>,
  ): Promise<string> {
    const { id } = await this.call<{ id: string }>('/scaffolder/v2/tasks', {
      templateRef: `template:default/${template}`,
      values,
    });
    return id;
  }

  /** Waits for the end of a task; answers its last status when the time is over. */
  async waitForTask(id: string, timeoutMs: number): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const { status } = await this.call<TaskView>(
        `/scaffolder/v2/tasks/${id}`,
      );
      if (finalTaskStates.includes(status) || Date.now() > deadline) {
        return status;
      }
      await new Promise(resolve => setTimeout(resolve, 250));
    }
  }

  /** Lines of a task's log. */
  async taskLog(id: string): Promise<string[]> {
    const events = await this.call<{ body: { message?: string } }[]>(
      `/scaffolder/v2/tasks/${id}/events`,
    );
    return events.map(({ body }) => body.message ?? '');
  }

  async #signIn(): Promise<string> {
    const response = await fetch(
      `${this.#url}/api/auth/sandbox/refresh?person=${this.#person}`,
      { headers: { 'x-requested-with': 'XMLHttpRequest' } },
    );
    const answer = (await response.json()) as {
      backstageIdentity?: { token: string };
    };
    if (!answer.backstageIdentity) {
      throw new Error(
        `${this.#person} cannot sign in: ${JSON.stringify(answer)}`,
      );
    }
    return answer.backstageIdentity.token;
  }
}
