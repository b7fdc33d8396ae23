import type { GithubApi, GithubRepository } from '@nante/clients';
import { NanteError, type LedgerEntry } from '@nante/model';
import type { EngineContext } from '../context';
import { managedRepositories } from '../ledger/managedRepositories';
import { isStamped, ownTopic } from './mark';

/** What there is under a name that is wanted. */
export type Standing =
  /** Nothing: it may be made. */
  | { state: 'free' }
  /** It was ours, and somebody deleted it. */
  | { state: 'gone' }
  /** Ours, and not finished: its topic is not set yet. */
  | { state: 'begun'; repository: GithubRepository }
  | { state: 'ours'; repository: GithubRepository };

/** Which repository is meant, and what our records say of it. */
export interface Claim {
  connection: string;
  owner: string;
  name: string;
  app: string;
  entry: LedgerEntry | undefined;
}

/**
 * Whether a name is free, or what it names is ours. Ours is what the ledger knows by GitHub's id and what bears our topic;
 * what was made and whose id the ledger never learned proves itself by the stamp in its description.
 *
 * @throws NanteError `conflict` that says what disagrees; nothing is changed then
 */
export async function standingOf(
  context: Pick<EngineContext, 'store'>,
  api: GithubApi,
  claim: Claim,
  signal?: AbortSignal,
): Promise<Standing> {
  const { owner, name, app, entry } = claim;
  const there = await api.repository({ owner, name }, { signal });
  const isKnown = Boolean(entry?.outsideId);
  if (!there) return { state: isKnown ? 'gone' : 'free' };
  const isSame = entry?.outsideId === String(there.id);
  if (isMoved(there, claim)) {
    // GitHub leads on from an old name; the name itself may be taken again.
    if (!isSame) return { state: isKnown ? 'gone' : 'free' };
    throw disagrees(
      claim,
      `ours was renamed to ${there.owner}/${there.name} in GitHub`,
      'Ask for it by its new name in GitHub, or give it the old one back.',
    );
  }
  if (there.isArchived && isSame)
    throw disagrees(
      claim,
      'it is archived',
      'Unarchive it in GitHub, or take another name.',
    );
  if (!entry) throw await foreign(context, claim);
  const hasTopic = there.topics.includes(ownTopic);
  if (entry.outsideId === '') {
    const stamp = { app, requestId: entry.requestId };
    if (isStamped(there.description, stamp))
      return { state: 'begun', repository: there };
    throw disagrees(
      claim,
      `we meant to make it (request ${entry.requestId}) and never heard whether that worked, and its description bears no stamp of ours`,
      'Somebody else may have made it: delete it in GitHub if nobody needs it, or take another name.',
    );
  }
  if (!isSame)
    throw disagrees(
      claim,
      `our ledger knows the id ${entry.outsideId}, and this one has ${there.id}`,
      'Ours was deleted, and somebody made another one: take another name.',
    );
  if (hasTopic) return { state: 'ours', repository: there };
  if (entry.state === 'intended') return { state: 'begun', repository: there };
  throw disagrees(
    claim,
    `our ledger says that we made it, and it lacks the topic ${ownTopic}`,
    `Somebody took it out of our hands: give it the topic ${ownTopic} again in GitHub where that was a mistake, or take another name.`,
  );
}

function isMoved(
  there: GithubRepository,
  { owner, name }: Pick<Claim, 'owner' | 'name'>,
): boolean {
  const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  return !isSame(there.owner, owner) || !isSame(there.name, name);
}

async function foreign(
  context: Pick<EngineContext, 'store'>,
  claim: Claim,
): Promise<NanteError> {
  const { connection, owner, name } = claim;
  const path = `${owner}/${name}`.toLowerCase();
  const others = await managedRepositories(context).catch(() => []);
  const other = others.find(
    one =>
      one.connection === connection && one.repository.toLowerCase() === path,
  );
  return disagrees(
    claim,
    other ? `it is of the app ${other.app}` : 'we did not make it',
    `Take another name; or add workflows to what is there with the template "Add a pipeline to an existing repository".`,
  );
}

function disagrees(
  { owner, name }: Claim,
  why: string,
  hint: string,
): NanteError {
  return new NanteError(
    'conflict',
    `There is a repository ${owner}/${name} already, and ${why}. Nothing was changed.`,
    { hint, details: { repository: `${owner}/${name}` } },
  );
}
