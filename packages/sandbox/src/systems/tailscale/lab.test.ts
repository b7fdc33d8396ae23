import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bootContainer,
  createLabKey,
  eventually,
  labSkipped,
  labTitle,
  serveToGuests,
  type LabKey,
} from '../../guests/__testUtils__/lab';
import { run } from '../../guests/nspawn/command';
import { foldersOf } from '../../guests/nspawn/disk';
import { createNspawnDriver } from '../../guests/nspawn/driver';
import type { SystemServer } from '../../hosting/systemServer';
import type { StandIn } from '../../standIn';
import { createPackages } from '../packages';
import { createTailscale } from '.';

// A VLAN that a sandbox on the same machine does not use.
const vlan = 1143;
const dataDir = mkdtempSync(join(tmpdir(), 'tailscale-'));
const inLab = labSkipped ? describe.skip : describe;

jest.setTimeout(150_000);

inLab(labTitle('a mesh of guests'), () => {
  const guests = createNspawnDriver({ dataDir, log() {} });
  const servers: SystemServer[] = [];
  let key: LabKey;

  afterAll(async () => {
    await Promise.all(servers.map(server => server.stop()));
    await guests.clean();
    rmSync(dataDir, { recursive: true });
  });

  /** The address at which guests reach it. */
  async function serve(standIn: StandIn): Promise<string> {
    const server = await serveToGuests(standIn, guests);
    servers.push(server);
    return server.guestUrl!;
  }

  /** Boots a guest and gives a way to run commands as root in it. */
  async function boot(vmid: number, hostname: string) {
    const address = await bootContainer(guests, {
      ...{ vmid, hostname, vlan },
      mac: `BC:24:11:00:11:${vmid % 100}`,
      publicKey: key.publicKey,
    });
    return (command: string) => key.ssh(`root@${address}`, command);
  }

  it('reach each other by mesh address and name, also where a firewall lets nobody in', async () => {
    key = await createLabKey(dataDir);
    await guests.prepare(() => {});
    const parts = { seed: 1, log() {} };
    const packages = await serve(
      await createPackages({ dataDir: join(dataDir, 'packages'), ...parts }),
    );
    const tailscale = await createTailscale({
      dataDir: join(dataDir, 'tailscale'),
      ...parts,
    });
    const server = await serve(tailscale);
    const { key: secret } = await (
      await fetch(`${server}/api/v2/tailnet/-/keys`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tailscale.credentials.apiKey}` },
        body: JSON.stringify({
          capabilities: {
            devices: {
              create: {
                reusable: true,
                preauthorized: true,
                tags: ['tag:nante'],
              },
            },
          },
        }),
      })
    ).json();

    const install = [
      'from urllib.request import urlopen as get',
      `open("/etc/apt/keyrings/s.asc","wb").write(get("${packages}/key.asc").read())`,
      `open("/etc/apt/sources.list","w").write("deb [signed-by=/etc/apt/keyrings/s.asc] ${packages} bookworm main")`,
      `open("/root/key","w").write("${secret}")`,
    ].join(';');
    const [web, db] = await Promise.all([
      boot(143, 'web-1'),
      boot(144, 'db-1'),
    ]);
    await Promise.all(
      [web, db].map(async guest => {
        await guest(
          `mkdir -p /etc/apt/keyrings && rm -f /etc/apt/sources.list.d/* && python3 -c '${install}' && apt-get -qq update && apt-get -qq install tailscale >/dev/null 2>&1`,
        );
        await guest(
          `tailscale up --auth-key=file:/root/key --login-server=${server} --timeout=20s`,
        );
      }),
    );
    const status = JSON.parse(await db('tailscale status --json'));
    expect(status).toMatchObject({
      BackendState: 'Running',
      TUN: true,
      Health: [],
    });
    const address = await db('tailscale ip -4');

    // As a role closes a host: only answers come in, and what comes by the mesh. From outside, for the guest has no nft.
    const rules = join(dataDir, 'rules');
    writeFileSync(
      rules,
      `table inet closed {
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname { "lo", "tailscale0" } accept
    tcp dport 22 accept
  }
}
`,
    );
    const { namespace } = foldersOf(join(dataDir, 'guests'), 144);
    await run('nsenter', [`--net=${namespace}`, 'nft', '-f', rules]);
    await db(
      'systemd-run -q --collect --unit listener python3 -m http.server 8080 --directory /usr/share/doc',
    );
    const get = (to: string) =>
      web(
        `python3 -c 'from urllib.request import urlopen; print(urlopen("http://${to}:8080/", timeout=2).status)'`,
      );
    const lan = (await db('hostname -I')).split(' ')[0];
    await expect(get(lan)).rejects.toThrow('timed out');
    for (const to of [address, 'db-1', `db-1.${status.MagicDNSSuffix}`])
      expect(await eventually(to, () => get(to).catch(() => undefined))).toBe(
        '200',
      );
    expect(await web('tailscale status')).toMatch(
      new RegExp(`${address} +db-1 .*active; direct 10\\..*tx \\d+`),
    );

    // A daemon that begins again is the same machine; one without a device says so.
    await db('systemctl restart tailscaled');
    await eventually('the mesh after a restart', () =>
      get('db-1').catch(() => undefined),
    );
    await db(
      'sed -i s/^FLAGS=.*/FLAGS=--tun=userspace-networking/ /etc/default/tailscaled && systemctl restart tailscaled',
    );
    const userspace = await eventually('state Running', async () => {
      const found = JSON.parse(await db('tailscale status --json'));
      return found.BackendState === 'Running' ? found : undefined;
    });
    expect(userspace).toMatchObject({
      TUN: false,
      Self: { ID: status.Self.ID },
      Health: [expect.stringContaining('no packets are carried')],
    });
    expect(await db('ip -br link')).not.toContain('tailscale0');
    expect(
      await web('apt-get -qq remove tailscale && ls /usr/bin'),
    ).not.toMatch(/^tailscale$/m);
    expect(await web('cat /etc/hosts')).not.toContain('ts.net');
  });
});
