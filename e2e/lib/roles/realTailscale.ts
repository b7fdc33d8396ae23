import assert from 'node:assert/strict';
import type { PlayResult } from '../playbook';
import { part, say, type Figures } from '../report';
import { until } from '../until';
import {
  read,
  RoleLab,
  succeeded,
  type AskedRole,
  type RoleGuest,
} from './lab';
import { messageOf } from './refusals';
import { tags, TailscalePrograms } from './tailscalePrograms';
import { page } from './web';

/** Of every machine. */
const [tag] = tags;
/** How many machines join, each by a key of its own. */
const keyCount = 4;

/** What answers in the mesh: the page also under other names, for Tailscale's HTTP proxy asks by the address. */
const site: AskedRole = {
  name: 'nginx',
  arguments: {
    nginx_sites: [{ name: 'shop', server_names: ['shop.example.test'], page }],
    nginx_default_page: page,
  },
};

/** What `tailscale status --json` says of the machine itself. */
interface Status {
  BackendState: string;
  TUN: boolean;
  TailscaleIPs: string[];
  Health: string[] | null;
  Self: { ID: string; HostName: string; Online: boolean; Tags?: string[] };
}

/** Applies base_setup to hosts of a mesh of the real programs. */
class RealMesh {
  constructor(
    readonly lab: RoleLab,
    readonly control: { url: string; keys: string[] },
  ) {}

  /** One play. @param more - arguments of base_setup */
  play(
    host: RoleGuest,
    key?: string,
    more: Record<string, unknown> = {},
  ): Promise<PlayResult> {
    const uri = this.lab.endpoints.packages!.guestUrl;
    const base = {
      base_setup_tailscale: true,
      base_setup_tailscale_login_server: this.control.url,
      base_setup_tailscale_tags: [tag],
      base_setup_tailscale_apt_uri: uri,
      base_setup_tailscale_apt_key_url: `${uri}/key.asc`,
      ...more,
    };
    return this.lab.site(host, [{ name: 'base_setup', arguments: base }], {
      env: key ? { TS_AUTHKEY: key } : {},
    });
  }

  /** A play that changes something, and one right after it without a key that does not. */
  async settles(
    host: RoleGuest,
    key?: string,
    more: Record<string, unknown> = {},
  ): Promise<Status> {
    const first = succeeded(await this.play(host, key, more));
    assert.ok(first.changed > 0, first.output.slice(-6000));
    if (key) assert.ok(!first.output.includes(key), 'the key is in no output');
    const again = succeeded(await this.play(host, undefined, more));
    assert.equal(again.changed, 0, again.output.slice(-6000));
    say(`  ${first.seconds} s and ${again.seconds} s`);
    return this.status(host);
  }

  /** A play that the role refuses. @returns what it says */
  async refused(
    host: RoleGuest,
    key?: string,
    more: Record<string, unknown> = {},
  ): Promise<string> {
    const result = await this.play(host, key, more);
    assert.notEqual(result.code, 0, result.output.slice(-3000));
    if (key) assert.ok(!result.output.includes(key), 'the key is in no output');
    const { code } = await this.lab.run(host, 'true');
    assert.equal(code, 0, 'SSH answers');
    const left = await this.lab.root(host, 'ls /run');
    assert.doesNotMatch(left, /tailscale.key/, 'the key is left nowhere');
    return messageOf(result);
  }

  async status(host: RoleGuest): Promise<Status> {
    return JSON.parse(
      await this.lab.root(host, 'tailscale status --json --peers=false'),
    );
  }

  /** The site of `to` answers `from` in the mesh, and nobody on the LAN. @param proxy - that `from` asks through */
  async reaches(from: RoleGuest, to: RoleGuest, proxy?: string) {
    const [address] = (await this.status(to)).TailscaleIPs;
    const script = [
      'import urllib.request as u',
      `o = u.build_opener(u.ProxyHandler(${proxy ? `{"http": "${proxy}"}` : '{}'}))`,
      `q = u.Request("http://${address}/", headers={"Host": "shop.example.test"})`,
      'print(o.open(q, timeout=3).read().decode())',
    ].join('\n');
    await until(
      `the site of ${to.name} in the mesh`,
      async () => {
        const found = await this.lab.run(from, `python3 -c '${script}'`);
        return found.code === 0 && found.output.trim() === page.trim();
      },
      30_000,
    );
    await assert.rejects(read(to, 80), /no answer/);
  }
}

function assertRuns(status: Status, expected: { name: string; tun: boolean }) {
  assert.equal(status.BackendState, 'Running');
  assert.equal(status.Self.HostName, expected.name);
  assert.equal(status.TUN, expected.tun);
  assert.deepEqual(status.Self.Tags, [tag]);
}

const userspace = { base_setup_tailscale_mode: 'userspace' };
const proxy = 'http://localhost:1055';

/** base_setup with the real tailscale and tailscaled instead of the stand-in, on a virtual machine and a container. */
export async function realTailscale(
  folder: string,
  undo: (() => unknown)[],
): Promise<Figures> {
  const programs = new TailscalePrograms(folder);
  const version = await programs.version();
  say(`  tailscale ${version}`);
  const lab = await RoleLab.open(undo, {
    systems: ['proxmox', 'packages'],
    packages: programs.packages(undo, version),
  });
  const { guestUrl } = lab.endpoints.packages!;
  // Built when somebody first asks.
  await part('The package', () => fetch(`${guestUrl}/key.asc`));
  // Not at the address of the stand-ins: where plain HTTP leads to an address that is not private, tailscaled soon insists on TLS.
  const control = await programs.startControl(lab.gateway, keyCount, undo);
  const mesh = new RealMesh(lab, control);
  const [machine, container] = lab.guests;
  const [first, second, third, fourth] = control.keys;
  const reads: Record<string, string> = {};

  await part(`${machine.name} joins by a device`, async () => {
    const status = await mesh.settles(machine, first);
    assertRuns(status, { name: machine.name, tun: true });
  });
  await part(`${container.name}: keys that do not let it in`, async () => {
    reads['no key'] = await mesh.refused(container);
    assert.match(reads['no key'], /Nothing was changed: .* no key to join/);
    reads['a used key'] = await mesh.refused(container, first);
    assert.match(reads['a used key'], /The key was refused/);
    const more = { base_setup_tailscale_tags: ['tag:other'] };
    reads['a strange tag'] = await mesh.refused(container, second, more);
    assert.match(reads['a strange tag'], /may not give the tags tag:other/);
  });
  await part(`${container.name} joins in userspace`, async () => {
    const status = await mesh.settles(container, second, userspace);
    assertRuns(status, { name: container.name, tun: false });
  });
  await part('Sites answer in the mesh, and not on the LAN', async () => {
    for (const host of lab.guests) succeeded(await lab.site(host, [site]));
    await mesh.reaches(machine, container);
    await mesh.reaches(container, machine, proxy);
  });
  const { Self: before } = await mesh.status(machine);
  const renamed = {
    base_setup_tailscale_hostname: 'shop-1',
    base_setup_tailscale_accept_dns: false,
  };
  await part(`${machine.name}: other settings without a key`, async () => {
    const status = await mesh.settles(machine, undefined, renamed);
    assertRuns(status, { name: 'shop-1', tun: true });
    assert.equal(status.Self.ID, before.ID, 'the same machine');
  });
  await part(`${container.name}: with a device from now on`, async () => {
    const status = await mesh.settles(container);
    assertRuns(status, { name: container.name, tun: true });
    await mesh.reaches(container, machine);
  });
  await part('After a restart', async () => {
    for (const host of lab.guests) await lab.restart(host);
    await mesh.reaches(machine, container);
    await mesh.reaches(container, machine);
    const again = succeeded(await mesh.play(machine, undefined, renamed));
    assert.equal(again.changed, 0, again.output.slice(-6000));
    assert.equal((await mesh.status(machine)).Self.ID, before.ID);
  });
  await part(`${container.name}: out, and in again`, async () => {
    await lab.root(container, 'tailscale logout');
    const state = (await mesh.status(container)).BackendState;
    assert.equal(state, 'NeedsLogin');
    reads['no key after a logout'] = await mesh.refused(container);
    const status = await mesh.settles(container, third);
    assertRuns(status, { name: container.name, tun: true });
  });
  await part(`${machine.name}: another tag`, async () => {
    const more = { base_setup_tailscale_tags: tags };
    reads['a tag without a key'] = await mesh.refused(machine, undefined, more);
    assert.match(reads['a tag without a key'], /without tag:web/);
    await mesh.refused(machine, first, more);
    assert.equal((await mesh.status(machine)).Self.Online, true);
    await mesh.reaches(container, machine);
    const { Self } = await mesh.settles(machine, fourth, more);
    assert.deepEqual(Self.Tags, tags);
  });
  return { tailscale: version, reads };
}
