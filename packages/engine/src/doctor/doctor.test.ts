import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import { failure } from '../__testUtils__/outcome';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

describe('the doctor', () => {
  it('finds all of a whole setting right, per environment and kind, and changes nothing', async () => {
    const before = await lab.store.list('');
    const found = await lab.engine.doctor();
    const bad = found.filter(({ state }) => state !== 'ok');
    // This engine was given neither Ansible nor keys.
    expect(bad.map(({ id, state }) => [id, state])).toEqual([
      ['ansible', 'warning'],
      ['secrets-login', 'warning'],
    ]);
    expect(found.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'terraform',
        'bucket-conditions',
        'configuration',
        'proxmox-pve',
        'rights-dev-vm',
        'image-prod-lxc',
      ]),
    );
    expect(await lab.store.list('')).toEqual(before);
    const text = JSON.stringify(found);
    expect(text).not.toContain(lab.setting.endpoints.s3?.secretAccessKey);
    const { provision } = lab.setting.endpoints.proxmox?.tokens as Record<
      string,
      string
    >;
    expect(text).not.toContain(provision.split('=')[1]);
  });

  it('says who gives a token the rights that this request lacks, and how', async () => {
    const found = await lab.engineWith({ token: 'read' }).doctor({
      request: provisionRequest({ environment: 'dev', size: 'large' }),
    });
    const of = (id: string) => found.find(check => check.id === id);
    expect(of('rights-dev-lxc')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('VM.Allocate on /vms/20000'),
      who: 'whoever administers Proxmox',
      how: expect.stringContaining('pveum acl modify'),
    });
    expect(of('request-size')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('Only operators'),
    });
    expect(of('rights-prod-vm')).toBeUndefined();
  });

  it('goes on where a system does not answer, and names it', async () => {
    await lab.fault('proxmox', { kind: 'status', status: 500 });
    const found = await lab.engine.doctor({ environment: 'dev' });
    const of = (id: string) => found.find(check => check.id === id);
    expect(of('bucket-conditions')?.state).toBe('ok');
    expect(of('proxmox-pve')).toMatchObject({
      state: 'failed',
      who: expect.any(String),
      how: expect.any(String),
    });
    expect(of('proxmox-dev-vm')?.state).toBe('failed');
    expect(
      await failure(lab.engine.doctor({ environment: 'mars' })),
    ).toMatchObject({ code: 'invalid-input' });
  });
});
