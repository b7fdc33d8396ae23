// Seconds from `npm start` to a page that one can use, when everything has been fetched and built before.
import { startPortal } from '../../e2e/lib/portal';
import { temporaryFolder } from '../../e2e/lib/sandbox';
import { PortalApi } from '../../e2e/lib/portalApi';
import { round, runBenchmark, say } from './lib/report';

/** Starts, signs in and asks for the hosts, as the page does. @returns milliseconds */
async function start(data: string, undo: (() => unknown)[]): Promise<number> {
  const started = performance.now();
  const portal = await startPortal({ guests: 'record', data });
  undo.push(() => portal.stop());
  const api = new PortalApi(portal.url, 'ada');
  const { hosts } = await api.get<{ hosts: unknown[] }>(
    '/infrastructure/hosts',
  );
  if (hosts.length === 0) throw new Error('The hosts page would be empty.');
  const ms = performance.now() - started;
  undo.pop();
  await portal.stop();
  return ms;
}

void runBenchmark('second-start', async undo => {
  const data = temporaryFolder(undo);
  const first = await start(data, undo);
  say(`start on new data: ${round(first / 1000)} s`);
  const second = await start(data, undo);
  return {
    gates: [],
    figures: [
      {
        name: 'second start to a usable page',
        value: round(second / 1000),
        unit: 's',
        goal: 60,
      },
      {
        name: 'start before it, on new data',
        value: round(first / 1000),
        unit: 's',
      },
    ],
    notes: [
      'From the command to the list of hosts for a signed-in person, by the API calls of the page; packages, tools and pages were there.',
    ],
  };
});
