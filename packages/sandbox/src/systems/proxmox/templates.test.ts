import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestCluster, type Fields, type Json } from './testing';

let cluster: TestCluster;
const call = (...parameters: Parameters<TestCluster['call']>) =>
  cluster.call(...parameters);

/** A disk of 3 GiB as the header of a qcow2 says it. */
const image = Buffer.alloc(512);
image.writeUInt32BE(0x514649fb, 0);
image.writeBigUInt64BE(3n * 1024n ** 3n, 24);
const server = createServer((request, response) =>
  request.url === '/debian.qcow2'
    ? response.end(image)
    : response.writeHead(404, 'Not Found').end(),
);
let url: string;

beforeAll(async () => {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.remove());

const download = (more: Fields = {}) =>
  call('POST', '/nodes/pve1/storage/local/download-url', {
    content: 'import',
    filename: 'debian.qcow2',
    url: `${url}/debian.qcow2`,
    ...more,
  });

/** A call of root's with a ticket, as a browser makes it. */
async function asRoot(
  { ticket, CSRFPreventionToken }: Json,
  path: string,
  fields: Fields,
  csrf: string = CSRFPreventionToken,
) {
  const answer = await cluster.proxmox.fetch(
    new Request(`https://pve/api2/json${path}`, {
      method: 'PUT',
      headers: {
        cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`,
        CSRFPreventionToken: csrf,
      },
      body: new URLSearchParams(
        Object.entries(fields).map(([key, value]) => [key, String(value)]),
      ),
    }),
  );
  return answer.status;
}

describe('what templates are made from', () => {
  it('is downloaded with its checksum, once, and becomes the disk of a machine', async () => {
    const wrong = await download({
      checksum: '00',
      'checksum-algorithm': 'sha256',
    });
    expect(await cluster.ended(wrong)).toMatch(/checksum mismatch/);
    expect(
      await cluster.ended(await download({ url: `${url}/none.qcow2` })),
    ).toMatch(/404/);
    const right = await download({
      checksum: createHash('sha256').update(image).digest('hex'),
      'checksum-algorithm': 'sha256',
    });
    expect(await cluster.ended(right)).toBe('OK');
    expect((await download()).message).toContain('refusing to override');
    const made = await call('POST', '/nodes/pve1/qemu', {
      vmid: 700,
      name: 'template',
      scsi0: 'vmdata:0,import-from=local:import/debian.qcow2',
      ide2: 'vmdata:cloudinit',
      serial0: 'socket',
    });
    expect(await cluster.ended(made)).toBe('OK');
    const { data } = await call('GET', '/nodes/pve1/qemu/700/config');
    expect(data.scsi0).toContain('size=3G');
    const refused = await call('POST', '/nodes/pve1/aplinfo', {
      storage: 'local',
      template: 'none.tar.zst',
    });
    expect(refused.errors).toEqual({ template: 'no such template' });
    const { data: offered } = await call('GET', '/nodes/pve1/aplinfo');
    const fetched = await call('POST', '/nodes/pve1/aplinfo', {
      storage: 'local',
      template: offered[1].template,
    });
    expect(await cluster.ended(fetched)).toBe('OK');
    await cluster.proxmox.setFault?.('missing-privilege', {
      privilege: 'Sys.AccessNetwork',
    });
    expect((await download({ filename: 'b.qcow2' })).status).toBe(403);
  });

  it('gets a device only from root with a password, and keeps it in every clone', async () => {
    const made = await call('POST', '/nodes/pve1/lxc', {
      vmid: 701,
      ostemplate: 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst',
      storage: 'vmdata',
    });
    expect(await cluster.ended(made)).toBe('OK');
    const path = '/nodes/pve1/lxc/701';
    const device = { dev0: '/dev/net/tun' };
    for (const token of ['provision', 'root'])
      expect(
        (await call('PUT', `${path}/config`, device, token)).message,
      ).toContain('only root@pam');
    const signIn = (password: string) =>
      call('POST', '/access/ticket', { username: 'root@pam', password }, '');
    expect((await signIn('guessed')).status).toBe(401);
    const { rootPassword } = cluster.proxmox.credentials;
    const { data: ticket } = await signIn(String(rootPassword));
    expect(await asRoot(ticket, `${path}/config`, device, 'x')).toBe(401);
    expect(await asRoot(ticket, `${path}/config`, device)).toBe(200);
    expect(await call('POST', `${path}/template`, {})).toMatchObject({
      status: 200,
      data: null,
    });
    const clone = await call('POST', `${path}/clone`, { newid: 702 });
    expect(await cluster.ended(clone)).toBe('OK');
    expect(
      (await call('GET', '/nodes/pve1/lxc/702/config')).data,
    ).toMatchObject(device);
  });
});
