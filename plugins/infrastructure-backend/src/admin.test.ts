import { NanteError, type Diagnosis } from '@nante/model';
import { fakeWorld } from '@nante/plugin-infrastructure-node/testUtils';
import { start, webOne } from './__testUtils__/start';

const check: Diagnosis = {
  id: 'proxmox-lab',
  group: 'proxmox',
  title: 'Proxmox (lab) answers and takes our token',
  state: 'failed',
  message: 'It does not answer.',
  who: 'whoever runs Proxmox',
  how: 'Start it.',
};

describe('the checks page', () => {
  it('gets the checks of the doctor, made once for all who look at the same time', async () => {
    let calls = 0;
    const { get } = await start({
      engine: {
        doctor: async () => {
          calls += 1;
          return [check];
        },
      },
    });
    const [first, second] = await Promise.all([get('/doctor'), get('/doctor')]);
    expect(first.status).toBe(200);
    expect(first.body.checks).toEqual([check]);
    expect(Date.parse(first.body.checkedAt)).not.toBeNaN();
    expect(second.body).toEqual(first.body);
    // Whoever presses the button twice does not start it twice.
    await get('/doctor?refresh=true');
    expect(calls).toBe(1);
  });

  it('is asked again after a failure, which is nobody else’s answer', async () => {
    const answers = [
      () => {
        throw new NanteError('unreachable', 'The bucket does not answer.');
      },
      () => [check],
    ];
    const { get } = await start({
      engine: { doctor: async () => answers.shift()!() },
    });
    expect((await get('/doctor')).status).toBe(503);
    expect((await get('/doctor')).status).toBe(200);
  });

  it('is for operators; what may be asked for is for everybody, without addresses of systems and names of secrets', async () => {
    const { get } = await start({ deny: ['infrastructure.operate'] });
    expect((await get('/doctor')).status).toBe(403);
    const policy = await get('/policy');
    expect(policy.status).toBe(200);
    expect(policy.body.environments).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'dev', connection: 'lab' }),
      ]),
    );
    expect(policy.body.policy.hostsPerOwner).toBeGreaterThan(0);
    expect(JSON.stringify(policy.body)).not.toMatch(/https?:|TOKEN|SECRET/);
  });
});

describe('hosts that send telemetry', () => {
  it('are counted for the hosts page, and each says on its tab when it was last heard of', async () => {
    const world = fakeWorld({ managed: [webOne] });
    world.guests[0].tags = ['app.shop', 'env.dev', 'nante'];
    const started = await start({
      world,
      engine: {
        observe: async () => [
          {
            app: 'shop',
            environment: 'dev',
            host: 'web-1',
            telemetry: {
              state: 'reporting',
              metricAt: '2026-11-26T10:00:00.000Z',
            },
            observedAt: '2026-11-26T10:00:05.000Z',
          },
        ],
      },
    });
    const { body } = await started.get('/hosts');
    expect(body.monitored).toMatchObject({ reporting: 1, total: 1 });
    const row = body.hosts.find(
      (host: { vmId: number }) => host.vmId === webOne.desired.vm_id,
    );
    expect(row.telemetry).toBe('reporting');
    const detail = await started.get(`/hosts/lab/${webOne.desired.vm_id}`);
    expect(detail.body.observation.telemetry.metricAt).toBe(
      '2026-11-26T10:00:00.000Z',
    );
  });
});
