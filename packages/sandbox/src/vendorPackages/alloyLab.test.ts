import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bootContainer,
  createLabKey,
  eventually,
  labSkipped,
  labTitle,
  serveToGuests,
} from '../guests/__testUtils__/lab';
import { createNspawnDriver } from '../guests/nspawn/driver';
import type { SystemServer } from '../hosting/systemServer';
import type { StandIn } from '../standIn';
import { createOpenobserve } from '../systems/openobserve';
import { createPackages } from '../systems/packages';

// A VLAN that a sandbox on the same machine does not use.
const vlan = 1144;
const dataDir = mkdtempSync(join(tmpdir(), 'alloy-'));
const inLab = labSkipped ? describe.skip : describe;

jest.setTimeout(180_000);

const config = `
prometheus.exporter.unix "host" { }

prometheus.scrape "host" {
  targets         = prometheus.exporter.unix.host.targets
  scrape_interval = "2s"
  forward_to      = [prometheus.remote_write.openobserve.receiver]
}

prometheus.remote_write "openobserve" {
  external_labels = { host = constants.hostname }
  endpoint {
    url = sys.env("OO_URL") + "/api/default/prometheus/api/v1/write"
    basic_auth {
      username = sys.env("OO_USER")
      password = sys.env("OO_PASS")
    }
  }
}

loki.source.journal "host" {
  max_age    = "4h"
  labels     = { stream_name = "journal", host = constants.hostname }
  forward_to = [loki.process.lines.receiver]
}

loki.process "lines" {
  forward_to = [loki.write.openobserve.receiver]
  stage.drop { expression = "^\\\\s*$" }
}

loki.write "openobserve" {
  endpoint {
    url = sys.env("OO_URL") + "/api/default/loki/api/v1/push"
    basic_auth {
      username = sys.env("OO_USER")
      password = sys.env("OO_PASS")
    }
  }
}
`;

inLab(labTitle('the stand-in of Alloy in a guest'), () => {
  const guests = createNspawnDriver({ dataDir, log() {} });
  const servers: SystemServer[] = [];

  async function serve(standIn: StandIn) {
    const server = await serveToGuests(standIn, guests);
    servers.push(server);
    return `${server.guestUrl}`;
  }

  afterAll(async () => {
    for (const server of servers) await server.stop();
    await guests.clean();
    rmSync(dataDir, { recursive: true });
  });

  it('comes by apt, runs as a service of its own user, and its journal and metrics arrive, each line once', async () => {
    const key = await createLabKey(dataDir);
    await guests.prepare(() => {});
    const openobserve = await createOpenobserve({
      dataDir: join(dataDir, 'openobserve'),
      seed: 1,
      log() {},
    });
    const packages = await createPackages({ dataDir, seed: 1, log() {} });
    const apt = await serve(packages);
    const url = await serve(openobserve);
    const { username, password } = openobserve.credentials;
    const search = async (type: string, sql: string) => {
      const query = { sql, start_time: 1, end_time: Date.now() * 1001 };
      const answer = await fetch(`${url}/api/default/_search?type=${type}`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
        body: JSON.stringify({ query: { ...query, size: 100 } }),
      });
      return ((await answer.json()) as { hits: Record<string, unknown>[] })
        .hits;
    };
    const address = await bootContainer(guests, {
      ...{ vmid: 143, hostname: 'alloy-lab', vlan, memoryMb: 512 },
      mac: 'BC:24:11:00:11:43',
      publicKey: key.publicKey,
    });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const put = (path: string, text: string) =>
      `echo ${base64(text)} | base64 -d > ${path}`;
    const environment = `OO_URL=${url}\nOO_USER=${username}\nOO_PASS=${password}\n`;
    const guest = (...commands: string[]) =>
      key.ssh(`root@${address}`, `set -e; ${commands.join('; ')}`);
    await guest(
      'rm -f /etc/apt/sources.list.d/*',
      put('/etc/apt/sources.list', `deb [trusted=yes] ${apt} stable main\n`),
      'apt-get -qq update',
      'apt-get -qq install alloy >/dev/null',
      'mkdir -p /etc/systemd/system/alloy.service.d',
      put(
        '/etc/systemd/system/alloy.service.d/x.conf',
        '[Service]\nEnvironmentFile=/etc/alloy/openobserve.env\n',
      ),
      'umask 077',
      put('/etc/alloy/openobserve.env', environment),
      'umask 022',
      put('/etc/alloy/config.alloy', config),
      'alloy validate /etc/alloy/config.alloy',
      'systemctl daemon-reload',
      'systemctl enable --now alloy',
      'logger -t proof the first line',
    );
    const ups = await eventually('a metric', async () =>
      (
        await search(
          'metrics',
          "SELECT job, instance FROM up WHERE host = 'alloy-lab' LIMIT 1",
        )
      ).at(0),
    );
    expect(ups).toEqual({ job: 'integrations/unix', instance: 'alloy-lab' });

    const proof = (line: string) =>
      search(
        'logs',
        `SELECT message FROM journal WHERE host = 'alloy-lab' AND message = '${line}'`,
      );
    const arrives = (line: string) =>
      eventually(line, async () => (await proof(line)).at(0));
    await arrives('the first line');
    await guest('systemctl restart alloy', 'logger -t proof the second line');
    await arrives('the second line');
    await expect(proof('the first line')).resolves.toHaveLength(1);
    await expect(guest('ps -o user= -C alloy')).resolves.toBe('alloy');

    // A configuration that is wrong leaves the service as it was.
    await guest(
      'echo nonsense >> /etc/alloy/config.alloy',
      'systemctl reload alloy',
      'logger -t proof the third line',
    );
    await arrives('the third line');
    await expect(
      guest('journalctl -u alloy --no-pager | grep -c "failed to reload"'),
    ).resolves.toBe('1');
    await openobserve.stop();
  });
});
