import { type FakeWorld, fakeWorld } from '../testing/fakeEngine';
import { type StandIns, startStandIns } from '../__testUtils__/standIns';
import { createHostRegistry } from '../hosts/HostRegistry';
import { fakeEngine, fakeManagedHost } from '../testing/fakeEngine';
import { createDeploymentRegistry } from './createDeploymentRegistry';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns({ spaces: { copy: 'Default Copy' } });
}, 60_000);
afterAll(() => standIns?.stop());
afterEach(() => standIns.clearFaults());

/** A registry with a clock of its own. */
function given(world: FakeWorld = fakeWorld()) {
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const engine = fakeEngine(world, standIns.clients);
  const shared = standIns.config;
  const hosts = createHostRegistry({ engine, shared, now });
  return {
    clock,
    registry: createDeploymentRegistry({ engine, shared, hosts, now }),
  };
}

describe('what runs where', () => {
  it('costs three requests a look, however many people look', async () => {
    const { registry, clock } = given();
    await registry.space('octopus', { history: true });
    await standIns.forget('octopus');
    clock.now += 10_001;
    const looks = await Promise.all(
      Array.from({ length: 50 }, () => registry.space('octopus')),
    );
    expect(await standIns.requests('octopus')).toBe(3);
    const [{ board, machines, age }] = looks;
    expect(board?.dashboard.projects.map(({ slug }) => slug)).toEqual(
      expect.arrayContaining(['shop', 'billing', 'hello', 'legacy']),
    );
    expect(machines.length).toBeGreaterThan(0);
    expect(age).toMatchObject({ connection: 'octopus', ok: true });

    await registry.space('octopus');
    expect(await standIns.requests('octopus')).toBe(3);
  });

  it('keeps two spaces with partly the same names apart', async () => {
    const { registry } = given();
    const [first, second] = await registry.spaces({ history: true });
    const environment = (index: typeof first, name: string) =>
      index.board?.dashboard.environments.find(one => one.name === name);
    expect(first.name).toBe('octopus');
    expect(second.name).toBe('copy');
    expect(environment(first, 'Development')?.id).not.toBe(
      environment(second, 'Development')?.id,
    );
    expect(environment(first, 'Development 2')?.id).toBeDefined();
    expect(second.board?.dashboard.projects).not.toContainEqual(
      expect.objectContaining({ slug: 'legacy' }),
    );
  });

  it('knows the releases, and what was deployed with success', async () => {
    const { registry } = given();
    const { history, board } = await registry.space('octopus', {
      history: true,
    });
    expect(history.isComplete).toBe(true);
    const shop = board!.dashboard.projects.find(one => one.slug === 'shop')!;
    const releases = history.releasesOf(shop.id);
    expect(releases.length).toBeGreaterThan(5);
    expect(releases[0].packages[0].version).toBeTruthy();
    expect(releases.map(({ assembledAt }) => assembledAt)).toEqual(
      [...releases.map(({ assembledAt }) => assembledAt)].sort().reverse(),
    );
    const successes = history.deploymentsOf(shop.id);
    expect(successes.length).toBeGreaterThan(3);
    // A failed one is shown by the dashboard, and is no success.
    const failed = board!.dashboard.items.filter(
      ({ state }) => state === 'Failed',
    );
    expect(failed.length).toBeGreaterThan(0);
    expect(
      failed.filter(one => history.hasDeployment(one.deploymentId)),
    ).toEqual([]);
  });
});

describe('when Octopus does not answer as it should', () => {
  it('the last answer stays, with its age and the reason', async () => {
    const { registry, clock } = given();
    const before = await registry.space('octopus', { history: true });
    await standIns.fault('octopus', { kind: 'status', status: 503 });
    clock.now += 20_000;
    const after = await registry.space('octopus');
    expect(after.board).toBe(before.board);
    expect(after.age).toMatchObject({
      ok: false,
      lastSuccessAt: before.age.lastSuccessAt,
      error: expect.any(String),
    });
    expect(registry.connections()).toContainEqual(
      expect.objectContaining({ name: 'octopus', type: 'octopus', ok: false }),
    );
    await standIns.clearFaults();
    clock.now += 20_000;
    expect((await registry.space('octopus')).age.ok).toBe(true);
  }, 60_000);

  it.each(['machines', 'dashboard', 'projects'] as const)(
    'an empty answer about %s is not believed where there was something',
    async what => {
      const { registry, clock } = given();
      const before = await registry.space('octopus', { history: true });
      await standIns.fault('octopus', { kind: 'empty', what });
      clock.now += 400_000;
      // What changes seldom is asked for one after the other.
      for (let look = 0; look < 2; look++) {
        await registry.space('octopus');
        clock.now += 20_000;
      }
      const after = await registry.space('octopus');
      expect(after.machines).toEqual(before.machines);
      expect(after.board?.dashboard.projects).toEqual(
        before.board?.dashboard.projects,
      );
      expect(after.inventory?.projects).toEqual(before.inventory?.projects);
      expect(after.age).toMatchObject({
        ok: false,
        doubt: true,
        error: expect.stringContaining('what was known is kept'),
      });
    },
    60_000,
  );

  it('an operator may say that the targets are really gone', async () => {
    const { registry, clock } = given();
    await registry.space('octopus');
    await standIns.fault('octopus', { kind: 'empty', what: 'machines' });
    clock.now += 60_000;
    await expect(registry.observe('octopus')).rejects.toThrow(
      'no targets at all',
    );
    const accepted = await registry.observe('octopus', { accept: true });
    expect(accepted.machines).toEqual([]);
    expect((await registry.observe('octopus')).machines).toEqual([]);
  });
});

describe('a host that is a target', () => {
  it('is known by its recorded id, and never by a name', async () => {
    const { registry: first } = given();
    const { machines } = await first.space('octopus');
    const [machine, other] = machines;
    const host = fakeManagedHost(100, { name: 'web-1' });
    const world = fakeWorld({
      managed: [host, fakeManagedHost(101, { name: other.name })],
      targets: [
        {
          app: 'shop',
          environment: 'dev',
          host: 'web-1',
          connection: 'octopus',
          machineId: machine.id,
          thumbprint: 'AA:BB',
          requestId: 'request-1',
          runId: 'request-1',
        },
      ],
    });
    const { registry } = given(world);
    const seen = await registry.observe('octopus');
    expect(seen.joined).toEqual([
      expect.objectContaining({
        machine: expect.objectContaining({ id: machine.id }),
        host: expect.objectContaining({
          entityRef: 'resource:default/lab-100',
        }),
      }),
    ]);
  });
});
