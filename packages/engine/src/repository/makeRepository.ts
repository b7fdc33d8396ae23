import type { GithubApi, GithubRepository } from '@nante/clients';
import { NanteError, type SetUpRepositoryRequest } from '@nante/model';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { isStamped, ownTopic, stamped } from './mark';
import type { RepositoryNotes } from './notes';
import type { Standing } from './ourRepository';

/** One repository that is made. */
export interface Making {
  run: Run;
  api: GithubApi;
  owner: string;
  request: SetUpRepositoryRequest;
  notes: RepositoryNotes;
  lease: Lease;
}

/** Makes a repository, or goes on with one that was begun, and gives it our topic. */
export async function makeRepository(
  making: Making,
  standing: Standing,
): Promise<GithubRepository> {
  const { run, api, notes, lease, request } = making;
  if (standing.state === 'ours') {
    const entry = await notes.read();
    // An earlier try may have been cut off just after it.
    if (entry?.state === 'intended')
      await notes.write('created', { id: standing.repository.id });
    return standing.repository;
  }
  if (standing.state === 'gone') {
    run.recorder.log(
      'warn',
      `${making.owner}/${request.name} was ours and is not in GitHub any more: it is made anew`,
    );
    await notes.write('removed');
  }
  const repository =
    standing.state === 'begun' ? standing.repository : await create(making);
  await notes.write('intended', { id: repository.id });
  await lease.assertHeld();
  const topics = [...new Set([...repository.topics, ownTopic])];
  await api.setTopics(repository, topics, { signal: run.signal });
  await notes.write('created', { id: repository.id });
  return { ...repository, topics };
}

async function create(making: Making): Promise<GithubRepository> {
  const { run, api, owner, request, notes, lease } = making;
  const { name, app, requestId, visibility } = request;
  const stamp = {
    app,
    requestId: (await notes.read())?.requestId ?? requestId,
  };
  await lease.assertHeld();
  await notes.write('intended');
  try {
    return await api.createRepository(
      {
        ...{ owner, name, visibility },
        description: stamped(request.description, stamp),
      },
      { signal: run.signal },
    );
  } catch (error) {
    // The answer may have been lost, or somebody was faster. After a cancel too, so that it listens to no signal.
    const look = api.repository({ owner, name });
    const there = await look.catch(() => undefined);
    const isOurs = there && isStamped(there.description, stamp);
    if (isOurs) await notes.write('intended', { id: there.id });
    else if (isCertain(error)) await notes.write('removed');
    if (isOurs && !isCancelled(error)) return there;
    throw error;
  }
}

/** GitHub has said no: nothing came of it. */
function isCertain(error: unknown): boolean {
  return (
    NanteError.is(error) && !['unreachable', 'cancelled'].includes(error.code)
  );
}

function isCancelled(error: unknown): boolean {
  return NanteError.is(error) && error.code === 'cancelled';
}
