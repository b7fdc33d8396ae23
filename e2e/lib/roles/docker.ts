import assert from 'node:assert/strict';
import { part } from '../report';
import { until } from '../until';
import {
  admin,
  read,
  type AskedRole,
  type RoleGuest,
  type RoleLab,
} from './lab';
import { meshOnly, type Mesh } from './mesh';
import type { Refusal } from './refusals';
import type { LoginRegistry } from './registry';

/** Published and opened, and published only. */
const [openPort, shutPort] = [8080, 8081];
const words = 'a container said this';
const body = 'served by a container';

/** From Debian in the container; in the virtual machine from Docker's packages, of which the sandbox has stand-ins. */
export function mgmtDocker(
  host: RoleGuest,
  mesh: Mesh,
  registry: LoginRegistry,
): AskedRole {
  const { uri, key } = mesh.packages;
  return {
    name: 'mgmt-docker',
    arguments: {
      ...(host.kind === 'vm'
        ? {
            mgmt_docker_apt_uri: uri,
            mgmt_docker_apt_key_url: key,
            // It has all suites, and apt wants one key for each; the other vendors' have another.
            mgmt_docker_apt_suite: 'docker',
          }
        : { mgmt_docker_source: 'debian' }),
      mgmt_docker_users: [admin],
      mgmt_docker_log_max_size: '20k',
      mgmt_docker_log_max_files: 2,
      mgmt_docker_insecure_registries: [registry.name],
      mgmt_docker_open_tcp_ports: [openPort],
      mgmt_docker_scrape_seconds: 5,
    },
  };
}

/** What Ansible's environment has for a login. */
export function loginOf(
  registry: LoginRegistry,
  password = registry.password,
): Record<string, string> {
  return {
    NEXUS_DOCKER_REGISTRY: `http://${registry.name}/`,
    NEXUS_USERNAME: registry.user,
    NEXUS_PASSWORD: password,
  };
}

/** An image without any registry: one static program and one page. */
const makeImage = `
apt-get -q -y --no-install-recommends install busybox-static >/dev/null 2>&1
mkdir -p /tmp/image/bin /tmp/image/www
cp /bin/busybox /tmp/image/bin/
echo ${JSON.stringify(body)} > /tmp/image/www/index.html
tar -C /tmp/image -c . | docker import - nante/page:1`;

/** It ends when it is asked to: with `live-restore` a host's shutdown waits for containers that do not. */
const serve = (name: string, port: number) =>
  `docker run --detach --restart always --name ${name} --publish ${port}:80 nante/page:1 /bin/busybox sh -c "echo ${words}; trap 'exit 0' TERM; /bin/busybox httpd -f -p 80 -h /www & wait"`;

/** Starts containers as the administrator, who is in the group for it, and looks at what became of their logs. */
export async function startContainers(
  lab: RoleLab,
  host: RoleGuest,
): Promise<void> {
  await lab.root(host, makeImage);
  for (const command of [
    // Some hundred kilobytes.
    'docker run --name chatty nante/page:1 /bin/busybox sh -c "i=0; while [ \\$i -lt 3000 ]; do echo line \\$i of many that are talked; i=\\$((i+1)); done" | tail -n 1',
    serve('web', openPort),
    serve('inner', shutPort),
  ]) {
    const { code, output } = await lab.run(host, command, admin);
    assert.equal(code, 0, output);
  }
  const logs = await lab.root(
    host,
    'ls $(dirname $(docker inspect --format "{{ .LogPath }}" chatty)) | grep -c json.log',
  );
  assert.equal(logs, '2', 'the log went on in a second file, and in no third');
}

/** What is published answers where it should, as does what the engine keeps of the login. */
export async function assertContainers(
  lab: RoleLab,
  mesh: Mesh,
  host: RoleGuest,
): Promise<void> {
  const [other] = lab.guests.filter(one => one !== host);
  await until('the container from inside', async () => {
    const { output } = await lab.run(
      host,
      `python3 -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:${shutPort}/').read().decode())"`,
    );
    return output.trim() === body;
  });
  if (meshOnly(host)) {
    await assert.rejects(read(host, openPort), /no answer/, 'LAN');
    await mesh.assertReads(other, host, openPort, body);
  } else {
    assert.equal((await read(host, openPort)).trim(), body);
  }
  await assert.rejects(read(host, shutPort), /no answer/, 'published only');
}

/** A line of a container and a figure of it are found in OpenObserve, with the labels of the host. */
export async function assertObserved(
  mesh: Mesh,
  host: RoleGuest,
  since: number,
): Promise<void> {
  const line = await until('a log line of the container', () =>
    mesh.logLine('docker', host, words, since),
  );
  assert.match(String(line.container), /^(web|inner)$/);
}

/** Wrong users, passwords and packages of another source. */
export async function refusedByDocker(
  lab: RoleLab,
  mesh: Mesh,
  registry: LoginRegistry,
  host: RoleGuest,
): Promise<Refusal[]> {
  const role = mgmtDocker(host, mesh, registry);
  const asked = async (
    changes: Record<string, unknown>,
    env: Record<string, string>,
    says: RegExp,
  ) => {
    const result = await lab.site(
      host,
      [{ ...role, arguments: { ...role.arguments, ...changes } }],
      { env },
    );
    assert.notEqual(result.code, 0);
    const found = says.exec(result.output)?.[0];
    assert.ok(found, result.output.slice(-3000));
    assert.equal(result.changed, 0);
    for (const secret of [registry.password, 'of-yesterday'])
      assert.ok(!result.output.includes(secret), 'no password in the output');
    return found;
  };
  return part(`${host.name}: what mgmt-docker refuses`, async () => [
    {
      input: 'a password that the registry refuses',
      reads: await asked(
        {},
        loginOf(registry, 'of-yesterday'),
        /Nobody is logged in to [^"\n]*/,
      ),
    },
    {
      input: 'a registry without a password',
      reads: await asked(
        {},
        loginOf(registry, ''),
        /Nothing was changed: mgmt_docker_registry_password[^"\n]*/,
      ),
    },
    {
      input: 'a user that the host does not have',
      reads: await asked(
        { mgmt_docker_users: [admin, 'nobody2'] },
        loginOf(registry),
        /mgmt_docker_users names users[^"\n]*/,
      ),
    },
  ]);
}

/** The login is there for root alone, and the password nowhere else. */
export async function assertLoggedIn(
  lab: RoleLab,
  host: RoleGuest,
  registry: LoginRegistry,
): Promise<void> {
  const kept = await lab.root(
    host,
    'stat -c "%a %U" /root/.docker/config.json; cat /root/.docker/config.json',
  );
  assert.match(kept, /^600 root\n/);
  assert.ok(kept.includes(registry.name));
  const said = await lab.root(
    host,
    'journalctl --output cat --no-pager; cat /etc/docker/daemon.json',
  );
  assert.ok(!said.includes(registry.password), 'no password in a log');
}
