import { randomBytes } from 'node:crypto';
import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';
import { GithubError } from './errors';
import type { GithubState, Permission, Repository } from './model';

/** Names of the tokens that stand in the endpoints. */
export const tokenNames = [
  'token',
  'admin',
  'developer',
  'readOnly',
  'withoutWorkflow',
  'expired',
] as const;
export type TokenName = (typeof tokenNames)[number];

const everything = [
  'repo',
  'workflow',
  'admin:org',
  'admin:repo_hook',
  'delete_repo',
  'user',
  'write:packages',
];

const holders: Record<TokenName, { login: string; scopes: string[] }> = {
  token: { login: 'nante-bot', scopes: everything },
  admin: { login: 'olga', scopes: everything },
  developer: { login: 'dana', scopes: ['repo', 'workflow', 'read:org'] },
  readOnly: { login: 'vic', scopes: ['repo', 'read:org'] },
  withoutWorkflow: { login: 'nante-bot', scopes: ['repo'] },
  expired: { login: 'nante-bot', scopes: everything },
};

/** Who asks, and with what. */
export interface Actor {
  login: string;
  /** Key of the rate limit. */
  token: string;
  scopes: string[];
  /** `GITHUB_TOKEN` of a run: only for that repository, and what it does starts nothing. */
  onlyRepository?: number;
}

/** All tokens: those of the endpoints, kept between starts, and those of the runs that are under way. */
export class Tokens {
  readonly named: Record<TokenName, string>;
  readonly webhookSecret: string;
  readonly #scopes = new Map<TokenName, string[]>();
  readonly #ofRuns = new Map<string, { run: number; repository: number }>();

  constructor(file: string) {
    const kept = readJsonFile<{
      named: Record<TokenName, string>;
      webhookSecret: string;
    }>(file);
    const made = kept ?? {
      named: Object.fromEntries(
        tokenNames.map(name => [name, `ghp_${secret(36)}`]),
      ) as Record<TokenName, string>,
      webhookSecret: secret(40),
    };
    if (!kept) writeFileAtomic(file, JSON.stringify(made));
    this.named = made.named;
    this.webhookSecret = made.webhookSecret;
  }

  /** The token of a run, which is given only once. */
  forRun(run: number, repository: number): string {
    const value = `ghs_${secret(36)}`;
    this.#ofRuns.set(value, { run, repository });
    return value;
  }

  /** Gives a token other scopes than it has, until the next start. */
  setScopes(name: TokenName, scopes: string[]): void {
    this.#scopes.set(name, scopes);
  }

  resetScopes(): void {
    this.#scopes.clear();
  }

  revokeOfRun(run: number): void {
    for (const [value, holder] of this.#ofRuns)
      if (holder.run === run) this.#ofRuns.delete(value);
  }

  /**
   * Who asks: `token …`, `Bearer …`, or Basic with a token as password (or as user, as some clients send it).
   *
   * @returns undefined for nobody
   * @throws GithubError 401 for a token that is not valid
   */
  actor(headers: Headers): Actor | undefined {
    const header = headers.get('authorization');
    if (!header) return undefined;
    const [scheme = '', value = ''] = header.split(/\s+/);
    const candidates =
      scheme.toLowerCase() === 'basic'
        ? Buffer.from(value, 'base64').toString().split(':').reverse()
        : [value];
    for (const token of candidates) {
      const actor = this.#holder(token);
      if (actor) return actor;
    }
    throw new GithubError(401, 'Bad credentials');
  }

  #holder(token: string): Actor | undefined {
    for (const name of tokenNames)
      if (this.named[name] === token && name !== 'expired')
        return {
          token,
          login: holders[name].login,
          scopes: this.#scopes.get(name) ?? holders[name].scopes,
        };
    const ofRun = this.#ofRuns.get(token);
    if (!ofRun) return undefined;
    return {
      token,
      login: 'github-actions[bot]',
      scopes: ['repo'],
      onlyRepository: ofRun.repository,
    };
  }
}

/** What an actor may do in a repository; nobody is undefined. */
export function permissionOf(
  state: GithubState,
  actor: Actor | undefined,
  repository: Repository,
): Permission {
  const floor = repository.visibility === 'public' ? 'read' : 'none';
  if (!actor) return floor;
  if (actor.onlyRepository !== undefined) {
    if (actor.onlyRepository === repository.id) return 'write';
    return repository.visibility === 'private' ? floor : 'read';
  }
  const seesPrivate = actor.scopes.includes('repo');
  if (!seesPrivate) return floor;
  if (actor.login === repository.owner) return 'admin';
  const owner = state.find('users', ({ login }) => login === repository.owner);
  const ofMember = owner?.members?.[actor.login];
  const ofCollaborator = repository.collaborators[actor.login];
  return [ofMember, ofCollaborator].reduce<Permission>(
    (best, one) => (one && reaches(one, best) ? one : best),
    floor,
  );
}

const order: readonly Permission[] = ['none', 'read', 'write', 'admin'];

/** Whether one permission reaches to another. */
export function reaches(has: Permission, needed: Permission): boolean {
  return order.indexOf(has) >= order.indexOf(needed);
}

function secret(length: number): string {
  return randomBytes(length)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, 'x')
    .slice(0, length);
}
