import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bootContainer,
  createLabKey,
  labSkipped,
  labTitle,
  serveToGuests,
} from '../../guests/__testUtils__/lab';
import { run } from '../../guests/nspawn/command';
import { createNspawnDriver } from '../../guests/nspawn/driver';
import { listensOn, machineAddress } from '../../guests/nspawn/machineAddress';
import type { SystemServer } from '../../hosting/systemServer';
import { createPackages } from '.';

// A VLAN that a sandbox on the same machine does not use.
const vlan = 1142;
const dataDir = mkdtempSync(join(tmpdir(), 'packages-'));
const inLab = labSkipped ? describe.skip : describe;

jest.setTimeout(120_000);

inLab(labTitle('packages for guests'), () => {
  const guests = createNspawnDriver({ dataDir, log() {} });
  let server: SystemServer | undefined;

  afterAll(async () => {
    await server?.stop();
    await guests.clean();
    rmSync(dataDir, { recursive: true });
  });

  it('reach a guest by an address of this machine, and apt in it trusts them', async () => {
    const key = await createLabKey(dataDir);
    await guests.prepare(() => {});
    const standIn = await createPackages({ dataDir, seed: 1, log() {} });
    server = await serveToGuests(standIn, guests);
    const url = server.guestUrl!;
    expect(url).toBe(server.url.replace('127.0.0.1', machineAddress));
    expect((await fetch(`${url}/key.asc`)).status).toBe(200);

    const address = await bootContainer(guests, {
      ...{ vmid: 142, hostname: 'packages', vlan },
      mac: 'BC:24:11:00:11:42',
      publicKey: key.publicKey,
    });
    const script = [
      'from urllib.request import urlopen as get',
      `open("/etc/apt/keyrings/s.asc","wb").write(get("${url}/key.asc").read())`,
      `open("/etc/apt/sources.list","w").write("deb [signed-by=/etc/apt/keyrings/s.asc] ${url} bookworm main")`,
    ].join(';');
    const output = await key.ssh(
      `root@${address}`,
      `mkdir -p /etc/apt/keyrings && rm -f /etc/apt/sources.list.d/* && python3 -c '${script}' && apt-get update 2>&1`,
    );
    expect(output).toContain(`${url} bookworm InRelease`);
    expect(output).not.toMatch(/^[WE]:/m);
  });

  it('stop being reachable there only when nobody serves them any more', async () => {
    await guests.close();
    const addresses = () => run('ip', ['-4', 'address', 'show', 'dev', 'lo']);
    await expect(addresses()).resolves.toContain(machineAddress);
    await server?.stop();
    await guests.close();
    // Where another sandbox with guests runs here, it stays.
    const shared = listensOn(
      machineAddress,
      await run('cat', ['/proc/net/tcp']),
    );
    expect((await addresses()).includes(machineAddress)).toBe(shared);
  });
});
