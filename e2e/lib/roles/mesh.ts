import assert from 'node:assert/strict';
import { until } from '../until';
import type { AskedRole, RoleGuest, RoleLab } from './lab';

/** Labels that every sample and log line of the guests has. */
const labels = { app: 'shop', environment: 'dev' };
const tag = 'tag:nante';

/** The pretended tailnet and the pretended OpenObserve, as hosts, their owner and an onlooker use them. */
export class Mesh {
  readonly #lab: RoleLab;

  constructor(lab: RoleLab) {
    this.#lab = lab;
  }

  /** Where vendors' packages of pretence lie, as guests reach it. */
  get packages(): { uri: string; key: string } {
    const uri = this.#system('packages').guestUrl!;
    return { uri, key: `${uri}/key.asc` };
  }

  /** base_setup with everything; the container's firewall lets opened ports answer on the LAN as well. */
  role(host: RoleGuest): AskedRole {
    const { uri, key } = this.packages;
    return {
      name: 'base_setup',
      arguments: {
        base_setup_timezone: 'Europe/Zurich',
        base_setup_tailscale: true,
        base_setup_tailscale_login_server: this.#system('tailscale').guestUrl,
        base_setup_tailscale_tags: [tag],
        base_setup_tailscale_apt_uri: uri,
        base_setup_tailscale_apt_key_url: key,
        base_setup_firewall_mesh_only: meshOnly(host),
        base_setup_alloy: true,
        base_setup_alloy_labels: { ...labels, host: host.name },
        base_setup_alloy_scrape_seconds: 5,
        base_setup_alloy_apt_uri: uri,
        base_setup_alloy_apt_key_url: key,
        base_setup_openobserve_url: this.#system('openobserve').guestUrl,
      },
    };
  }

  /** A fresh key for one use, and the environment of a play with it and the credentials of OpenObserve. */
  async secrets(): Promise<{ key: string; env: Record<string, string> }> {
    const { url, apiKey } = this.#system('tailscale');
    const response = await fetch(`${url}/api/v2/tailnet/-/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({
        expirySeconds: 600,
        capabilities: {
          devices: {
            create: { reusable: false, preauthorized: true, tags: [tag] },
          },
        },
      }),
    });
    const { key } = (await response.json()) as { key?: string };
    assert.ok(key, `a key of the tailnet (${response.status})`);
    return { key, env: { TS_AUTHKEY: key, ...this.credentials } };
  }

  /** Of OpenObserve, as Ansible's environment has them. */
  get credentials(): Record<string, string> {
    const { username, password } = this.#system('openobserve');
    return { OO_USER: String(username), OO_PASS: String(password) };
  }

  /** Its address in the mesh. */
  address(host: RoleGuest): Promise<string> {
    return this.#lab.root(host, 'tailscale ip -4');
  }

  /**
   * What a member of the mesh reads from another.
   *
   * @returns undefined when nothing answers
   */
  async read(
    from: RoleGuest,
    to: RoleGuest,
    port: number,
  ): Promise<string | undefined> {
    const url = `http://${await this.address(to)}:${port}/`;
    const script = [
      'import urllib.request as u',
      `q = u.Request("${url}", headers={"Host": "shop.example.test"})`,
      'print(u.urlopen(q, timeout=3).read().decode())',
    ].join('\n');
    const { code, output } = await this.#lab.run(
      from,
      `python3 -c '${script}'`,
    );
    return code === 0 ? output : undefined;
  }

  /** Waits until a member of the mesh reads that from another. */
  async assertReads(
    from: RoleGuest,
    to: RoleGuest,
    port: number,
    text: string,
  ): Promise<void> {
    await until(
      `port ${port} of ${to.name} in the mesh`,
      async () => (await this.read(from, to, port))?.trim() === text.trim(),
      30_000,
    );
  }

  /** When the last metric of a host since then was taken, in milliseconds since 1970; undefined when there is none. */
  async lastSample(host: RoleGuest, since: number) {
    const [hit] = await this.#search(
      'metrics',
      `SELECT * FROM "up" WHERE host = '${host.name}' ORDER BY _timestamp DESC`,
      since,
    );
    if (!hit) return undefined;
    for (const [name, value] of Object.entries(labels))
      assert.equal(hit[name], value, `label ${name}`);
    return Number(hit._timestamp) / 1000;
  }

  /** The last line of a log stream of a host that has these words; undefined when there is none. */
  async logLine(stream: string, host: RoleGuest, words: string, since: number) {
    const hits = await this.#search(
      'logs',
      `SELECT * FROM "${stream}" WHERE host = '${host.name}' ORDER BY _timestamp DESC`,
      since,
    );
    return hits.find(hit => JSON.stringify(hit).includes(words));
  }

  async #search(
    type: 'logs' | 'metrics',
    sql: string,
    since: number,
  ): Promise<Record<string, unknown>[]> {
    const { url, username, password } = this.#system('openobserve');
    const response = await fetch(`${url}/api/default/_search?type=${type}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        query: {
          sql,
          start_time: since * 1000,
          end_time: (Date.now() + 60_000) * 1000,
          size: 1000,
        },
      }),
    });
    // A stream that nothing was sent to yet is not there.
    if (!response.ok) return [];
    const { hits } = (await response.json()) as {
      hits: Record<string, unknown>[];
    };
    return hits;
  }

  #system(name: 'tailscale' | 'openobserve' | 'packages') {
    const system = this.#lab.endpoints[name];
    if (!system?.guestUrl)
      throw new Error(`This sandbox has no ${name} that guests reach.`);
    return system;
  }
}

/** Both ways of the firewall are tried, one on each guest. */
export function meshOnly({ kind }: RoleGuest): boolean {
  return kind === 'vm';
}
