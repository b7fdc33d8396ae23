import type { RepositoryName } from '@nante/clients';
import { NanteError, repositoryPathSchema } from '@nante/model';

/**
 * Owner and name out of `owner/name`.
 *
 * @throws NanteError `invalid-input`
 */
export function readRepositoryName(path: string): RepositoryName {
  if (!repositoryPathSchema.safeParse(path).success) {
    throw new NanteError('invalid-input', `"${path}" is no repository`, {
      hint: 'Name it as owner/name.',
    });
  }
  const [owner, name] = path.split('/');
  return { owner, name };
}

/** Whether two `owner/name` mean the same; GitHub does not tell capitals apart. */
export function isSameRepository(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
