import { NanteError, type Observation } from '@nante/model';
import { fakeConfig } from '../testing/fakeEngine';
import { HostObservations } from './HostObservations';

const web: Observation = {
  app: 'shop',
  environment: 'dev',
  host: 'web-1',
  mesh: {
    state: 'online',
    name: 'web-1.example.ts.net',
    addresses: ['100.64.0.7'],
    tags: ['tag:nante'],
  },
  telemetry: { state: 'reporting', metricAt: '2026-11-26T10:00:00.000Z' },
  observedAt: '2026-11-26T10:00:05.000Z',
};
const silent: Observation = {
  app: 'shop',
  environment: 'dev',
  host: 'web-2',
  telemetry: { state: 'unknown' },
  observedAt: '2026-11-26T10:00:05.000Z',
};

describe('what mesh and telemetry say of our hosts', () => {
  it('is asked once for all who look, and counted over the fleet', async () => {
    let calls = 0;
    const observations = new HostObservations(
      {
        observe: async () => {
          calls += 1;
          return [web, silent];
        },
      },
      fakeConfig,
      () => 0,
    );
    expect(observations.monitored()).toBeUndefined();
    await Promise.all([observations.refresh(), observations.refresh()]);
    await observations.refresh();
    expect(calls).toBe(1);
    expect(observations.monitored()).toMatchObject({ reporting: 1, total: 2 });
    expect(
      observations.of({ app: 'shop', environment: 'dev', name: 'web-1' }),
    ).toMatchObject({ mesh: { state: 'online' } });
    // A guest that is not ours may have the name of a host of ours.
    expect(observations.of({ name: 'web-1' })).toBeUndefined();
  });

  it('becomes unknown when nobody answers any more, and keeps the ages', async () => {
    let now = 0;
    let away = false;
    const observations = new HostObservations(
      {
        observe: async () => {
          if (away) throw new NanteError('unreachable', 'The bucket is away');
          return [web];
        },
      },
      fakeConfig,
      () => now,
    );
    await observations.refresh();
    away = true;
    now = 61_000;
    await observations.refresh();
    expect(
      observations.of({ app: 'shop', environment: 'dev', name: 'web-1' }),
    ).toMatchObject({
      mesh: { state: 'unknown', name: 'web-1.example.ts.net' },
      telemetry: {
        state: 'unknown',
        metricAt: '2026-11-26T10:00:00.000Z',
        problem: expect.stringContaining('The bucket is away'),
      },
    });
    expect(observations.monitored()).toMatchObject({ reporting: 0, total: 1 });
  });

  it('does not make a page wait for a system that hangs', async () => {
    const observations = new HostObservations(
      { observe: () => new Promise(() => {}) },
      fakeConfig,
      () => 0,
    );
    await observations.refresh();
    expect(observations.monitored()).toBeUndefined();
  });

  it('is not asked for at a site that has neither', async () => {
    const { dev, ...others } = fakeConfig.environments;
    const observe = jest.fn(async () => [web]);
    const observations = new HostObservations(
      { observe },
      { environments: { ...others, dev: { ...dev, telemetry: undefined } } },
      () => 0,
    );
    await observations.refresh();
    expect(observe).not.toHaveBeenCalled();
    expect(observations.monitored()).toBeUndefined();
  });
});
