import { NanteError } from '@nante/model';
import { guestsAreRecords } from '../../configure/playOnHosts';
import { noteReturn } from './placedHost';
import { pretendedWord } from './pretendedWord';
import type { ReleaseWord } from './releaseWord';
import {
  lookFromOutside,
  type HostEnd,
  type Noting,
  type ReleaseWork,
} from './work';

/** Ends after which it is known that the new version does not run. */
const settled: readonly (ReleaseWord['state'] | undefined)[] = [
  'returned',
  'taken-down',
  'unchanged',
  'left',
];

/**
 * Returns all hosts that have the new version, the last one first.
 *
 * @param what.failed - the host whose role failed, which has gone back by itself where it could
 * @returns the failure of the run: what was wrong, and what runs now
 */
export async function goBack(
  work: ReleaseWork,
  what: {
    changed: readonly HostEnd[];
    failed?: HostEnd;
    why: string;
    note: Noting;
  },
): Promise<NanteError> {
  const { run, request } = work;
  const { changed, failed, why, note } = what;
  const ends: HostEnd[] = failed ? [failed] : [];
  for (const { placed } of [...changed].reverse()) {
    work.detail(`${placed.host.name}: bringing the last good one back`);
    const back = await work.plays.play(placed, work.wayBack);
    const word = guestsAreRecords(run)
      ? pretendedWord(work, placed, true)
      : back.word;
    if (word?.log.length) await note({ problems: word.log });
    ends.push({ placed, word });
  }
  // The role's own refusals say it themselves.
  const isUntouched = /\bNothing was (?:changed|switched)\b/.test(why);
  const health = [];
  for (const { placed, word } of ends) {
    if (word ? settled.includes(word.state) : isUntouched)
      await noteReturn(run, placed, request);
    if (word?.state !== 'returned') continue;
    const { url, answer } = await lookFromOutside(work, placed);
    health.push({ url, answer });
  }
  const returned = ends.flatMap(({ word }) => word?.returnedTo || []);
  const isDown = ends.some(({ word }) => word?.state === 'taken-down');
  await note({
    ...(health.length > 0 && { health }),
    ...((returned.length > 0 || isDown) && {
      returnedTo: [...new Set(returned)].join(', '),
    }),
    healthy: !isDown && ends.every(({ word }) => settled.includes(word?.state)),
  });
  // A play that ended without a word, or before anything was switched.
  const isSwitched =
    !failed || (failed.word?.state ?? 'unchanged') !== 'unchanged';
  const verdict = isSwitched ? 'is not healthy' : 'could not be deployed';
  const where = failed ? ` on ${failed.placed.host.name}` : '';
  return new NanteError(
    'failed',
    [
      `${request.app} ${request.version} ${verdict}${where}: ${why}.`,
      // What a refusal says itself is not said again.
      ...endings(
        request.app,
        ends.filter(({ word }) => word ?? !isUntouched),
      ),
    ].join(' '),
    {
      hint: 'The log of the run has its last words. Correct the app, and deploy that as a new version.',
    },
  );
}

/** What runs now, a sentence for each end. */
function endings(app: string, ends: readonly HostEnd[]): string[] {
  const texts = ends.map(({ placed, word }) => ({
    host: placed.host.name,
    text: ending(app, word),
  }));
  return [...new Set(texts.map(({ text }) => text))].map(text => {
    const hosts = texts.flatMap(one => (one.text === text ? one.host : []));
    return `${text} (${hosts.join(', ')}).`;
  });
}

function ending(app: string, word: ReleaseWord | undefined): string {
  switch (word?.state) {
    case 'returned':
      return `${word.returnedTo} is back, and healthy`;
    case 'taken-down':
      return 'There was none to return to, so it was taken down';
    case 'unchanged':
    case 'left':
      return `Nothing was switched${word.previous ? `: ${word.previous} goes on` : ''}`;
    case 'lost':
      return 'What was there before was brought back, and is not healthy either';
    default:
      return `What runs there nobody could say: look at /opt/${app}/current`;
  }
}
