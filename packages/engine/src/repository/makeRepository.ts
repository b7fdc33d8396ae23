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
  const { run, api, notes, lease } = making;
  if (standing.state === 'ours') {
    const entry = await notes.read();
    // An earlier try may have been cut off just after it.
    if (entry?.state === 'intended')
      await notes.write('created', { id: standing.repository.id });
    return standing.repository;
  }
  const repository =
    standing.state === 'begun'
      ? standing.repository
      : await create(making, standing.state === 'gone');
  await notes.write('intended', { id: repository.id });
  await lease.assertHeld();
  const topics = [...new Set([...repository.topics, ownTopic])];
  await api.setTopics(repository, topics, { signal: run.signal });
  await notes.write('created', { id: repository.id });
  return { ...repository, topics };
}

/** @param isGone - one that was ours is not there, or our token does not see it: our records stay until GitHub lets another one be made */
async function create(
  making: Making,
  isGone: boolean,
): Promise<GithubRepository> {
  const { run, api, owner, request, notes, lease } = making;
  const { name, app, visibility } = request;
  const before = isGone ? undefined : await notes.read();
  const requestId = before?.requestId ?? request.requestId;
  const stamp = { app, requestId };
  await lease.assertHeld();
  if (!isGone) await notes.write('intended');
  try {
    const made = await api.createRepository(
      {
        ...{ owner, name, visibility },
        description: stamped(request.description, stamp),
      },
      { signal: run.signal },
    );
    if (isGone) await forget(making);
    return made;
  } catch (error) {
    // The answer may have been lost, or somebody was faster. After a cancel too, so that it listens to no signal.
    const look = api.repository({ owner, name });
    const there = await look.catch(() => undefined);
    if (there && isStamped(there.description, stamp)) {
      if (isGone) await forget(making);
      await notes.write('intended', { id: there.id });
      if (!isCancelled(error)) return there;
    } else if (isCertain(error) && !isGone) await notes.write('removed');
    throw isGone && NanteError.is(error) && error.code === 'conflict'
      ? hidden(making)
      : error;
  }
}

function hidden({ owner, request: { name } }: Making): NanteError {
  return new NanteError(
    'conflict',
    `${owner}/${name} is ours by our ledger; GitHub says that it is there, and does not show it to our token. Nothing was changed.`,
    {
      hint: 'Give the token access to this repository again; docs/github.md lists the rights.',
    },
  );
}

async function forget({ run, owner, request, notes }: Making): Promise<void> {
  await notes.write('removed');
  run.recorder.log(
    'warn',
    `${owner}/${request.name} was ours and was not in GitHub any more: it is made anew`,
  );
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
