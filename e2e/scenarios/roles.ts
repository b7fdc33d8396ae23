// The Ansible roles on booted guests, a virtual machine's and a container's: by the real ansible-playbook over SSH, twice,
// and seen from outside afterwards, also after a restart. `--no-report` leaves docs/roles-report.md as it is;
// `--tentacle` tries the role octopus-tentacle alone, `--app-deploy` the role app-deploy, `--k3s` the role k3s-cluster with a
// pretended K3s on three servers and an agent;
// `--tailscale DIR` does nothing but try base_setup with the real programs in DIR: tailscale, tailscaled and a control server.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { until } from '../lib/until';
import { part, runScenario } from '../lib/report';
import { appDeployOn, refusedByAppDeploy } from '../lib/roles/appDeploy';
import {
  assertContainers,
  assertLoggedIn,
  assertObserved,
  loginOf,
  mgmtDocker,
  refusedByDocker,
  startContainers,
} from '../lib/roles/docker';
import {
  admin,
  read,
  RoleLab,
  succeeded,
  type AskedRole,
  type RoleGuest,
} from '../lib/roles/lab';
import { k3sCluster } from '../lib/roles/k3s/cluster';
import { Mesh, meshOnly } from '../lib/roles/mesh';
import {
  refusedSecrets,
  wrongArguments,
  wrongHosts,
} from '../lib/roles/refusals';
import { realTailscale } from '../lib/roles/realTailscale';
import { startRegistry, type LoginRegistry } from '../lib/roles/registry';
import { RolesReport } from '../lib/roles/report';
import { refusedByTentacle, tentacleOn } from '../lib/roles/tentacle';
import {
  assertServes,
  closedPort,
  listenInside,
  makeCertificate,
  nginx,
  page,
} from '../lib/roles/web';

/** How much of the first run's time the second run of base_setup may take. */
const ratioLimit = 0.4;
/** How long all of it may take, in seconds. */
const secondsLimit = 20 * 60;

const baseSetup: AskedRole = {
  name: 'base_setup',
  arguments: { base_setup_timezone: 'Europe/Zurich' },
};

/** A bare host gets an administrator, the settings that every host has, and web sites. */
async function plainRoles(lab: RoleLab, host: RoleGuest, report: RolesReport) {
  const bare = await part(
    `${host.name}: a check run of the bare host`,
    async () =>
      succeeded(
        await lab.site(host, [baseSetup, nginx, { name: 'mgmt-docker' }], {
          // What the host was for a moment must not be remembered.
          flags: ['--check', '--diff', '--flush-cache'],
        }),
      ),
  );
  assert.ok(bare.changed > 8, 'a check run says that much would be done');
  const packages = await lab.run(
    host,
    'dpkg -l nginx nftables docker-ce docker.io 2>/dev/null',
  );
  assert.doesNotMatch(packages.output, /^ii/m, 'a check run installs nothing');

  await listenInside(lab, host);
  assert.match(await read(host, closedPort), /Directory listing/);

  const { publicKey } = lab.key;
  report.add({
    role: 'bootstrap.yml',
    guest: host,
    runs: await lab.twice(host, 'bootstrap', flags =>
      lab.playbooks.play(
        'bootstrap',
        host,
        { bootstrap_user: admin, bootstrap_ssh_keys: [publicKey] },
        flags,
      ),
    ),
    seen: ['the administrator logs in by key and is root by sudo'],
    standIn: 'real',
  });
  const base = await lab.twice(
    host,
    'base_setup',
    flags => lab.site(host, [baseSetup], { flags }),
    ratioLimit,
  );
  report.add({
    role: 'base_setup',
    guest: host,
    runs: base,
    seen: [
      'sshd takes no passwords',
      'a port that nobody opened does not answer any more',
    ],
    standIn: 'real',
  });
  await lab.root(host, makeCertificate);
  report.add({
    role: 'nginx',
    guest: host,
    runs: await lab.twice(host, 'nginx', flags =>
      lab.site(host, [nginx], { flags }),
    ),
    seen: [
      'site, default page, proxy and TLS answer on the LAN, also after a restart',
      ...(meshOnly(host)
        ? ['with the mesh: in the mesh only']
        : ['with the mesh: in both']),
    ],
    standIn: 'real',
  });
  const check = await part(`${host.name}: a check run afterwards`, async () =>
    succeeded(
      await lab.site(host, [baseSetup, nginx], {
        flags: ['--check', '--diff'],
      }),
    ),
  );
  assert.equal(check.changed, 0, check.output.slice(-6000));

  await part(`${host.name}: seen from outside`, async () => {
    const login = await lab.run(host, 'sudo -n id -un', admin);
    assert.equal(login.output, 'root', 'the administrator is root by sudo');
    const settings = await lab.run(host, 'sudo -n sshd -T', admin);
    assert.match(settings.output, /^passwordauthentication no$/m);
    const agent = await lab.run(host, 'dpkg -l qemu-guest-agent');
    assert.doesNotMatch(agent.output, /^ii/m, 'no agent in a container');
    await assertServes(lab, host);
  });
  await part(`${host.name}: after a restart`, async () => {
    await lab.restart(host);
    await until('nginx', () => read(host, 80).catch(() => undefined));
    await assertServes(lab, host);
  });
  return base.ratio;
}

/** The hosts join the mesh and report. */
async function meshAndMonitoring(
  lab: RoleLab,
  mesh: Mesh,
  report: RolesReport,
) {
  for (const host of lab.guests) {
    const since = Date.now();
    const { key, env } = await mesh.secrets();
    const runs = await lab.twice(
      host,
      'base_setup with mesh and monitoring',
      async (flags, again) => {
        const result = await lab.site(host, [mesh.role(host)], {
          flags,
          // Who is in the mesh needs no key.
          env: again ? mesh.credentials : env,
        });
        for (const secret of [key, mesh.credentials.OO_PASS])
          assert.ok(!result.output.includes(secret), 'no secret in the output');
        return result;
      },
    );
    await part(`${host.name}: its first sample and line arrive`, async () => {
      await until('a sample', () => mesh.lastSample(host, since));
      await until('a line of the journal', () =>
        mesh.logLine('journal', host, '', since),
      );
      const kept = await lab.root(
        host,
        'stat -c "%a %U" /etc/alloy/openobserve.env',
      );
      assert.equal(kept, '600 root');
    });
    report.add({
      role: 'base_setup with mesh and monitoring',
      guest: host,
      runs,
      seen: [
        'joined once, by a key for one use',
        'metrics and journal arrive with app, environment and host, also after a restart',
        ...(meshOnly(host)
          ? ['nginx answers at its mesh address and not on the LAN']
          : [
              'nginx answers at its mesh address and on the LAN, as it was told',
            ]),
      ],
      standIn: 'Tailscale, Alloy, OpenObserve: stand-ins',
    });
  }
  await part('In the mesh, and on the LAN where that is meant', () =>
    assertMesh(lab, mesh),
  );
}

async function assertMesh(lab: RoleLab, mesh: Mesh) {
  for (const host of lab.guests) {
    const [other] = lab.guests.filter(one => one !== host);
    await mesh.assertReads(other, host, 80, page);
    if (meshOnly(host)) await assert.rejects(read(host, 80), /no answer/);
    else assert.equal(await read(host, 80), page);
  }
}

async function containers(
  lab: RoleLab,
  mesh: Mesh,
  report: RolesReport,
  undo: (() => unknown)[],
) {
  const registry = await startRegistry(lab.gateway);
  undo.push(() => registry.close());
  for (const host of lab.guests) {
    const since = Date.now();
    const env = loginOf(registry);
    const runs = await lab.twice(host, 'mgmt-docker', async flags => {
      const role = mgmtDocker(host, mesh, registry);
      const result = await lab.site(host, [role], { flags, env });
      assert.ok(!result.output.includes(registry.password));
      return result;
    });
    await part(`${host.name}: containers`, async () => {
      await startContainers(lab, host);
      await assertContainers(lab, mesh, host);
      await assertLoggedIn(lab, host, registry);
      await assertObserved(mesh, host, since);
    });
    report.add({
      role: 'mgmt-docker',
      guest: host,
      runs,
      seen: [
        'the administrator starts containers without sudo',
        meshOnly(host)
          ? 'a published port answers in the mesh and not on the LAN'
          : 'a published port answers on the LAN where it was opened, and else not',
        'a log went on in a second file and no third',
        'a line of a container arrives',
        'root is logged in to the registry; the password is in no log',
        'containers are back after a restart',
      ],
      standIn:
        host.kind === 'vm'
          ? "engine real; Docker's packages, Alloy, registry: stand-ins"
          : 'engine real; Alloy, registry: stand-ins',
    });
  }
  report.refused(await refusedByDocker(lab, mesh, registry, lab.guests[1]));
  await apps(lab, report, { mesh, registry });
}

async function tentacles(
  lab: RoleLab,
  report: RolesReport,
  isClosed: (host: RoleGuest) => boolean,
) {
  report.refused(await refusedByTentacle(lab, lab.guests[1]));
  for (const host of lab.guests)
    await tentacleOn(lab, host, report, isClosed(host));
}

async function apps(
  lab: RoleLab,
  report: RolesReport,
  inWhole?: { mesh: Mesh; registry: LoginRegistry },
) {
  report.refused(await refusedByAppDeploy(lab, lab.guests[1]));
  for (const host of lab.guests)
    await appDeployOn(lab, host, report, {
      had: inWhole && mgmtDocker(host, inWhole.mesh, inWhole.registry),
      isClosed: Boolean(inWhole) && meshOnly(host),
    });
}

void runScenario('roles', async undo => {
  const { values } = parseArgs({
    options: {
      'no-report': { type: 'boolean' },
      tailscale: { type: 'string' },
      tentacle: { type: 'boolean' },
      'app-deploy': { type: 'boolean' },
      k3s: { type: 'boolean' },
    },
  });
  if (values.tailscale) return realTailscale(values.tailscale, undo);
  if (values.k3s) return k3sCluster(undo);
  const started = Date.now();
  const lab = await RoleLab.open(undo);
  const mesh = new Mesh(lab);
  const report = new RolesReport();
  if (values.tentacle) {
    await tentacles(lab, report, () => false);
    return { ansible: lab.ansible, roles: report.figures };
  }
  if (values['app-deploy']) {
    await apps(lab, report);
    return { ansible: lab.ansible, roles: report.figures };
  }
  report.refused(await wrongArguments(lab));
  report.refused(await wrongHosts(lab));
  const ratios: number[] = [];
  for (const host of lab.guests)
    ratios.push(await plainRoles(lab, host, report));
  await meshAndMonitoring(lab, mesh, report);
  await containers(lab, mesh, report, undo);
  await tentacles(lab, report, meshOnly);
  for (const host of lab.guests)
    await part(`${host.name}: after another restart`, async () => {
      await lab.restart(host);
      const restarted = Date.now();
      await assertContainers(lab, mesh, host);
      await until('a sample', () => mesh.lastSample(host, restarted));
      await assertObserved(mesh, host, restarted);
    });
  await part('The mesh after the restarts', () => assertMesh(lab, mesh));
  report.refused(await refusedSecrets(lab, mesh, lab.guests[1]));

  for (const ratio of ratios)
    assert.ok(
      ratio <= ratioLimit,
      `base_setup again took ${ratio} of its first run, more than ${ratioLimit}`,
    );
  const seconds = Math.round((Date.now() - started) / 1000);
  assert.ok(
    seconds <= secondsLimit,
    `all of it took ${seconds} s, more than ${secondsLimit}`,
  );
  await report.keep(lab.ansible, seconds);
  return { ansible: lab.ansible, roles: report.figures };
});
