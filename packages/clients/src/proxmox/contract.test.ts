import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startServer } from '../__testUtils__/server';
import { createProxmoxClient } from './ProxmoxClient';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file = folder && join(folder, 'proxmox', 'pve-api-9.1.json');

interface Method {
  parameters?: { properties?: Record<string, unknown> };
}
type Paths = Record<string, Record<string, Method>>;

interface AskedCall {
  method: string;
  url: URL;
  /** Parameters of the query and of the body. */
  names: string[];
}

/** Makes every call of the client once and notes what it asked for. */
async function callsOfClient(): Promise<AskedCall[]> {
  const calls: AskedCall[] = [];
  const server = await startServer(async (request, response) => {
    const url = new URL(`${request.url}`, 'http://pve');
    const call = { method: `${request.method}`, url, names: [''] };
    calls.push(call);
    const form = new URLSearchParams(await text(request));
    call.names = [...url.searchParams.keys(), ...form.keys()];
    response.writeHead(501).end();
  });
  const api = createProxmoxClient({
    url: server.url,
    tokenId: 'a@pve!b',
    tokenSecret: 'c',
  });
  const guests = (['vm', 'lxc'] as const).flatMap(kind => {
    const at = ['pve1', kind, 100] as const;
    return [
      () => api.guestConfig(...at),
      () => api.guestStatus(...at),
      () => api.guestInterfaces(...at),
      () => api.samples(...at, 'hour'),
      () => api.snapshots(...at),
      () => api.canSnapshot(...at),
      () => api.createSnapshot(...at, { name: 'a1', description: 'why' }),
      () => api.rollbackSnapshot(...at, 'a1', { start: true }),
      () => api.deleteSnapshot(...at, 'a1'),
      () => api.pendingChanges(...at),
      () => api.growDisk(...at, 'scsi0', 20),
      () => api.power(...at, 'shutdown', { timeoutSeconds: 60 }),
      ...(['start', 'shutdown', 'stop', 'reboot'] as const).map(
        action => () => api.power(...at, action),
      ),
      () => api.deleteGuest(...at),
      () => api.createGuest(...at, { description: 'why', tags: 'nante' }),
      () => api.setGuestOptions(...at, { delete: 'nameserver' }),
      () => api.convertToTemplate(...at),
    ];
  });
  const all: (() => Promise<unknown>)[] = [
    () => api.version(),
    () => api.resources(),
    () => api.clusterStatus(),
    () => api.permissions(),
    () => api.isIdFree(100),
    () => api.guestFile('pve1', 100, '/etc/hostname'),
    () => api.storageContent('pve1', 'local', 'vztmpl'),
    () => api.setContainerMemory('pve1', 100, 1024),
    () => api.waitForTask('UPID:pve1:0000189C:109708B2C:6B04E883:x:1:a@pve!b:'),
    () =>
      api.downloadFile('pve1', 'local', {
        url: 'https://images.example/a.qcow2',
        name: 'a.qcow2',
        content: 'import',
        checksum: { algorithm: 'sha256', value: '00' },
      }),
    () => api.appliances('pve1'),
    () => api.downloadAppliance('pve1', 'local', 'debian.tar.zst'),
    ...guests,
  ];
  for (const call of all) await call().catch(() => undefined);
  await server.stop();
  expect(calls).toHaveLength(all.length);
  return calls;
}

if (!file || !existsSync(file)) {
  describe('calls to Proxmox, not compared', () => {
    // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
    it.skip('the schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
  });
} else {
  describe('calls to Proxmox compared with its published schema', () => {
    it('exist in 9.1, with the parameters we send', async () => {
      const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
        paths: Paths;
      };
      const wrong: string[] = [];
      const calls = await callsOfClient();
      for (const { method, url, names } of calls) {
        const asked = url.pathname.replace('/api2/json', '').split('/');
        const path = Object.keys(paths).find(candidate => {
          const parts = candidate.split('/');
          return (
            parts.length === asked.length &&
            parts.every(
              (part, i) => part.startsWith('{') || part === asked[i],
            ) &&
            paths[candidate][method]
          );
        });
        const known = path && paths[path][method].parameters?.properties;
        if (!path) wrong.push(`${method} ${url.pathname}`);
        for (const name of names) {
          if (!known || !(name in known))
            wrong.push(`${method} ${path}: ${name}`);
        }
      }
      process.stdout.write(
        `calls: ${calls.length} compared, answers left out\n`,
      );
      expect(wrong).toEqual([]);
    });
  });
}
