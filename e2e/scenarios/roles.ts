// The Ansible roles on booted guests, a virtual machine's and a container's: by the real ansible-playbook over SSH, twice,
// and seen from outside afterwards, also after a restart.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { describeDrivers, startSandbox } from '@nante/sandbox';
import { ensurePython } from '../../scripts/lib/python.mjs';
import { until } from '../lib/until';
import { Playbooks, type PlayHost, type PlayResult } from '../lib/playbook';
import { ProxmoxCalls, type GuestWish } from '../lib/proxmoxCalls';
import { part, runScenario, say, SkipScenario } from '../lib/report';
import { temporaryFolder } from '../lib/sandbox';
import { createKeyPair, ssh } from '../lib/ssh';

/** A VLAN that no other sandbox on the machine uses; its low byte is the network's second number, its high byte the third. */
const vlan = 1170;
const subnet = `10.${vlan % 256}.${Math.floor(vlan / 256)}`;
const admin = 'anna';
/** A port that a program of the guest listens on, and that nobody asked to open. */
const closedPort = 8099;
/** Shown as it is, or the roles run what a person typed into a form. */
const page = `<p>Hello from {{ lookup('pipe', 'id') }}</p>\n`;
/** How much of the first run's time the second may take. */
const ratioLimit = 0.4;

const baseSetup = {
  name: 'base_setup',
  arguments: { base_setup_timezone: 'Europe/Zurich' },
};
const nginx = {
  name: 'nginx',
  arguments: {
    nginx_sites: [
      { name: 'shop', server_names: ['shop.example.test'], page },
      {
        name: 'proxied',
        server_names: ['proxied.example.test'],
        proxy: `http://127.0.0.1:${closedPort}`,
      },
      {
        name: 'secure',
        server_names: ['secure.example.test'],
        page: 'Hello over TLS',
        tls_certificate: '/etc/ssl/secure.crt',
        tls_key: '/etc/ssl/private/secure.key',
      },
    ],
  },
};

type Guest = GuestWish & PlayHost;

/** Makes the certificate of the secure site on the host itself, as somebody else's job would. */
const makeCertificate =
  'sudo -n openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2' +
  ' -subj /CN=secure.example.test -addext subjectAltName=DNS:secure.example.test' +
  ' -keyout /etc/ssl/private/secure.key -out /etc/ssl/secure.crt';

/**
 * What a browser would be told by the site of that name.
 *
 * @param ca - certificate to trust; HTTPS with it
 */
function read(
  { address }: PlayHost,
  port: number,
  name = 'shop.example.test',
  ca?: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port,
      headers: { host: name },
      timeout: 3_000,
    };
    const take = (response: http.IncomingMessage) => {
      let body = '';
      response.setEncoding('utf8').on('data', chunk => (body += chunk));
      response.on('end', () => resolve(body));
    };
    const request = ca
      ? https.get({ ...options, ca, servername: name }, take)
      : http.get(options, take);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}

void runScenario('roles', async undo => {
  const data = temporaryFolder(undo);
  const nspawn = (await describeDrivers({ dataDir: data })).find(
    ({ name }) => name === 'nspawn',
  );
  if (!nspawn?.available)
    throw new SkipScenario(
      `guests cannot be booted here: ${nspawn?.missing.join(', ')}`,
    );
  const tools = await part('Ansible', () => ensurePython(() => {}));
  say(`  ansible-core ${tools.version}`);

  const sandbox = await part('Sandbox', () =>
    startSandbox({
      dataDir: data,
      guests: 'nspawn',
      systems: ['proxmox'],
      log: say,
    }),
  );
  undo.push(() => sandbox.stop());
  const proxmox = new ProxmoxCalls(sandbox.endpoints);
  const key = createKeyPair(data);
  const playbooks = new Playbooks(tools, data, key.file, undo);

  const guest = (kind: 'vm' | 'lxc', vmId: number, number: number): Guest => ({
    ...{ kind, vmId, vlan, publicKey: key.publicKey },
    name: `roles-${kind}`,
    address: `${subnet}.${number}`,
    gateway: `${subnet}.1`,
    user: kind === 'vm' ? 'ops' : 'root',
  });
  const guests = [guest('vm', 7001, 21), guest('lxc', 7002, 22)];
  await part('A virtual machine and a container', async () => {
    for (const wish of guests) {
      await proxmox.make({ ...wish, address: `${wish.address}/24` });
      await until(`SSH of ${wish.name}`, () =>
        playbooks.learnHostKey(wish.address),
      );
    }
  });

  const succeeded = (result: PlayResult) => {
    assert.equal(result.code, 0, result.output.slice(-6000));
    return result;
  };
  const site = (host: PlayHost, roles: unknown[], ...flags: string[]) =>
    playbooks.play('site', host, { nante_roles: roles }, flags);
  const run = (host: Guest, command: string, user = host.user) =>
    ssh(key.file, `${user}@${host.address}`, command);
  const answersFromInside = async (host: Guest) => {
    const { output } = await run(
      host,
      `python3 -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:${closedPort}/').status)"`,
    );
    return output === '200';
  };
  const listen = (host: Guest) =>
    run(
      host,
      `cd /tmp && setsid -f python3 -m http.server ${closedPort} >/dev/null 2>&1 </dev/null`,
    );
  const assertServes = async (host: Guest) => {
    assert.equal(await read(host, 80), page, 'the body of the site');
    assert.match(await read(host, 80, 'unknown.test'), /host is ready/);
    const secure = 'secure.example.test';
    const { output: certificate } = await run(host, 'cat /etc/ssl/secure.crt');
    assert.equal(await read(host, 443, secure, certificate), 'Hello over TLS');
    assert.match(await read(host, 80, secure), /301 Moved/, 'HTTP leads to it');
    await listen(host);
    await until('the program inside', () => answersFromInside(host));
    assert.match(
      await read(host, 80, 'proxied.example.test'),
      /Directory listing/,
      'nginx hands on',
    );
    await assert.rejects(read(host, closedPort), /no answer/, 'firewall');
  };

  const [machine] = guests;
  await part(
    'Wrong arguments are all named, and nothing is touched',
    async () => {
      const unknown = await site(machine, [
        { name: 'no_such_role' },
        { ...baseSetup, arguments: { ansible_user: 'eve' } },
      ]);
      assert.notEqual(unknown.code, 0);
      assert.match(unknown.output, /no_such_role/);
      assert.match(unknown.output, /base_setup: ansible_user/);
      const wrong = await site(machine, [
        {
          name: 'base_setup',
          arguments: { base_setup_upgrades: 'some', base_setup_colour: 'red' },
        },
        { name: 'nginx', arguments: { nginx_http_port: 'eighty' } },
      ]);
      assert.notEqual(wrong.code, 0);
      for (const name of [
        'base_setup_upgrades',
        'base_setup_colour',
        'nginx_http_port',
      ])
        assert.match(wrong.output, new RegExp(name));
      const breaking = await site(machine, [
        {
          name: 'nginx',
          arguments: {
            nginx_sites: [
              { name: 'x', server_names: ['a; return 200'], root: '/x; }' },
            ],
          },
        },
      ]);
      assert.notEqual(breaking.code, 0);
      assert.match(breaking.output, /no host name; root is no absolute path/);
      for (const { changed } of [unknown, wrong, breaking])
        assert.equal(changed, 0);
    },
  );

  const figures: Record<string, object> = {};
  for (const host of guests) {
    const bare = await part(
      `${host.name}: a check run of the bare host`,
      async () =>
        succeeded(await site(host, [baseSetup, nginx], '--check', '--diff')),
    );
    assert.ok(bare.changed > 8, 'a check run says that much would be done');
    const packages = await run(host, 'dpkg -l nginx nftables 2>/dev/null');
    assert.doesNotMatch(
      packages.output,
      /^ii/m,
      'a check run installs nothing',
    );

    await listen(host);
    await until('the program inside', () => answersFromInside(host));
    assert.match(await read(host, closedPort), /Directory listing/);

    const twice = async (
      title: string,
      play: (...flags: string[]) => Promise<PlayResult>,
      limit = Infinity,
    ) => {
      const first = await part(`${host.name}: ${title}`, async () =>
        // Of a new host nobody has any facts yet.
        succeeded(await play('--flush-cache')),
      );
      const second = await part(`${host.name}: ${title} again`, async () =>
        succeeded(await play()),
      );
      assert.equal(second.changed, 0, second.output.slice(-6000));
      const seconds = [first.seconds, second.seconds];
      const ratio = () =>
        Math.round((Math.min(...seconds.slice(1)) / seconds[0]) * 100) / 100;
      // Others work on this machine too: one slow run proves nothing, two do.
      if (ratio() > limit) {
        const third = await part(`${host.name}: ${title} once more`, async () =>
          succeeded(await play()),
        );
        assert.equal(third.changed, 0, third.output.slice(-6000));
        seconds.push(third.seconds);
      }
      return {
        changed: [first.changed, second.changed],
        seconds,
        ratio: ratio(),
      };
    };
    const bootstrap = await twice('bootstrap', (...flags) =>
      playbooks.play(
        'bootstrap',
        host,
        { bootstrap_user: admin, bootstrap_ssh_keys: [key.publicKey] },
        flags,
      ),
    );
    const base = await twice(
      'base_setup',
      (...flags) => site(host, [baseSetup], ...flags),
      ratioLimit,
    );
    const made = await run(host, makeCertificate);
    assert.equal(made.code, 0, made.output);
    const web = await twice('nginx', (...flags) =>
      site(host, [nginx], ...flags),
    );
    const check = await part(`${host.name}: a check run afterwards`, async () =>
      succeeded(await site(host, [baseSetup, nginx], '--check', '--diff')),
    );
    assert.equal(check.changed, 0, check.output.slice(-6000));

    await part(`${host.name}: seen from outside`, async () => {
      const login = await run(host, 'sudo -n id -un', admin);
      assert.equal(login.output, 'root', 'the administrator is root by sudo');
      const settings = await run(host, 'sudo -n sshd -T', admin);
      assert.match(settings.output, /^passwordauthentication no$/m);
      const agent = await run(host, 'dpkg -l qemu-guest-agent');
      assert.doesNotMatch(agent.output, /^ii/m, 'no agent in a container');
      await assertServes(host);
    });
    await part(`${host.name}: after a restart`, async () => {
      const bootId = 'cat /proc/sys/kernel/random/boot_id';
      const before = await run(host, bootId);
      await proxmox.power(host, 'reboot');
      await until('another boot', async () => {
        const now = await run(host, bootId);
        return now.code === 0 && now.output !== before.output;
      });
      await until('nginx', () => read(host, 80).catch(() => undefined));
      await assertServes(host);
    });
    figures[host.kind] = {
      checkRunOfBareHostSeconds: bare.seconds,
      bootstrap,
      base_setup: base,
      nginx: web,
    };
    assert.ok(
      base.ratio <= ratioLimit,
      `base_setup again took ${base.ratio} of its first run, more than ${ratioLimit}`,
    );
  }
  return { ansible: tools.version, page: page.trim(), guests: figures };
});
