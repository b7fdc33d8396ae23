import { NanteError } from '@nante/model';
import type { Helm, Revision } from './helm';
import { noteOf, type DeployedNote } from './note';

/** What a release is before a deployment. */
export interface CurrentRelease {
  history: Revision[];
  /** The revision that runs, with what we deployed by it. */
  good?: Revision & { note?: DeployedNote };
}

/** Reads what runs. @throws NanteError `conflict` for a release that somebody else made */
export async function currentRelease(
  helm: Helm,
  release: string,
  namespace: string,
  isKnown: boolean,
): Promise<CurrentRelease> {
  const history = await helm.history();
  const good = history.findLast(({ status }) => status === 'deployed');
  const note = good && noteOf(good, history);
  const isOurs = isKnown || history.some(one => noteOf(one, history));
  if (history.length > 0 && !isOurs)
    throw new NanteError(
      'conflict',
      `There is a release ${release} in ${namespace} already, and it is not Nante's.`,
      {
        hint: 'Name another release or namespace, or uninstall that one by: helm uninstall',
      },
    );
  return { history, good: good && { ...good, note } };
}

/**
 * Brings a release into order that a killed Helm left half done: Helm refuses it otherwise as "another operation in progress".
 *
 * @returns what was done about it, for the log
 */
export async function settle(
  helm: Helm,
  { history, good }: CurrentRelease,
  seconds: number,
): Promise<string | undefined> {
  const last = history.at(-1);
  if (!last?.status.startsWith('pending-')) return undefined;
  if (good) {
    await helm.rollback(good.revision, seconds);
    return `Revision ${last.revision} was left half done (${last.status}); revision ${good.revision} was brought back.`;
  }
  await helm.uninstall(seconds);
  return `The first revision was left half done (${last.status}) and was taken away.`;
}
