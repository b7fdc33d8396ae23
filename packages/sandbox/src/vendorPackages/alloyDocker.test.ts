import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { removeTestSandboxes, temporaryFolder } from '../__testUtils__/sandbox';
import { startClient } from '../systems/openobserve/__testUtils__/client';
import {
  describeIfPython,
  eventually,
  startAlloy,
  stopAlloy,
} from './__testUtils__/alloy';

afterEach(async () => {
  await stopAlloy();
  await removeTestSandboxes();
});

/** A line as the engine sends it from a container without a terminal: eight bytes of head, then time and text. */
function piece(stream: 1 | 2, line: string): Buffer {
  const content = Buffer.from(`${new Date().toISOString()} ${line}\n`);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, content]);
}

/** As much of Docker's API as Alloy asks: one container that says three lines and then nothing more. */
async function startEngine(socket: string) {
  const container = {
    Id: 'c0ffee',
    Names: ['/web'],
    Image: 'nginx:1.27',
    Created: 1_790_000_000,
    Labels: { 'com.example.team': 'shop' },
    NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } },
  };
  const stats = {
    memory_stats: { usage: 5000, limit: 9000, stats: { inactive_file: 1000 } },
    cpu_stats: { cpu_usage: { total_usage: 2_500_000_000 } },
    networks: { eth0: { rx_bytes: 7, tx_bytes: 8 } },
  };
  const server = createServer((request, response) => {
    const [path] = `${request.url}`.split('?');
    if (path === '/containers/json') response.end(JSON.stringify([container]));
    else if (path.endsWith('/json'))
      response.end(JSON.stringify({ Config: { Tty: false } }));
    else if (path.endsWith('/stats')) response.end(JSON.stringify(stats));
    else
      for (const bytes of [
        piece(1, 'ready'),
        piece(1, ''),
        piece(2, 'a warning'),
      ])
        response.write(bytes);
  });
  server.listen(socket);
  await once(server, 'listening');
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

const config = `
discovery.docker "local" { host = sys.env("DOCKER") }

discovery.relabel "docker" {
  targets = discovery.docker.local.targets

  rule {
    source_labels = ["__meta_docker_container_name"]
    regex         = "/(.*)"
    target_label  = "container"
  }
}

loki.source.docker "local" {
  host       = sys.env("DOCKER")
  targets    = discovery.relabel.docker.output
  labels     = { stream_name = "docker" }
  forward_to = [loki.process.lines.receiver]
}

loki.process "lines" {
  forward_to = [loki.write.openobserve.receiver]
  stage.drop { expression = "^\\\\s*$" }
}

prometheus.exporter.cadvisor "local" {
  docker_host = sys.env("DOCKER")
  docker_only = true
}

prometheus.scrape "docker" {
  targets    = prometheus.exporter.cadvisor.local.targets
  forward_to = [prometheus.remote_write.openobserve.receiver]
}

prometheus.remote_write "openobserve" {
  endpoint {
    url = sys.env("OO_URL") + "/api/default/prometheus/api/v1/write"
    basic_auth {
      username = sys.env("OO_USER")
      password = sys.env("OO_PASS")
    }
  }
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

describeIfPython('the stand-in of Alloy beside a Docker engine', () => {
  it('sends what containers say and use, under their names', async () => {
    const { url, credentials, search } = await startClient();
    const [user, password] = credentials.split(':');
    const socket = join(await temporaryFolder(), 'docker.sock');
    const stopEngine = await startEngine(socket);
    const { log } = await startAlloy(config, {
      OO_URL: url,
      OO_USER: user,
      OO_PASS: password,
      DOCKER: `unix://${socket}`,
    });
    const lines = () =>
      search(
        'logs',
        'SELECT container, message FROM docker ORDER BY message DESC',
      ).catch(() => []);
    expect(await eventually(lines, hits => hits.length > 1)).toEqual([
      { container: 'web', message: 'ready' },
      { container: 'web', message: 'a warning' },
    ]);
    const memory = () =>
      search(
        'metrics',
        'SELECT name, image, job, container_label_com_example_team AS team, value FROM container_memory_working_set_bytes',
      ).catch(() => []);
    expect(await eventually(memory, hits => hits.length > 0)).toEqual([
      {
        name: 'web',
        image: 'nginx:1.27',
        job: 'integrations/cadvisor',
        team: 'shop',
        value: 4000,
      },
    ]);
    expect(log()).not.toMatch(/level=error/);
    stopEngine();
  }, 60_000);
});
