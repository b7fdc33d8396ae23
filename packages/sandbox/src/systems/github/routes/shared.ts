import type { RefUpdate } from '../git/hook';
import { RepositoryReader, type Signature } from '../git/read';
import { GitFailure } from '../git/git';
import { RepositoryWriter } from '../git/write';
import { GithubError, notFound } from '../errors';
import { refsMoved } from '../pushes';
import type { Call } from '../router';
import { refusalOf } from '../updatePolicy';

/** Reads the repository of a call. */
export function reader({ github, repository }: Call): RepositoryReader {
  return new RepositoryReader(github.git.folder(repository.id));
}

export function writer({ github, repository }: Call): RepositoryWriter {
  return new RepositoryWriter(github.git.folder(repository.id));
}

/** @throws GithubError 404, and 409 for a repository without any commit */
export async function commitOf(call: Call, ref: string): Promise<string> {
  const sha = await reader(call).resolve(ref);
  if (sha) return sha;
  await refuseEmpty(call);
  throw notFound();
}

/** @throws GithubError 409 for a repository without any commit */
export async function refuseEmpty(call: Call): Promise<void> {
  const [any] = await reader(call).refs('refs/heads');
  if (!any) throw new GithubError(409, 'Git Repository is empty.');
}

/**
 * Moves a ref as the one who calls, with all that follows.
 *
 * @param refused - status of an answer that a protected branch forces
 * @throws GithubError 403 for a missing scope, `refused`, 409 where it moved meanwhile
 */
export async function moveRef(
  call: Call,
  update: RefUpdate,
  refused: 409 | 422 = 422,
): Promise<void> {
  const { github, repository, by } = call;
  const refusal = await refusalOf(github, repository, by, [update]);
  if (refusal?.rule === 'workflow-scope')
    throw new GithubError(403, refusal.lines.join(' '), {
      headers: { 'x-accepted-oauth-scopes': 'workflow' },
    });
  if (refusal) {
    const [first, ...more] = refusal.lines.map(line =>
      line.replace(/^error: /, ''),
    );
    throw new GithubError(refused, more.join(' ') || first);
  }
  try {
    await writer(call).ref(update.ref, update.before, update.after);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw new GithubError(
      409,
      `Reference cannot be updated: ${update.ref} is at another commit.`,
    );
  }
  await refsMoved(github, repository.id, by, [update]);
}

/** The one who calls, as an author. */
export function signature(
  { github, by }: Pick<Call, 'github' | 'by'>,
  given: { name?: string; email?: string; date?: string } = {},
): Signature {
  const user = github.state.find('users', ({ login }) => login === by.login);
  return {
    name: given.name ?? user?.name ?? by.login,
    email:
      given.email ?? user?.email ?? `${by.login}@users.noreply.example.test`,
    date: given.date ?? new Date().toISOString(),
  };
}

/** A list with its length, as newer calls answer. */
export function counted<T, R>(
  call: Call,
  name: string,
  items: readonly T[],
  show: (item: T) => R,
) {
  return { total_count: items.length, [name]: call.page(items).map(show) };
}
