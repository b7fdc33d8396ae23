import { provisionPrivileges } from './privileges';
import { TestCluster, type Json } from './testing';

let cluster: TestCluster;
const call = (...parameters: Parameters<TestCluster['call']>) =>
  cluster.call(...parameters);
const ended = (...parameters: Parameters<TestCluster['ended']>) =>
  cluster.ended(...parameters);
const cloneTo = (...parameters: Parameters<TestCluster['cloneTo']>) =>
  cluster.cloneTo(...parameters);
const template = '/nodes/pve1/qemu/9000';

beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.remove());

describe('access', () => {
  it('shows nothing, with status 200, to a token without rights', async () => {
    const wrong = await call(
      'GET',
      '/version',
      undefined,
      'portal@pve!none=wrong',
    );
    expect([wrong.status, wrong.reason]).toEqual([401, 'invalid token value!']);
    for (const path of ['/pools', '/storage', '/nodes/pve1/qemu'])
      expect(await call('GET', path, undefined, 'none')).toMatchObject({
        status: 200,
        data: [],
      });
    const nodes = await call('GET', '/cluster/resources', undefined, 'none');
    expect(nodes.data[0]).toEqual({
      id: 'node/pve1',
      type: 'node',
      node: 'pve1',
      status: 'online',
    });
    await cluster.proxmox.setFault?.('missing-privilege', {
      privilege: 'VM.Audit',
    });
    const listed = await call(
      'GET',
      '/cluster/resources',
      { type: 'vm' },
      'read',
    );
    expect([listed.status, listed.data]).toEqual([200, []]);
    expect(
      (await call('GET', '/nodes/pve1/qemu', undefined, 'read')).data,
    ).toEqual([]);
    expect(
      await call('GET', `${template}/config`, undefined, 'read'),
    ).toMatchObject({
      status: 403,
      message: 'Permission check failed (/vms/9000, VM.Audit)\n',
    });
  });

  it('lets the reading token change nothing and the provisioning one only look at nodes', async () => {
    expect(
      (await call('POST', `${template}/clone`, { newid: 500 }, 'read')).status,
    ).toBe(403);
    expect((await call('GET', '/cluster/status')).status).toBe(403);
    expect(
      (await call('GET', '/cluster/status', undefined, 'read')).data[0],
    ).toMatchObject({ name: 'lab', quorate: 1 });
    const { data } = await call('GET', '/access/permissions');
    expect(Object.keys(data)).toEqual([
      '/nodes',
      '/pool',
      '/sdn/zones/localnetwork',
      '/storage/local',
      '/storage/vmdata',
      '/vms',
    ]);
    // The role that every site needs, and the two that a site may leave out.
    expect(provisionPrivileges).toHaveLength(17);
    expect(Object.keys(data['/vms'])).toHaveLength(20);
  });
});

describe('wrong requests', () => {
  it('are refused with every reason at once', async () => {
    const answer = await call('POST', `${template}/clone`, {
      newid: 5,
      name: '$(id)',
      full: 'maybe',
      colour: 'red',
    });
    expect(answer).toMatchObject({
      status: 400,
      reason: 'Parameter verification failed.',
      errors: {
        newid: 'value must have a minimum value of 100',
        name: expect.stringContaining('valid DNS name'),
        full: `type check ('boolean') failed - got 'maybe'`,
        colour: expect.stringContaining('not defined in schema'),
      },
    });
    expect(
      (await call('POST', `${template}/clone`, {})).errors.newid,
    ).toContain('not optional');
    expect(await call('GET', '/nodes/pve1/nothing')).toMatchObject({
      status: 501,
      message: expect.stringContaining('not implemented'),
    });
    expect(await call('GET', '/nodes/pve9/qemu')).toMatchObject({
      status: 500,
      message: expect.stringContaining('pve9'),
    });
    expect(
      (await call('PUT', `${template}/config`, { digest: 'old', cores: 1 }))
        .message,
    ).toContain('detected modified configuration');
    expect(
      await call('PUT', `${template}/config`, { net0: 'virtio,bridge=vmbr7' }),
    ).toMatchObject({ message: `bridge 'vmbr7' does not exist\n` });
  });
});

describe('faults', () => {
  it('come and go as they are set', async () => {
    await cluster.proxmox.setFault?.('half-done', { type: 'qmclone' });
    expect(await ended(await cloneTo(500))).toContain('Input/output error');
    expect((await call('GET', '/nodes/pve1/qemu/500/config')).status).toBe(200);
    await cluster.proxmox.setFault?.('storage-full', {});
    expect(await ended(await cloneTo(501))).toContain(
      'No space left on device',
    );
    expect((await call('GET', '/nodes/pve1/qemu/501/config')).status).toBe(500);
    await cluster.proxmox.setFault?.('node-offline', { node: 'pve2' });
    expect((await call('GET', '/nodes/pve2/qemu')).status).toBe(595);
    await cluster.proxmox.setFault?.('empty', {});
    expect((await call('GET', '/cluster/resources')).data).toEqual([]);
    await cluster.proxmox.clearFaults?.();
    await cluster.proxmox.setFault?.('bad-name', { vmid: 100 });
    const { data } = await call('GET', '/cluster/resources', { type: 'vm' });
    expect(data.find((row: Json) => row.vmid === 100).name).toContain('#');
    await cluster.proxmox.clearFaults?.();
    await cluster.proxmox.setFault?.('template-gone', {});
    expect((await cloneTo(502)).message).toContain('does not exist');
    await expect(cluster.proxmox.setFault?.('gremlins', {})).rejects.toThrow(
      'no fault "gremlins"',
    );
    await expect(cluster.proxmox.setFault?.('lock-held', {})).rejects.toThrow(
      'vmid',
    );
  });
});

describe('the company', () => {
  it('is the same for the same seed, and tags come in any order', async () => {
    const rows = async () =>
      (await call('GET', '/cluster/resources', { type: 'vm' })).data as Json[];
    const before = await rows();
    expect(before).toHaveLength(43);
    const orders = new Set<string>();
    for (let round = 0; round < 20; round += 1)
      orders.add((await rows())[2].tags);
    expect(orders.size).toBeGreaterThan(1);
    expect(
      before.every(row => row.status === 'running' || row.cpu === undefined),
    ).toBe(true);
    const { data: samples } = await call(
      'GET',
      `/nodes/${before[0].node}/qemu/100/rrddata`,
      { timeframe: 'hour' },
    );
    expect(samples).toHaveLength(60);
  });

  it('is kept between starts with what was made, and reset takes that away', async () => {
    expect(await ended(await cloneTo(500))).toBe('OK');
    expect(
      await ended(await call('POST', '/nodes/pve1/qemu/500/status/start')),
    ).toBe('OK');
    await cluster.proxmox.stop();
    await cluster.start();
    expect(
      (await call('GET', '/nodes/pve1/qemu/500/status/current')).data,
    ).toMatchObject({ status: 'running', name: 'web-1' });
    await cluster.proxmox.reset();
    expect((await call('GET', '/cluster/nextid', { vmid: 500 })).data).toBe(
      '500',
    );
    expect(
      (await call('GET', '/cluster/resources', { type: 'vm' })).data,
    ).toHaveLength(43);
  });
});
