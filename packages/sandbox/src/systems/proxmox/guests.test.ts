import { TestCluster, type Fields } from './testing';

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

describe('a virtual machine', () => {
  it('is cloned, configured, started, changed and destroyed', async () => {
    expect(
      await ended(await cloneTo(500, { storage: 'vmdata', target: 'pve2' })),
    ).toBe('OK');
    const vm = '/nodes/pve2/qemu/500';
    const keys = 'ssh-ed25519 AAAA+/= me@here';
    const changed = await call('PUT', `${vm}/config`, {
      cores: 4,
      memory: 4096,
      tags: 'Web,app.shop web',
      net0: 'model=virtio,bridge=vmbr0,tag=30',
      ciuser: 'ops',
      sshkeys: encodeURIComponent(keys),
      ipconfig0: 'ip=10.30.0.9/24,gw=10.30.0.1',
    });
    expect(changed).toMatchObject({ status: 200, data: null });
    expect(
      await ended(
        await call('PUT', `${vm}/resize`, { disk: 'scsi0', size: '20G' }),
      ),
    ).toBe('OK');
    expect(
      await call('PUT', `${vm}/resize`, { disk: 'scsi0', size: '10G' }),
    ).toMatchObject({
      status: 500,
      message: 'shrinking disks is not supported\n',
    });
    const { data: config } = await call('GET', `${vm}/config`);
    expect(config).toMatchObject({
      cores: 4,
      memory: '4096',
      tags: 'app.shop;web',
      sshkeys: encodeURIComponent(keys),
    });
    expect(config.scsi0).toContain('size=20G');
    expect(config.net0).toMatch(
      /^virtio=BC:24:11(:[0-9A-F]{2}){3},bridge=vmbr0,tag=30$/,
    );

    expect(await ended(await call('POST', `${vm}/status/start`))).toBe('OK');
    const { data } = await call('GET', `${vm}/agent/network-get-interfaces`);
    expect(data.result[1]['ip-addresses'][0]).toEqual({
      'ip-address': '10.30.0.9',
      'ip-address-type': 'ipv4',
      prefix: 24,
    });

    await call('PUT', `${vm}/config`, {
      cores: 8,
      description: 'seen at once',
    });
    expect(
      (await call('GET', `${vm}/config`, { current: 1 })).data,
    ).toMatchObject({ cores: 4, description: 'seen at once' });
    expect((await call('GET', `${vm}/pending`)).data).toContainEqual({
      key: 'cores',
      value: 4,
      pending: 8,
    });
    expect(await ended(await call('POST', `${vm}/status/reboot`))).toBe('OK');
    expect((await call('GET', `${vm}/status/current`)).data).toMatchObject({
      cpus: 8,
      status: 'running',
      vmid: 500,
    });

    expect(await call('DELETE', vm)).toMatchObject({
      status: 500,
      message: 'VM 500 is running - destroy failed\n',
    });
    expect(await ended(await call('POST', `${vm}/status/stop`))).toBe('OK');
    expect(await ended(await call('DELETE', `${vm}/`, { purge: 1 }))).toBe(
      'OK',
    );
    expect(await call('GET', `${vm}/config`)).toMatchObject({
      status: 500,
      reason: `Configuration file 'nodes/pve2/qemu-server/500.conf' does not exist`,
    });
  });

  it('is asked by its agent for name, system, disks and files, each with its right', async () => {
    await ended(await cloneTo(500));
    const vm = '/nodes/pve1/qemu/500';
    const ask = (what: string, fields?: Fields, as?: string) =>
      call('GET', `${vm}/agent/${what}`, fields, as);
    const file = { file: '/etc/hostname' };
    expect(await ask('file-read', file)).toMatchObject({
      status: 500,
      message: 'VM 500 is not running\n',
    });
    await ended(await call('POST', `${vm}/status/start`));
    expect((await ask('get-host-name')).data.result).toEqual({
      'host-name': 'web-1',
    });
    expect((await ask('get-osinfo')).data.result).toMatchObject({
      id: 'debian',
      'version-id': '12',
      'kernel-release': expect.any(String),
    });
    const [disk] = (await ask('get-fsinfo')).data.result;
    expect(disk).toMatchObject({ mountpoint: '/', type: 'ext4' });
    expect(disk['total-bytes']).toBeGreaterThan(disk['used-bytes']);
    expect((await ask('file-read', file)).data).toEqual({ content: 'web-1\n' });
    expect((await ask('file-read', { ...file, count: 3 })).data).toEqual({
      content: 'web',
      truncated: 1,
    });
    expect((await ask('file-read', { ...file, decode: 0 })).data).toEqual({
      content: Buffer.from('web-1\n').toString('base64'),
    });
    expect(await ask('file-read', { file: '/none' })).toMatchObject({
      status: 500,
      message: `Agent error: failed to open file '/none' (mode: 'r'): No such file or directory\n`,
    });
    expect(await ask('file-read')).toMatchObject({ status: 400 });
    expect(await ask('file-read', file, 'read')).toMatchObject({
      status: 403,
      message:
        'Permission check failed (/vms/500, VM.GuestAgent.FileRead|VM.GuestAgent.Unrestricted)\n',
    });
    cluster.proxmox.setFault?.('agent-silent', { vmid: 500 });
    expect(await ask('get-fsinfo')).toMatchObject({
      status: 500,
      message: 'QEMU guest agent is not running\n',
    });
    cluster.proxmox.clearFaults?.();
    await call('PUT', `${vm}/config`, { agent: 0 });
    await ended(await call('POST', `${vm}/status/reboot`));
    expect(await ask('file-read', file)).toMatchObject({
      status: 500,
      message: 'No QEMU guest agent configured\n',
    });
  });

  it('has what its cloud-init did not leave undone, and an agent where none is missing', async () => {
    await ended(await cloneTo(500));
    const vm = '/nodes/pve1/qemu/500';
    await call('PUT', `${vm}/config`, {
      net0: 'model=virtio,bridge=vmbr0,tag=30',
      ipconfig0: 'ip=10.30.0.9/24,gw=10.30.0.1',
    });
    const ask = async (what: string) =>
      (await call('GET', `${vm}/agent/${what}`)).data?.result;
    /** Host name, address and bytes of the disk as the agent tells them, after it was switched off and on. */
    async function told() {
      await ended(await call('POST', `${vm}/status/stop`));
      await ended(await call('POST', `${vm}/status/start`));
      const cards = await ask('network-get-interfaces');
      const [disk] = (await ask('get-fsinfo')) ?? [];
      return [
        (await ask('get-host-name'))?.['host-name'],
        cards?.[1]['ip-addresses'][0]['ip-address'],
        disk?.['total-bytes-privileged'],
      ];
    }
    const right = await told();
    expect(right.slice(0, 2)).toEqual(['web-1', '10.30.0.9']);
    for (const what of ['hostname', 'address', 'disk', 'user']) {
      cluster.proxmox.setFault?.('cloud-init-ignores', { what, vmid: 500 });
    }
    const wrong = await told();
    expect(wrong[0]).toBe('localhost');
    expect(wrong[1]).toMatch(/^10\.30\.0\.2\d\d$/);
    expect(wrong[2]).toBeLessThan(right[2]);
    expect(await call('GET', `${vm}/status/current`)).toMatchObject({
      data: { status: 'running' },
    });
    cluster.proxmox.clearFaults?.();
    expect(await told()).toEqual(right);

    await cluster.proxmox.setFault?.('freezes', {});
    expect(await ask('get-host-name')).toBeUndefined();
    await cluster.proxmox.clearFaults?.();
    expect(await ask('get-host-name')).toBeDefined();
    cluster.proxmox.setFault?.('no-agent', { vmid: 500 });
    expect(await told()).toEqual([undefined, undefined, undefined]);
    cluster.proxmox.clearFaults?.();
    expect(await told()).toEqual(right);
  });

  it('is locked while it is made, and its source cannot be cloned meanwhile', async () => {
    await cluster.times({ factor: 1, lockTimeoutMs: 50 });
    const first = await cloneTo(500);
    expect(
      (await call('GET', '/nodes/pve1/qemu/500/status/current')).data.lock,
    ).toBe('clone');
    expect(
      await call('PUT', '/nodes/pve1/qemu/500/config', { cores: 2 }),
    ).toMatchObject({ message: 'VM is locked (clone)\n' });
    expect(await cloneTo(501)).toMatchObject({
      status: 500,
      message: `can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout\n`,
    });
    expect(await cloneTo(500)).toMatchObject({ status: 500 });
    await call('DELETE', `/nodes/pve1/tasks/${encodeURIComponent(first.data)}`);
    expect(await ended(first)).toBe('received interrupt');
    expect((await call('GET', '/cluster/nextid', { vmid: 500 })).data).toBe(
      '500',
    );
  });

  it('keeps its disks with its template when it is a linked clone', async () => {
    const linked = await call('POST', `${template}/clone`, {
      newid: 500,
      storage: 'vmdata',
    });
    expect(linked).toMatchObject({
      status: 400,
      errors: { storage: expect.stringContaining('linked') },
    });
    expect(
      await ended(await call('POST', `${template}/clone`, { newid: 500 })),
    ).toBe('OK');
    const { data } = await call('GET', '/nodes/pve1/qemu/500/config');
    expect(data.scsi0).toContain('vmdata:base-9000-disk-0/vm-500-disk-0');
    expect(await ended(await call('DELETE', template))).toContain(
      'still in use',
    );
  });

  it('can be imported, snapshotted and made a template', async () => {
    const create = await call('POST', '/nodes/pve3/qemu', {
      vmid: 500,
      name: 'made',
      scsi0:
        'file=vmdata:0,import-from=local:import/debian-12-generic-amd64.qcow2',
    });
    expect(await ended(create)).toBe('OK');
    const vm = '/nodes/pve3/qemu/500';
    expect(
      await ended(
        await call('POST', `${vm}/snapshot`, { snapname: 'before' }, 'root'),
      ),
    ).toBe('OK');
    await call('PUT', `${vm}/config`, { cores: 3 });
    expect(
      await ended(
        await call('POST', `${vm}/snapshot/before/rollback`, {}, 'root'),
      ),
    ).toBe('OK');
    const { data } = await call('GET', `${vm}/config`);
    expect([data.cores, data.scsi0]).toEqual([
      undefined,
      'vmdata:vm-500-disk-0,size=3G',
    ]);
    expect(
      await ended(
        await call('DELETE', `${vm}/snapshot/before`, undefined, 'root'),
      ),
    ).toBe('OK');
    expect(await ended(await call('POST', `${vm}/template`))).toBe('OK');
    expect(await call('POST', `${vm}/status/start`)).toMatchObject({
      status: 500,
    });
  });
});

describe('a container', () => {
  const fields = {
    vmid: 600,
    hostname: 'box-1',
    ostemplate: 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst',
    rootfs: 'volume=vmdata:8',
    memory: 1024,
    net0: 'name=eth0,bridge=vmbr0,ip=dhcp,tag=40',
    start: 1,
    unprivileged: 1,
    'ssh-public-keys': 'ssh-ed25519 AAAA me@here',
  };

  it('is created from a template, started, cloned and destroyed', async () => {
    expect(await ended(await call('POST', '/nodes/pve1/lxc', fields))).toBe(
      'OK',
    );
    const ct = '/nodes/pve1/lxc/600';
    const { data } = await call('GET', `${ct}/interfaces`);
    expect(data[1]).toMatchObject({
      name: 'eth0',
      inet: expect.stringMatching(/^10\.40\.0\.\d+\/24$/),
    });
    expect(data[1]['ip-addresses'][0]['ip-address-type']).toBe('inet');
    expect((await call('GET', `${ct}/config`)).data).toMatchObject({
      memory: 1024,
      unprivileged: 1,
      rootfs: 'vmdata:vm-600-disk-0,size=8G',
    });
    expect(await call('POST', `${ct}/status/start`)).toMatchObject({
      status: 500,
      message: 'CT 600 already running\n',
    });
    expect(await call('DELETE', ct)).toMatchObject({
      message: 'unable to destroy CT 600 - container is running\n',
    });
    expect(
      await ended(
        await call('POST', `${ct}/status/shutdown`, {
          forceStop: 1,
          timeout: 5,
        }),
      ),
    ).toBe('OK');
    expect((await call('GET', `${ct}/interfaces`)).data).toBeNull();
    expect(
      await ended(
        await call('POST', `${ct}/clone`, {
          newid: 601,
          hostname: 'box-2',
          full: 1,
        }),
      ),
    ).toBe('OK');
    await call('PUT', `${ct}/config`, { protection: 1 });
    expect(await call('DELETE', ct)).toMatchObject({
      message: `can't remove CT 600 - protection mode enabled\n`,
    });
    expect(await ended(await call('DELETE', '/nodes/pve1/lxc/601'))).toBe('OK');
  });

  it('gets nothing that a token may not give', async () => {
    const create = (more: Fields) =>
      call('POST', '/nodes/pve1/lxc', { ...fields, ...more });
    expect(await create({ features: 'nesting=1,keyctl=1' })).toMatchObject({
      status: 403,
      message: expect.stringContaining('root@pam'),
    });
    expect(await create({ unprivileged: 0 })).toMatchObject({
      status: 403,
      message: 'Permission check failed (/, Sys.Modify)\n',
    });
    expect(
      await create({ ostemplate: 'local:vztmpl/none.tar.zst' }),
    ).toMatchObject({
      status: 500,
      message: expect.stringContaining('does not exist'),
    });
    expect(await create({ rootfs: 'local:8' })).toMatchObject({
      message: `storage 'local' does not support container directories\n`,
    });
  });
});
