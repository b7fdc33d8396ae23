import type { ConfigureRequest } from '@nante/model';
import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import { ansibleBin, ansibleProject } from '../__testUtils__/labGuest';
import { cli, failure } from '../__testUtils__/outcome';
import type { Engine } from '../types';

jest.setTimeout(120_000);

let lab: Lab;
let engine: Engine;

const request = (change: Partial<ConfigureRequest> = {}): ConfigureRequest => ({
  requestId: `configure-${Math.random().toString(36).slice(2)}`,
  ...{ requestedBy: 'user:default/mia', operator: false, dryRun: false },
  ...{ app: 'shop', environment: 'dev', names: ['web-1'] },
  ...change,
});
const roles = [{ name: 'nginx', arguments: {} }];

beforeAll(async () => {
  lab = await startLab();
  engine = lab.engineWith({
    ansible: { bin: ansibleBin, project: ansibleProject },
    ...{ privateKey: 'a key', sandboxGuests: 'record' },
  });
  await engine.provision(provisionRequest(), cli);
});
afterAll(() => lab?.stop());

describe('Configuring hosts', () => {
  it('is refused before a run begins, with what to do about it', async () => {
    const runs = (await engine.listRuns()).length;
    const without = lab.engineWith({});
    const keyless = lab.engineWith({
      ansible: { bin: ansibleBin, project: ansibleProject },
    });
    for (const [who, change, code, words] of [
      [without, { roles }, 'refused', 'There is no Ansible here'],
      [keyless, { roles }, 'invalid-input', 'SSH_PRIVATE_KEY is not set'],
      [
        engine,
        { names: ['web-1', 'no-1', 'no-2'], roles },
        'not-found',
        'shop has no host no-1, no-2 in dev',
      ],
      [engine, {}, 'invalid-input', 'web-1 has no roles yet'],
      [
        engine,
        { environment: 'prod', roles },
        'refused',
        'Only operators may configure hosts in prod',
      ],
      [
        engine,
        { environment: 'moon', roles },
        'invalid-input',
        'There is no environment "moon"',
      ],
      [
        engine,
        { roles: [{ name: 'apache', arguments: {} }] },
        'invalid-input',
        '"apache" is no role here',
      ],
    ] as const) {
      const error = await failure(
        who.configure(request(change as Partial<ConfigureRequest>), cli),
      );
      expect(error).toMatchObject({ code });
      expect(error.message).toContain(words);
    }
    expect(await engine.listRuns()).toHaveLength(runs);
  });

  it('only reads the playbook where the guests are records, and says so', async () => {
    const run = await engine.configure(request({ roles }), cli);
    expect(run.configuration).toMatchObject({
      ...{ pretended: true, roles: ['nginx'], recap: [] },
    });
    const lines = (await engine.runLog(run.id, -1)).map(({ text }) => text);
    expect(lines.join('\n')).toMatch(/records: Ansible only reads/);
    expect(lines.some(line => line.includes('Apply the role'))).toBe(true);
    // They are the host's own now, so that a repeat need not name them.
    await engine.configure(request(), cli);
  });
});
