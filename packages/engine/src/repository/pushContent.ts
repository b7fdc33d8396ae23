import type { GithubRepository, NewFile } from '@nante/clients';
import { readFolder } from './folder';
import type { RepositoryNotes } from './notes';
import { assertNoSecrets } from './secretsInside';
import type { Place } from './settings';

/**
 * Pushes the first commit. Where there is one already, files are left alone, whatever they are: people work there.
 *
 * @returns our first commit
 */
export async function pushContent(
  { run, api, request, lease }: Place,
  {
    notes,
    repository,
    files,
  }: {
    notes: RepositoryNotes;
    repository: GithubRepository;
    files?: NewFile[];
  },
  step: { detail(text: string): void; skip(text: string): void },
): Promise<{ commit: string; isNew: boolean }> {
  const { signal } = run;
  const { defaultBranch: branch } = request;
  const head = await api.commit(repository, branch, { signal });
  if (head) {
    step.skip('Files were pushed already; they are left alone.');
    const known = (await notes.read())?.provenance?.commit;
    const commit =
      known ??
      (await api.commits(repository, branch, { signal, limit: 100 })).find(
        ({ parents }) => parents.length === 0,
      )?.sha ??
      head.sha;
    if (!known) await notes.write('created', { id: repository.id, commit });
    return { commit, isNew: false };
  }
  const content = files ?? (await readFolder(request.folder));
  if (!files) await assertNoSecrets(run.context, content);
  await lease.assertHeld();
  const { sha } = await api.commitFiles(
    repository,
    { branch, message: request.commitMessage, files: content },
    { signal },
  );
  await notes.write('created', { id: repository.id, commit: sha });
  step.detail(`${content.length} files in ${sha.slice(0, 7)}`);
  return { commit: sha, isNew: true };
}
