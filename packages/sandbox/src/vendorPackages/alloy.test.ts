import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { removeTestSandboxes, temporaryFolder } from '../__testUtils__/sandbox';
import { startClient } from '../systems/openobserve/__testUtils__/client';
import {
  describeIfPython,
  eventually,
  runAlloy,
  startAlloy,
  stopAlloy,
} from './__testUtils__/alloy';

afterEach(async () => {
  await stopAlloy();
  await removeTestSandboxes();
});

const base = `
logging { level = "info" }

prometheus.exporter.unix "host" {
  disable_collectors = ["mdadm", "hwmon"]
}

prometheus.scrape "host" {
  targets         = prometheus.exporter.unix.host.targets
  scrape_interval = "1s"
  forward_to      = [prometheus.remote_write.openobserve.receiver]
}

prometheus.remote_write "openobserve" {
  external_labels = { app = "shop", environment = "dev", host = sys.env("HOST") }

  endpoint {
    url = sys.env("OO_URL") + "/api/default/prometheus/api/v1/write"

    basic_auth {
      username = sys.env("OO_USER")
      password = sys.env("OO_PASS")
    }
  }
}

loki.process "lines" {
  forward_to = [loki.write.openobserve.receiver]

  stage.drop { expression = "^\\\\s*$" }
}

loki.relabel "journal" {
  forward_to = []

  rule {
    source_labels = ["__journal__systemd_unit"]
    target_label  = "unit"
  }
}

loki.source.journal "host" {
  max_age       = "1h"
  relabel_rules = loki.relabel.journal.rules
  labels        = { stream_name = "journal" }
  forward_to    = [loki.process.lines.receiver]
}

loki.write "openobserve" {
  external_labels = { host = sys.env("HOST") }

  endpoint {
    url = sys.env("OO_URL") + "/api/default/loki/api/v1/push"

    basic_auth {
      username = sys.env("OO_USER")
      password = sys.env("OO_PASS")
    }
  }
}
`;

describeIfPython('the stand-in of Alloy', () => {
  it('sends what its configuration says: metrics with up, journal without empty lines; a bad change leaves it as it is', async () => {
    const { url, credentials, search } = await startClient();
    const [user, password] = credentials.split(':');
    const { child, configs, log, ready } = await startAlloy(base, {
      OO_URL: url,
      OO_USER: user,
      OO_PASS: password,
      HOST: 'web-1',
    });
    const ups = () =>
      search(
        'metrics',
        "SELECT DISTINCT app, environment, job, instance, value FROM up WHERE host = 'web-1'",
      );
    expect(await eventually(ups, hits => hits.length > 0)).toEqual([
      {
        app: 'shop',
        environment: 'dev',
        job: 'integrations/unix',
        instance: hostname(),
        value: 1,
      },
    ]);
    await expect(
      search(
        'metrics',
        "SELECT value FROM node_memory_memtotal_bytes WHERE host = 'web-1' LIMIT 1",
      ),
    ).resolves.toMatchObject([{ value: expect.any(Number) }]);
    const lines = () =>
      search(
        'logs',
        "SELECT message, unit, job FROM journal WHERE host = 'web-1'",
      );
    expect(await eventually(lines, hits => hits.length > 0)).toEqual([
      { message: 'hello', unit: 'x.service', job: 'loki.source.journal.host' },
    ]);
    expect(await ready()).toBe(200);

    await writeFile(join(configs, 'more.alloy'), 'prometheus.scrape "host" {}');
    child.kill('SIGHUP');
    await eventually(log, text => text.includes('failed to reload config'));
    expect(log()).toContain('block prometheus.scrape.host already declared at');
    await writeFile(join(configs, 'more.alloy'), '// nothing');
    child.kill('SIGHUP');
    await eventually(log, text => text.includes('config reloaded'));
    expect(log()).toContain('config reloaded');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(log()).not.toContain(password);
  }, 60_000);

  it('says that credentials are refused, and sends again what was only turned away', async () => {
    const { url, credentials, search, fault, clearFaults } =
      await startClient();
    const [user, password] = credentials.split(':');
    const wrong = await startAlloy(base, {
      OO_URL: url,
      OO_USER: user,
      OO_PASS: 'wrong',
    });
    const both = (text: string) =>
      text.includes('non-recoverable error') &&
      text.includes('final error sending batch');
    expect(await eventually(wrong.log, both)).toContain(
      'server returned HTTP status 401 Unauthorized',
    );
    expect(wrong.log()).toContain(
      'component_id=prometheus.remote_write.openobserve',
    );

    await fault({ kind: 'refuse-ingest' });
    const again = await startAlloy(base, {
      OO_URL: url,
      OO_USER: user,
      OO_PASS: password,
      HOST: 'late',
    });
    await eventually(again.log, text => text.includes('retrying'));
    await clearFaults();
    const ups = () => search('metrics', "SELECT 1 FROM up WHERE host = 'late'");
    expect(await eventually(ups, hits => hits.length > 0)).not.toEqual([]);
  }, 60_000);

  it('refuses a configuration with the place and the reason, in the words of the vendor', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'x.alloy');
    const refusal = async (text: string) => {
      await writeFile(file, text);
      const { code, stderr } = await runAlloy('validate', file);
      expect(stderr).toContain('Error: validation failed');
      return [code, stderr.split('\n')[0].replaceAll(file, 'x')];
    };
    const scrape = (body: string) => `prometheus.scrape "a" {\n${body}\n}\n`;
    const cases: [string, string][] = [
      [
        'loki.wrote "a" {}',
        '1:1: cannot find the definition of component name "loki.wrote"',
      ],
      [scrape('targets = []'), '1:1: missing required attribute "forward_to"'],
      [
        scrape('forward_to = []\ntargets = []\ntarget = 1'),
        '4:1: unrecognized attribute name "target"',
      ],
      [
        scrape(
          'targets = []\nforward_to = [prometheus.remote_write.b.receiver]',
        ),
        '3:15: component "prometheus.remote_write.b.receiver" does not exist or is out of scope',
      ],
      [
        scrape('targets = "x"\nforward_to = []'),
        '2:11: expected array, got string',
      ],
      [
        scrape('targets = []\nforward_to = []\nscrape_interval = "1 minute"'),
        '4:19: time: invalid duration "1 minute"',
      ],
      [
        scrape('targets = [\n{}\n]\nforward_to = []'),
        "3:3: missing ',' in expression list",
      ],
      [
        'loki.process "a-b" {}',
        '1:14: expected block label to be a valid identifier, but got "a-b"',
      ],
      ['loki.write {}', '1:1: component "loki.write" must have a label'],
      [
        'logging {}\nlogging {}',
        '2:1: block logging already declared at x:1:1',
      ],
      [
        'loki.process "a" {\nforward_to = [loki.process.a.receiver]\n}',
        '1:1: cannot reference self',
      ],
      [
        'loki.relabel "a" {\nforward_to = []\nrule { action = "random" }\n}',
        '3:1: unknown action random',
      ],
      [
        "logging { level = 'warn' }",
        '1:19: illegal single-quoted string; use double quotes',
      ],
    ];
    for (const [text, message] of cases)
      expect(await refusal(text)).toEqual([1, `Error: x:${message}`]);
    const started = await runAlloy(
      'run',
      '--server.http.listen-addr=127.0.0.1:0',
      file,
    );
    expect(started.code).toBe(1);
    expect(started.stderr).toContain(
      'Error: could not perform the initial load successfully',
    );
  }, 60_000);

  it('has the command line of the vendor', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'base.alloy'), base);
    await writeFile(join(folder, 'notes.txt'), 'no configuration');
    expect(await runAlloy('validate', folder)).toMatchObject({ code: 0 });
    expect(await runAlloy('fmt', join(folder, 'base.alloy'))).toMatchObject({
      code: 0,
      stdout: base,
    });
    expect(
      await runAlloy('fmt', '-t', join(folder, 'notes.txt')),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('encountered errors during formatting'),
    });
    expect((await runAlloy('--version')).stdout).toMatch(
      /~standin \(a stand-in/,
    );
    expect(await runAlloy('run', '--no-such-flag', folder)).toMatchObject({
      code: 1,
      stderr: 'Error: unknown flag: --no-such-flag\n',
    });
    expect(await runAlloy('run', join(folder, 'gone'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such file or directory'),
    });
  }, 60_000);
});
