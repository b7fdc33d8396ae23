import { ResponseError } from '@backstage/errors';
import type {
  BackstageUserIdentity,
  DiscoveryApi,
  IdentityApi,
  ProfileInfo,
} from '@backstage/frontend-plugin-api';

interface Session {
  profile: ProfileInfo;
  backstageIdentity: {
    token: string;
    /** Seconds. */
    expiresInSeconds?: number;
    identity: BackstageUserIdentity;
  };
}

const STORAGE_KEY = 'nante.sandbox.person';
/** A token is renewed this long before it ends, in milliseconds. */
const MARGIN_MS = 5 * 60_000;
const DEFAULT_LIFE_MS = 10 * 60_000;

/** Person chosen last in this browser tab; undefined when nobody is signed in. */
export function rememberedPerson(): string | undefined {
  return window.sessionStorage.getItem(STORAGE_KEY) ?? undefined;
}

/** Identity of one of the sandbox's seeded people; renews its token by itself. */
export class SandboxIdentity implements IdentityApi {
  readonly #person: string;
  readonly #discovery: DiscoveryApi;
  #session?: { value: Session; renewAt: number };
  #fetching?: Promise<Session>;

  private constructor(person: string, discovery: DiscoveryApi) {
    this.#person = person;
    this.#discovery = discovery;
  }

  /**
   * Signs somebody in.
   *
   * @param person - name of a User entity, for example `ada`
   * @throws ResponseError when the sandbox doesn't know the person or isn't ready
   */
  static async signIn(
    person: string,
    discovery: DiscoveryApi,
  ): Promise<SandboxIdentity> {
    const identity = new SandboxIdentity(person, discovery);
    await identity.#current();
    window.sessionStorage.setItem(STORAGE_KEY, person);
    return identity;
  }

  async getProfileInfo(): Promise<ProfileInfo> {
    return (await this.#current()).profile;
  }

  async getBackstageIdentity(): Promise<BackstageUserIdentity> {
    return (await this.#current()).backstageIdentity.identity;
  }

  async getCredentials(): Promise<{ token?: string }> {
    return { token: (await this.#current()).backstageIdentity.token };
  }

  async signOut(): Promise<void> {
    window.sessionStorage.removeItem(STORAGE_KEY);
  }

  async #current(): Promise<Session> {
    if (this.#session && Date.now() < this.#session.renewAt) {
      return this.#session.value;
    }
    // Many pages ask at once; one request serves them all.
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<Session> {
    const base = await this.#discovery.getBaseUrl('auth');
    const response = await fetch(
      `${base}/sandbox/refresh?person=${encodeURIComponent(this.#person)}`,
      {
        headers: { 'X-Requested-With': 'XMLHttpRequest' },
        credentials: 'include',
      },
    );
    if (!response.ok) throw await ResponseError.fromResponse(response);
    const value: Session = await response.json();
    const seconds = value.backstageIdentity.expiresInSeconds;
    const life = seconds ? seconds * 1000 : DEFAULT_LIFE_MS;
    this.#session = {
      value,
      renewAt: Date.now() + Math.max(life - MARGIN_MS, life / 2),
    };
    return value;
  }
}
