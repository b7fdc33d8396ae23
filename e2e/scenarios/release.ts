// A release from the package to the host and back: two hosts are made and registered, a package is published, released,
// deployed to the first environment and promoted to the second; a broken one follows, its health check fails, and it is
// rolled back. What the hosts answer is read from outside after each step.
//   --door portal|cli   in Chromium (the default), or on a terminal
import assert from 'node:assert/strict';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { RunDocument } from '@nante/model';
import type { Endpoints } from '@nante/sandbox';
import { bodyOf as answerAt } from '../lib/bodyOf';
import { commandLine } from '../lib/commandLine';
import { inLabPortal } from '../lib/labPortal';
import { requireLab } from '../lib/lab';
import { type Figures, part, runScenario, say } from '../lib/report';
import { temporaryFolder } from '../lib/sandbox';
import { byCommandLine } from '../lib/release/byCommandLine';
import { byPortal } from '../lib/release/byPortal';
import {
  hostOf,
  type Place,
  places,
  type ReleaseDoor,
} from '../lib/release/door';
import { bodyOf, makeHelloPackage } from '../lib/release/helloPackage';
import { octopusTargets } from '../lib/release/octopusView';
import { startLabSandbox, writeConfiguration } from '../lib/release/labSandbox';
import { until } from '../lib/until';

const { values: options } = parseArgs({
  options: { door: { type: 'string', default: 'portal' } },
  strict: false,
});

/** What a host answers on the port of the app; undefined where nothing does. */
const answerOf = (address: string) => answerAt(`http://${address}:8080/`);

const secondsOf = (run: RunDocument) =>
  (Date.parse(run.finishedAt ?? '') - Date.parse(run.startedAt ?? '')) / 1000;

function assertEnd(run: RunDocument, state: RunDocument['state']): RunDocument {
  const { kind, error } = run;
  assert.equal(run.state, state, `${kind}: ${JSON.stringify(error ?? run)}`);
  return run;
}

/** All steps, with what is asserted after each. */
async function release(
  door: ReleaseDoor,
  endpoints: Endpoints,
  folder: string,
): Promise<Figures> {
  const figures: Figures = {};
  const addresses = {} as Record<Place, string>;
  const before = (await octopusTargets(endpoints)).map(({ Id }) => Id);

  /** Reads what a host serves, and says it. */
  const serves = async (place: Place, version: string) => {
    const body = await until(
      `${hostOf(place)} answers ${bodyOf(version)}`,
      async () => {
        const found = await answerOf(addresses[place]);
        return found === bodyOf(version) && found;
      },
      20_000,
    );
    say(`  curl http://${addresses[place]}:8080/ (${place}): ${body}`);
  };
  /** One step: timed, and its run has to end as it says. */
  const step = (
    title: string,
    key: string,
    work: () => Promise<RunDocument>,
    end: RunDocument['state'] = 'succeeded',
  ) =>
    part(title, async () => {
      const run = assertEnd(await work(), end);
      figures[`${key}Seconds`] = secondsOf(run);
      return run;
    });

  for (const place of Object.keys(places) as Place[]) {
    const made = await step(
      `${hostOf(place)} is made, and a target of ${places[place]}`,
      `host ${place}`,
      () => door.makeHost(place),
    );
    addresses[place] = String(made.result?.address);
    assert.equal(made.registration?.health, 'Healthy');
    assert.deepEqual(made.registration?.environments, [places[place]]);
  }
  const targets = (await octopusTargets(endpoints)).filter(
    ({ Id }) => !before.includes(Id),
  );
  assert.deepEqual(
    targets.map(({ Name, HealthStatus }) => [Name, HealthStatus]).sort(),
    [
      ['hello-dev.dev.hello', 'Healthy'],
      ['hello-staging.staging.hello', 'Healthy'],
    ],
  );

  const committed = Date.now();
  const first = makeHelloPackage(folder, '1.0.0');
  const published = await step('1.0.0 is published', 'publish', () =>
    door.publish('1.0.0', first),
  );
  assert.equal(published.artifact?.alreadyThere, false);
  const again = await step(
    '… and once more: it is there',
    'publish again',
    () => door.publish('1.0.0', first),
  );
  assert.equal(again.artifact?.alreadyThere, true);
  await step('1.0.0 is released', 'release', () => door.release('1.0.0'));
  const deployed = await step(
    '1.0.0 is deployed to Development',
    'deploy',
    () => door.deploy('1.0.0'),
  );
  assert.equal(deployed.deployment?.state, 'Success');
  await serves('dev', '1.0.0');
  figures.commitToDeployedSeconds = (Date.now() - committed) / 1000;
  assert.equal(await answerOf(addresses.staging), undefined);
  await step('1.0.0 is promoted to Staging', 'promote', () =>
    door.promote('1.0.0'),
  );
  await serves('staging', '1.0.0');

  const broken = makeHelloPackage(folder, '2.0.0', true);
  await step('A broken 2.0.0 is published', 'publish broken', () =>
    door.publish('2.0.0', broken),
  );
  await step('2.0.0 is released', 'release broken', () =>
    door.release('2.0.0'),
  );
  const failed = await step(
    '2.0.0 is deployed to Development, and its health check fails',
    'deploy broken',
    () => door.deploy('2.0.0'),
    'failed',
  );
  assert.equal(failed.deployment?.state, 'Failed');
  say(`  ${failed.error?.message}`);
  assert.equal(await answerOf(addresses.dev), undefined, 'nothing answers');
  await serves('staging', '1.0.0');
  const back = await step('Development is rolled back', 'rollback', () =>
    door.rollBack(),
  );
  assert.equal(back.deployment?.version, '1.0.0');
  assert.deepEqual(back.deployment?.changes, [
    { packageId: 'com.example:hello', from: '2.0.0', to: '1.0.0' },
  ]);
  await serves('dev', '1.0.0');

  for (const place of Object.keys(places) as Place[])
    await step(`${hostOf(place)} is destroyed`, `destroy ${place}`, () =>
      door.destroyHost(place),
    );
  assert.deepEqual(
    (await octopusTargets(endpoints)).map(({ Id }) => Id).sort(),
    [...before].sort(),
    'no target is left',
  );
  return figures;
}

void runScenario('release', async undo => {
  const folder = temporaryFolder(undo);
  assert.ok(
    ['portal', 'cli'].includes(String(options.door)),
    '--door: portal or cli',
  );
  if (options.door === 'cli') {
    await requireLab(folder);
    const data = path.join(folder, 'sandbox');
    const endpoints = await part('Sandbox with booted guests', () =>
      startLabSandbox(undo, data),
    );
    const nante = await part('nante, from the sources', () =>
      commandLine(undo, data),
    );
    await part('Configuration', async () => {
      const file = path.join(folder, 'config.json');
      writeConfiguration(file);
      const { code, log } = await nante('config', 'push', file);
      assert.equal(code, 0, log);
    });
    return {
      door: 'cli',
      ...(await release(byCommandLine(nante), endpoints, folder)),
    };
  }
  return inLabPortal(undo, async lab => {
    const nante = await part('nante, from the sources', () =>
      commandLine(undo, lab.portal.data),
    );
    const { endpoints } = lab.portal;
    return {
      door: 'portal',
      ...(await release(byPortal(lab, nante), endpoints, folder)),
    };
  });
});
