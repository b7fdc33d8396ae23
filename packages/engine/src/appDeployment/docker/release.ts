import {
  NanteError,
  type AppDeploymentResult,
  type DeployDockerRequest,
} from '@nante/model';
import { guestsAreRecords } from '../../configure/playOnHosts';
import { redactStrings } from '../../process';
import { goBack } from './goBack';
import { noteRelease, type PlacedHost } from './placedHost';
import { pretendedWord } from './pretendedWord';
import type { ReleaseWord } from './releaseWord';
import {
  lookFromOutside,
  type HostEnd,
  type Noting,
  type ReleaseWork,
} from './work';

/** Lines of an app's log that a result keeps. */
const keptLines = 40;

/**
 * Brings a release to one host after the other, and asks each from outside. The first that is not well ends it: that one and all
 * that this request has changed before it are returned to their last good release, so that an environment has one version.
 *
 * @returns the result; also in the run's document, where it fails too
 * @throws NanteError `failed` that says what is wrong, and what runs now
 */
export async function releaseToHosts(
  work: ReleaseWork,
): Promise<AppDeploymentResult> {
  const { run, request, hosts, image } = work;
  let result: AppDeploymentResult = {
    ...{ kind: 'docker', version: request.version, what: image },
    places: hosts.map(({ host }) => host.name),
    ...{ healthy: false, health: [], problems: [], alreadyThere: false },
    url: `${hosts[0].origin}/`,
  };
  const note: Noting = async change => {
    const clean = redactStrings(change, text => run.redactor.redact(text));
    result = { ...result, ...clean };
    await run.recorder.update({ appDeployment: result });
  };
  await note({});
  const seen = async (url: string, answer: string) => {
    const others = result.health.filter(one => one.url !== url);
    await note({ health: [...others, { url, answer }] });
  };
  const words: ReleaseWord[] = [];
  const changed: HostEnd[] = [];
  for (const placed of hosts) {
    // An earlier try of this request may have been cut off after it.
    const isOurs = placed.before?.requestId === request.requestId;
    await noteRelease(run, placed, { ...request, image }, 'intended');
    const { word, failure } = await playOn(work, placed);
    if (word?.previous && !result.previousVersion)
      await note({ previousVersion: word.previous });
    const url = `${placed.origin}${request.healthPath}`;
    if (failure !== undefined || !word) {
      if (isCancel(failure)) throw failure;
      if (word?.answer) await seen(url, word.answer);
      await note({ problems: (word?.log ?? []).slice(-keptLines) });
      const why = word?.why || messageOf(failure);
      throw await goBack(work, {
        changed,
        failed: { placed, word },
        why,
        note,
      });
    }
    words.push(word);
    if (word.state !== 'there' || isOurs) changed.push({ placed, word });
    const health = await lookFromOutside(work, placed);
    await seen(url, health.answer);
    if (!health.ok) {
      const why = `${url} answered "${health.answer}" from here, and was well on ${placed.host.name} itself`;
      throw await goBack(work, { changed, why, note });
    }
    await noteRelease(run, placed, { ...request, image }, 'created');
    work.detail(`${placed.host.name}: ${sentence(request, word)}`);
  }
  await note({
    healthy: true,
    alreadyThere: words.every(({ state }) => state === 'there'),
  });
  return result;
}

/** What a host says of the release; guests that are records have no word of their own. */
async function playOn(work: ReleaseWork, placed: PlacedHost) {
  const { word, failure } = await work.plays.play(placed, work.role);
  return guestsAreRecords(work.run)
    ? { word: pretendedWord(work, placed), failure }
    : { word, failure };
}

function sentence(
  { version }: DeployDockerRequest,
  { state, previous }: ReleaseWord,
): string {
  if (state === 'there') return `${version} was there already, and is healthy`;
  return `${version} runs and is healthy${previous ? `, in place of ${previous}` : ''}`;
}

function isCancel(error: unknown): boolean {
  return NanteError.is(error) && error.code === 'cancelled';
}

function messageOf(error: unknown): string {
  if (error === undefined) return 'it did not say how it ended';
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\.$/, '');
}
