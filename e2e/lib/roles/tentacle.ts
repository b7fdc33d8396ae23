import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { part } from '../report';
import { until } from '../until';
import {
  succeeded,
  type AskedRole,
  type RoleGuest,
  type RoleLab,
  type Twice,
} from './lab';
import type { Refusal } from './refusals';
import type { RolesReport } from './report';

const port = 10_933;
const instance = 'nante';
const environment = 'Development';

/** What the role writes for whoever registers the Tentacle. */
interface Identity {
  instance: string;
  style: string;
  thumbprint: string;
  subscription?: string;
}

/** The pretended Octopus Server, and Tentacles of its sandbox. */
class Tentacles {
  readonly #lab: RoleLab;

  constructor(lab: RoleLab) {
    this.#lab = lab;
  }

  get #octopus() {
    const { octopus } = this.#lab.endpoints;
    assert.ok(octopus, 'the sandbox has Octopus');
    return octopus;
  }

  get key(): string {
    return String(this.#octopus.adminKey);
  }

  role(changes: Record<string, unknown> = {}): AskedRole {
    const uri = this.#lab.endpoints.packages!.guestUrl!;
    const { guestUrl, serverThumbprint, pollingUrl } = this.#octopus;
    return {
      name: 'octopus-tentacle',
      arguments: {
        octopus_tentacle_apt_uri: uri,
        octopus_tentacle_apt_key_url: `${uri}/key.asc`,
        // It has all suites, and apt wants one key for each.
        octopus_tentacle_apt_suite: 'octopus',
        octopus_tentacle_instance: instance,
        octopus_tentacle_server_url: guestUrl,
        octopus_tentacle_server_thumbprint: serverThumbprint,
        octopus_tentacle_polling_url: pollingUrl,
        ...changes,
      },
    };
  }

  /** Itself registered, under the host's name. */
  registering(host: RoleGuest): Record<string, unknown> {
    return {
      octopus_tentacle_register: true,
      octopus_tentacle_public_host: host.address,
      octopus_tentacle_environments: [environment],
      octopus_tentacle_roles: ['web', 'docker'],
      octopus_tentacle_policy: 'Quiet',
    };
  }

  /** The target of a host; undefined when there is none. */
  async target(host: RoleGuest) {
    const response = await fetch(
      `${this.#octopus.url}/api/Spaces-1/machines?name=${host.name}`,
      { headers: { 'X-Octopus-ApiKey': this.key } },
    );
    const { Items } = (await response.json()) as {
      Items: {
        Roles: string[];
        Endpoint: { Uri: string; Thumbprint: string };
      }[];
    };
    return Items.at(0);
  }

  async identity(host: RoleGuest): Promise<Identity> {
    const file = `/etc/octopus/nante/${instance}.json`;
    const mode = await this.#lab.root(host, `stat -c "%a %U" ${file}`);
    assert.equal(mode, '600 root');
    return JSON.parse(await this.#lab.root(host, `cat ${file}`)) as Identity;
  }
}

/** Thumbprint of the certificate at a port. @throws Error when nothing answers */
function thumbprintAt(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host, port, rejectUnauthorized: false, timeout: 3_000 },
      () => {
        const { raw } = socket.getPeerCertificate();
        socket.destroy();
        resolve(new X509Certificate(raw).fingerprint.replaceAll(':', ''));
      },
    );
    socket.on('timeout', () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
  });
}

/**
 * The role on one host: a check run, listening and polling, each twice, registered by itself, and gone again.
 *
 * @param isClosed - a firewall lets other machines reach only what is opened in the mesh
 */
export async function tentacleOn(
  lab: RoleLab,
  host: RoleGuest,
  report: RolesReport,
  isClosed: boolean,
): Promise<void> {
  const octopus = new Tentacles(lab);
  const apply = (
    changes: Record<string, unknown>,
    { flags = [] as string[], env = {} as Record<string, string> } = {},
  ) => lab.site(host, [octopus.role(changes)], { flags, env });
  const twice = (title: string, changes: Record<string, unknown> = {}) =>
    lab.twice(host, title, flags => apply(changes, { flags }));
  const add = (role: string, runs: Twice, ...seen: string[]) =>
    report.add({
      ...{ role, guest: host, runs, seen },
      standIn: 'Tentacle, its repository, Octopus: stand-ins',
    });

  await part(`${host.name}: a check run of octopus-tentacle`, async () => {
    const check = succeeded(await apply({}, { flags: ['--check', '--diff'] }));
    assert.ok(check.changed > 1, 'it says that something would be done');
    await lab.root(host, '! test -e /opt/octopus && ! test -e /etc/octopus');
  });

  const listening = await twice('octopus-tentacle');
  const first = await octopus.identity(host);
  await part(`${host.name}: it listens with its certificate`, async () => {
    assert.equal(first.style, 'listening');
    if (isClosed) await assert.rejects(thumbprintAt(host.address));
    else assert.equal(await thumbprintAt(host.address), first.thumbprint);
    const inside = await lab.root(
      host,
      `openssl s_client -connect 127.0.0.1:${port} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha1`,
    );
    assert.equal(
      inside.split('=')[1].replaceAll(':', ''),
      first.thumbprint,
      'from inside',
    );
    await lab.restart(host);
    await until('the port after a restart', async () => {
      const { code } = await lab.run(
        host,
        `python3 -c "import socket; socket.create_connection(('127.0.0.1', ${port}), 2)"`,
      );
      return code === 0;
    });
    assert.equal(await octopus.target(host), undefined, 'nobody registered it');
  });
  add(
    'octopus-tentacle, listening',
    listening,
    'the port shows the certificate that is written down, also after a restart',
    isClosed
      ? 'with the mesh: not on the LAN'
      : 'the firewall lets the server in',
  );

  const env = { OCTOPUS_API_KEY: octopus.key };
  const registered = await lab.twice(
    host,
    'octopus-tentacle registers itself',
    async flags => {
      const result = await apply(octopus.registering(host), { flags, env });
      assert.ok(!result.output.includes(octopus.key), 'no key in the output');
      return result;
    },
  );
  const target = await octopus.target(host);
  assert.deepEqual(target?.Roles, ['web', 'docker']);
  assert.equal(target?.Endpoint.Thumbprint, first.thumbprint);
  assert.equal(target?.Endpoint.Uri, `https://${host.address}:${port}/`);
  add(
    'octopus-tentacle, registered by itself',
    registered,
    'the target has the certificate, address and tags',
    'the key is in no output',
  );

  const polling = await twice('octopus-tentacle polls', {
    octopus_tentacle_style: 'polling',
  });
  const second = await octopus.identity(host);
  assert.equal(second.thumbprint, first.thumbprint, 'the same Tentacle');
  const { subscription } = second;
  assert.match(`${subscription}`, /^poll:\/\/[a-z0-9]{20}\/$/);
  await part(`${host.name}: it polls and listens no more`, async () => {
    await until('a connection to the server', async () => {
      const said = await lab.root(
        host,
        `journalctl --unit ${instance} --boot --output cat --no-pager`,
      );
      return said.includes(`as ${subscription}`);
    });
    await assert.rejects(thumbprintAt(host.address));
    const sockets = await lab.root(host, 'ss -Hltn');
    assert.ok(!sockets.includes(`:${port}`), 'nothing listens inside');
  });
  add(
    'octopus-tentacle, polling',
    polling,
    'it is connected to the server under the id that is written down',
    'the port is closed',
  );

  const gone = await lab.twice(
    host,
    'octopus-tentacle is taken away',
    async flags =>
      apply(
        { ...octopus.registering(host), octopus_tentacle_state: 'absent' },
        { flags, env },
      ),
  );
  await part(`${host.name}: nothing of it is left`, async () => {
    await lab.root(
      host,
      `! test -e /opt/octopus/tentacle/Tentacle && ! test -e /etc/systemd/system/${instance}.service && ! test -e /etc/octopus/${instance} && ! test -e /etc/octopus/nante/${instance}.json && ! test -e /etc/apt/sources.list.d/octopus.sources`,
    );
    assert.equal(await octopus.target(host), undefined);
  });
  add(
    'octopus-tentacle, taken away',
    gone,
    'no service, instance, package, source or target is left',
  );
}

/** Arguments without which nothing can work: they are named, and nothing is touched. */
export async function refusedByTentacle(
  lab: RoleLab,
  host: RoleGuest,
): Promise<Refusal[]> {
  const octopus = new Tentacles(lab);
  const asked = async (
    changes: Record<string, unknown>,
    says: RegExp,
    env: Record<string, string> = {},
  ) => {
    const result = await lab.site(host, [octopus.role(changes)], { env });
    assert.notEqual(result.code, 0);
    assert.equal(result.changed, 0);
    const found = says.exec(result.output)?.[0];
    assert.ok(found, result.output.slice(-3000));
    return found;
  };
  return part(`${host.name}: what octopus-tentacle refuses`, async () => [
    {
      input: 'a Tentacle that would trust nobody',
      reads: await asked(
        { octopus_tentacle_server_thumbprint: '' },
        /Nothing was changed: octopus_tentacle_server_thumbprint is missing[^"\n]*/,
      ),
    },
    {
      input: 'names that would break a command',
      reads: await asked(
        { octopus_tentacle_instance: '$(id)', octopus_tentacle_name: 'a\nb' },
        /Nothing was changed: octopus_tentacle_instance is no name[^"\n]*/,
      ),
    },
    {
      input: 'registration without a key',
      reads: await asked(
        octopus.registering(host),
        /octopus_tentacle_register needs OCTOPUS_API_KEY[^"\n]*/,
      ),
    },
  ]);
}
