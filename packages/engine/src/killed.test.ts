import { kill } from './__testUtils__/killed';
import {
  destroyRequest,
  provisionRequest,
  startLab,
  type Lab,
} from './__testUtils__/lab';
import {
  cli,
  expectConverges,
  guestsOf,
  leftovers,
  nothing,
} from './__testUtils__/outcome';
import type { ProcessRequest } from './__testUtils__/runProcess';

jest.setTimeout(300_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

/** Numbers between 0 and 1, the same each time for a seed. */
function createRandom(seed: number): () => number {
  let value = seed;
  return () => {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    return value / 2_147_483_648;
  };
}

describe('killed with -9', () => {
  it.each([
    'reserve',
    'plan',
    'create',
    'create +300',
    'create +900',
    'verify',
  ])('in %s: the repeat ends with one machine', async moment => {
    const [step, delay] = moment.split(' ');
    const app = `kill-${moment.replace(/[^a-z0-9]+/g, '-')}`;
    const request = provisionRequest({ app });
    expect(
      await kill(lab, { verb: 'provision', request }, step, Number(delay ?? 0)),
    ).toBe(true);
    await expectConverges(lab, request);
  });

  it('between its last word and giving the lock back: the repeat gives it back, and does nothing else', async () => {
    const request = provisionRequest({ app: 'kill-last', name: 'last-1' });
    await lab.engine.provision(request, cli);
    const key = 'nante/kill-last-dev/operation.lock';
    const lockOf = async () =>
      JSON.parse((await lab.store.get(key))?.body ?? '');
    const released = await lockOf();
    const dead = { ...released.process, pid: 4_194_303 };
    for (const [process, state] of [
      [released.process, 'held'],
      [dead, 'released'],
    ]) {
      const held = JSON.stringify({ ...released, state: 'held', process });
      await lab.store.put(key, held, { always: true });
      await lab.engine.provision(request, cli);
      expect((await lockOf()).state).toBe(state);
    }
    await lab.engine.destroy(
      destroyRequest({ app: 'kill-last', name: 'last-1' }),
      cli,
    );
  });

  it.each([11, 23, 42])(
    'four times at random moments (seed %i), over provision and destroy: one machine, and none afterwards',
    async seed => {
      const random = createRandom(seed);
      const app = `random-${seed}`;
      const kind = random() < 0.5 ? 'vm' : 'lxc';
      const request = provisionRequest({ app, kind });
      const gone = destroyRequest({ app });
      const moments: number[] = [];
      const killSomewhere = async (what: ProcessRequest, spanMs: number) => {
        const delayMs = Math.round(random() * spanMs);
        const hit = await kill(lab, what, 'ready', delayMs);
        moments.push(hit ? delayMs : -1);
      };
      await killSomewhere({ verb: 'provision', request }, 4_000);
      await killSomewhere({ verb: 'provision', request }, 4_000);
      const run = await lab.engine.provision(request, cli);
      expect({ moments, state: run.state, guests: await guestsOf(lab, app) }) //
        .toEqual({ moments, state: 'succeeded', guests: 1 });
      await killSomewhere({ verb: 'destroy', request: gone }, 3_000);
      await killSomewhere({ verb: 'destroy', request: gone }, 3_000);
      await lab.engine.destroy(gone, cli);
      expect({ moments, left: await leftovers(lab, app) }).toEqual({
        moments,
        left: nothing,
      });
    },
  );
});
