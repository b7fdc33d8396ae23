import {
  destroyRequest,
  provisionRequest,
  startLab,
  type Lab,
} from './__testUtils__/lab';
import { cli, guestsOf } from './__testUtils__/outcome';

jest.setTimeout(300_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

describe('many requests at once', () => {
  it('for one template: ten requests give ten machines, and none fails at a lock', async () => {
    const apps = Array.from({ length: 10 }, (_, index) => `team-${index}`);
    const log: string[] = [];
    const runs = await Promise.all(
      apps.map(app =>
        lab.engine.provision(provisionRequest({ app, name: `${app}-web` }), {
          door: 'cli',
          onLog: ({ text }) => log.push(text),
        }),
      ),
    );
    expect(new Set(runs.map(({ result }) => result.vmId)).size).toBe(10);
    expect(new Set(runs.map(({ result }) => result.address)).size).toBe(10);
    expect(await Promise.all(apps.map(app => guestsOf(lab, app)))).toEqual(
      apps.map(() => 1),
    );
    expect(log.filter(line => /got timeout|lock file/.test(line))).toEqual([]);
    expect(log.join('\n')).toContain('are made from the same node first');
    await Promise.all(
      apps.map(app =>
        lab.engine.destroy(destroyRequest({ app, name: `${app}-web` }), cli),
      ),
    );
    expect(await Promise.all(apps.map(app => guestsOf(lab, app)))).toEqual(
      apps.map(() => 0),
    );
  });
});
