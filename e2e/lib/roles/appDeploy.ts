import assert from 'node:assert/strict';
import { part } from '../report';
import { until } from '../until';
import {
  read,
  succeeded,
  type AskedRole,
  type PlayOptions,
  type RoleGuest,
  type RoleLab,
} from './lab';
import { messageOf, type Refusal } from './refusals';
import type { RolesReport } from './report';

/** Published by Compose, and of the systemd service. */
const [containerPort, servicePort] = [8090, 8091];
const app = 'pages';

/** Versions by name: what each answers; a broken one ends at once. */
const versions = { '1.0.0': 'one', '1.1.0': 'two', '1.2.0': undefined };
type Version = keyof typeof versions;

/** The registry of the sandbox's Nexus, as guests reach it. */
function registryOf(lab: RoleLab) {
  const { nexus } = lab.endpoints;
  assert.ok(nexus?.guestUrl, 'the sandbox has Nexus');
  return {
    name: new URL(String(nexus.guestUrl)).host,
    env: {
      NEXUS_DOCKER_REGISTRY: new URL(String(nexus.guestUrl)).host,
      NEXUS_USERNAME: String(nexus.username),
      NEXUS_PASSWORD: String(nexus.password),
    },
  };
}

/** Docker of Debian with a login to that registry; in the whole scenario what the host has, and that registry beside. */
function dockerFor(lab: RoleLab, had?: AskedRole): AskedRole {
  const insecure = 'mgmt_docker_insecure_registries';
  const given = { mgmt_docker_source: 'debian', ...had?.arguments };
  const others = (had?.arguments?.[insecure] ?? []) as string[];
  return {
    name: 'mgmt-docker',
    arguments: { ...given, [insecure]: [...others, registryOf(lab).name] },
  };
}

/** Makes the images on the host itself and pushes them. @returns by version, by digest */
async function pushImages(lab: RoleLab, host: RoleGuest) {
  const { name } = registryOf(lab);
  const start = (version: Version) =>
    versions[version] === undefined
      ? 'echo no configuration; exit 3'
      : 'exec /bin/busybox httpd -f -p 80 -h /www';
  const image = (version: Version) => `${name}/docker-hosted/pages:${version}`;
  const script = (version: Version) => `
rm -rf /tmp/image && mkdir -p /tmp/image/bin /tmp/image/www && cp /bin/busybox /tmp/image/bin/
echo ${versions[version]} > /tmp/image/www/index.html
tar -C /tmp/image -c . | docker import --change 'ENTRYPOINT ["/bin/busybox", "sh", "-c", "${start(version)}"]' - ${image(version)} >/dev/null
docker push --quiet ${image(version)} >/dev/null
docker inspect --format '{{ index .RepoDigests 0 }}' ${image(version)}
docker image rm --force ${image(version)} >/dev/null`;
  await lab.root(
    host,
    'apt-get -q -y --no-install-recommends install busybox-static >/dev/null 2>&1',
  );
  const found: Partial<Record<Version, string>> = {};
  for (const version of Object.keys(versions) as Version[])
    found[version] = (await lab.root(host, script(version))).split('\n').at(-1);
  return found as Record<Version, string>;
}

/**
 * The role on one host: Compose with the way back, and a systemd service with its user, folders and certificate.
 *
 * @param had - how the host has Docker already
 * @param isClosed - a firewall lets other machines reach only what is opened in the mesh
 */
export async function appDeployOn(
  lab: RoleLab,
  host: RoleGuest,
  report: RolesReport,
  { had, isClosed = false }: { had?: AskedRole; isClosed?: boolean } = {},
): Promise<void> {
  const { env } = registryOf(lab);
  await part(`${host.name}: Docker with the registry of Nexus`, async () =>
    succeeded(await lab.site(host, [dockerFor(lab, had)], { env })),
  );
  const images = await part(`${host.name}: images`, () =>
    pushImages(lab, host),
  );
  const role = (version: Version): AskedRole => ({
    name: 'app-deploy',
    arguments: {
      ...{ app_deploy_name: app, app_deploy_version: version },
      ...{ app_deploy_image: images[version], app_deploy_health_seconds: 60 },
      ...{ app_deploy_port: containerPort, app_deploy_container_port: 80 },
    },
  });
  const deploy = (version: Version, options: PlayOptions = {}) =>
    lab.site(host, [role(version)], { env, ...options });
  const body = async () => {
    const inside = await lab.run(
      host,
      `python3 -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:${containerPort}/').read().decode())"`,
    );
    if (isClosed) await assert.rejects(read(host, containerPort));
    else assert.equal((await read(host, containerPort)).trim(), inside.output);
    return inside.output.trim();
  };

  await part(`${host.name}: a check run of app-deploy`, async () => {
    const check = succeeded(
      await deploy('1.0.0', { flags: ['--check', '--diff'] }),
    );
    assert.ok(check.changed > 1, 'it says that something would be done');
    await lab.root(host, `! test -e /opt/${app}`);
  });
  await part(
    `${host.name}: a broken first version leaves nothing`,
    async () => {
      const result = await deploy('1.2.0');
      assert.notEqual(result.code, 0);
      assert.match(
        result.output,
        /There was none before, so it was taken down/,
      );
      assert.equal(
        await lab.root(host, `docker ps -q --filter name=${app}`),
        '',
      );
    },
  );
  const runs = await lab.twice(host, 'app-deploy', flags =>
    deploy('1.0.0', { flags }),
  );
  assert.equal(await body(), 'one');
  await part(
    `${host.name}: another version, and one that is broken`,
    async () => {
      succeeded(await deploy('1.1.0'));
      assert.equal(await body(), 'two');
      for (const _ of ['once', 'and again']) {
        const result = await deploy('1.2.0');
        assert.match(
          result.output,
          /pages 1\.2\.0 is not healthy: \S+ ended \d+ times, with exit code 3\. 1\.1\.0 is back, and healthy\./,
        );
        assert.equal(await body(), 'two');
      }
      const left = role('1.1.0');
      Object.assign(left.arguments!, { app_deploy_state: 'returned' });
      succeeded(await lab.site(host, [left], { env }));
      assert.equal(await body(), 'one', 'left for the one before');
    },
  );
  await part(`${host.name}: a release that somebody took away`, async () => {
    await lab.root(host, `rm -r /opt/${app}/releases/1.0.0`);
    const result = await deploy('1.2.0');
    assert.match(
      result.output,
      /1\.0\.0, the last good one, is no longer in \/opt\/pages\/releases: somebody took it away/,
    );
  });
  report.add({
    ...{ role: 'app-deploy, Compose', guest: host, runs },
    seen: [
      isClosed
        ? 'it answers on the host, and with the mesh not on the LAN'
        : 'it answers on the LAN, through the firewall where there is one',
      'a version that ends at once: the last good one answers again, the play fails and says both',
      'the first of all is taken down',
    ],
    standIn: 'Docker, Compose 1.29 real; Nexus: stand-in',
  });
  await serviceOn(lab, host, report, isClosed);
}

/** A program as a service, as a user of its own, with a certificate that comes by Ansible's environment. */
async function serviceOn(
  lab: RoleLab,
  host: RoleGuest,
  report: RolesReport,
  isClosed: boolean,
) {
  const name = 'files';
  await lab.root(
    host,
    `mkdir -p /tmp/${name}/www && echo served > /tmp/${name}/www/index.html
printf '#!/bin/sh\\ntest -r /etc/${name}/${name}.key || exit 4\\nexec python3 -m http.server "$PORT" --directory /opt/${name}/current/www\\n' > /tmp/${name}/run
chmod 755 /tmp/${name}/run && tar -C /tmp/${name} -czf /tmp/${name}.tar.gz .
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=files -keyout /tmp/${name}.key -out /tmp/${name}.crt 2>/dev/null`,
  );
  const pem = async (ending: string) =>
    lab.root(host, `cat /tmp/${name}.${ending}`);
  const env = {
    TLS_FILES_CERTIFICATE: await pem('crt'),
    TLS_FILES_KEY: await pem('key'),
  };
  const role: AskedRole = {
    name: 'app-deploy',
    arguments: {
      ...{ app_deploy_name: name, app_deploy_version: '1.0.0' },
      ...{ app_deploy_kind: 'systemd', app_deploy_command: 'run' },
      ...{ app_deploy_source: `/tmp/${name}.tar.gz`, app_deploy_run_as: name },
      ...{ app_deploy_port: servicePort, app_deploy_health_seconds: 30 },
      app_deploy_groups: [{ name }],
      app_deploy_users: [{ name, group: name }],
      app_deploy_directories: [
        { path: `/etc/${name}`, group: name, mode: '0750' },
      ],
      app_deploy_tls: [{ name, folder: `/etc/${name}`, group: name }],
    },
  };
  const runs = await lab.twice(host, 'app-deploy of a service', async flags => {
    const result = await lab.site(host, [role], { flags, env });
    assert.ok(!result.output.includes('PRIVATE KEY'), 'no key in the output');
    return result;
  });
  await part(
    `${host.name}: the service answers, also after a restart`,
    async () => {
      const kept = await lab.root(
        host,
        `stat -c "%a %U %G" /etc/${name} /etc/${name}/${name}.key; ps -o user= -C python3 | sort -u`,
      );
      assert.match(kept, /^750 root files\n640 root files\n/);
      assert.match(kept, /^files$/m, 'as its own user');
      if (isClosed) return assert.rejects(read(host, servicePort));
      assert.equal((await read(host, servicePort)).trim(), 'served');
      await lab.restart(host);
      await until('the service', async () =>
        (await read(host, servicePort).catch(() => '')).includes('served'),
      );
      return undefined;
    },
  );
  report.add({
    ...{ role: 'app-deploy, systemd', guest: host, runs },
    seen: [
      'it runs as its own user, with folder and certificate; the key is in no output',
      ...(isClosed ? [] : ['it answers, also after a restart']),
    ],
    standIn: 'real',
  });
}

/** Arguments without which nothing can work: they are named, and nothing is touched. */
export async function refusedByAppDeploy(
  lab: RoleLab,
  host: RoleGuest,
): Promise<Refusal[]> {
  const good = {
    ...{ app_deploy_name: app, app_deploy_version: '1.0.0' },
    app_deploy_image: `nexus.example.com/pages@sha256:${'a'.repeat(64)}`,
    app_deploy_port: containerPort,
  };
  const asked = async (changes: Record<string, unknown>) => {
    const result = await lab.site(host, [
      { name: 'app-deploy', arguments: { ...good, ...changes } },
    ]);
    assert.notEqual(result.code, 0);
    assert.equal(result.changed, 0);
    assert.match(messageOf(result), /^Nothing was changed: /);
    return messageOf(result);
  };
  return part(`${host.name}: what app-deploy refuses`, async () => [
    {
      input: 'an image by its tag, a port that is none',
      reads: await asked({
        app_deploy_image: 'nexus.example.com/pages:1.0.0',
        app_deploy_port: 70_000,
      }),
    },
    {
      input: 'a Compose file that has its own image',
      reads: await asked({
        app_deploy_compose: 'services: {app: {image: "pages:1"}}',
      }),
    },
    {
      input: 'a certificate that nobody gave',
      reads: await asked({
        app_deploy_tls: [{ name: 'shop', folder: '/etc/shop' }],
      }),
    },
  ]);
}
