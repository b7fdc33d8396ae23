import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

jest.setTimeout(60_000);

const actions = join(__dirname, '../../../.github/actions');
const sha = '0123456'.padEnd(40, '0');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nante-actions-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'sources'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script of an action as a step of a job does. */
function script(
  name: string,
  env: Record<string, string>,
): Promise<{ code: number; text: string; outputs: Record<string, string> }> {
  const output = join(folder, 'output');
  writeFileSync(output, '');
  return new Promise(resolve => {
    execFile(
      join(actions, name),
      {
        cwd: join(folder, 'sources'),
        env: {
          PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
          HOME: folder,
          RUNNER_TEMP: folder,
          RUNNER_TOOL_CACHE: join(folder, 'cache'),
          GITHUB_WORKSPACE: join(folder, 'sources'),
          GITHUB_OUTPUT: output,
          GITHUB_PATH: join(folder, 'path'),
          GITHUB_STEP_SUMMARY: join(folder, 'summary'),
          ...env,
        },
      },
      (error, stdout) =>
        resolve({
          code: error ? Number(error.code) : 0,
          text: stdout,
          outputs: Object.fromEntries(
            readFileSync(output, 'utf8')
              .split('\n')
              .filter(Boolean)
              .map(line => [
                line.slice(0, line.indexOf('=')),
                line.slice(line.indexOf('=') + 1),
              ]),
          ),
        }),
    );
  });
}

/** A program on the PATH of the job. */
function program(name: string, text: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${text}`);
  chmodSync(file, 0o755);
}

describe('name-version', () => {
  const version = (env: Record<string, string>) =>
    script('name-version/version.sh', {
      ...{ APP: 'shop', VERSION: '', IS_CHART: 'false', GITHUB_SHA: sha },
      ...{ GITHUB_RUN_NUMBER: '7', DEFAULT_BRANCH: 'trunk' },
      ...env,
    });

  it.each([
    ['the default branch', { GITHUB_REF: 'refs/heads/trunk' }, '0.1.7'],
    ['another branch', { GITHUB_REF: 'refs/heads/x' }, '0.1.7-g0123456'],
    ['a pull request', { GITHUB_REF: 'refs/pull/3/merge' }, '0.1.7-g0123456'],
    ['a tag', { GITHUB_REF: 'refs/tags/v1.2.3-rc.1' }, '1.2.3-rc.1'],
    [
      'a tag without a version',
      { GITHUB_REF: 'refs/tags/x' },
      '0.1.7-g0123456',
    ],
    ['what was given', { VERSION: 'v2.0.0' }, '2.0.0'],
  ])('is that of %s', async (_, env, expected) => {
    const { code, outputs } = await version(env);
    expect(code).toBe(0);
    expect(outputs).toMatchObject({ version: expected, commit: sha });
  });

  it.each([
    ['1.2.3-SNAPSHOT', 'SNAPSHOT is another thing each time'],
    ['latest', 'use numbers such as 1.2.3'],
    ['01.2.3', 'use numbers such as 1.2.3'],
    ['1.2.3+build', 'use numbers such as 1.2.3'],
    ['$(touch x)', 'use numbers such as 1.2.3'],
    ['1.2.3\nversion=9.9.9', 'use numbers such as 1.2.3'],
    [`1.2.3-${'a'.repeat(100)}`, 'at most 100 characters'],
  ])('refuses %j, and names no version', async (given, message) => {
    const { code, text, outputs } = await version({ VERSION: given });
    expect(code).toBe(1);
    expect(text).toContain(message);
    expect(outputs).toEqual({});
  });

  it('refuses for a chart what is no semantic version', async () => {
    for (const given of ['1.2', '1.2.3-01']) {
      const { code, text } = await version({
        VERSION: given,
        IS_CHART: 'true',
      });
      expect(code).toBe(1);
      expect(text).toContain('a Helm chart needs three numbers');
    }
  });

  it('names all that is wrong at once', async () => {
    const { text } = await version({ APP: 'Shop', VERSION: 'x' });
    expect(text).toMatch(/app_name: .*%0Aversion: /);
  });
});

describe('health-check', () => {
  let server: Server;
  let answers: number[];
  beforeEach(async () => {
    server = createServer((_, response) => {
      const status = answers.length > 1 ? answers.shift()! : answers[0];
      response.writeHead(status).end('no database');
    });
    await new Promise<void>(done => {
      server.listen(0, '127.0.0.1', done);
    });
  });
  afterEach(() => server.close());
  const check = (env: Record<string, string> = {}) =>
    script('health-check/check.sh', {
      ADDRESS: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      ...{ EXPECTED: '2xx', TIMES: '3', INTERVAL: '0.1', LIMIT: '1' },
      ...env,
    });

  it('waits for several good answers in a row', async () => {
    answers = [503, 200, 200, 503, 200, 204, 200];
    const { code, outputs } = await check({ LIMIT: '30' });
    expect({ code, outputs, answers }).toEqual({
      code: 0,
      outputs: { status: '200' },
      answers: [200],
    });
  });

  it('says the last answer when time is over', async () => {
    answers = [500];
    const { code, text, outputs } = await check();
    expect(code).toBe(1);
    expect(text).toContain('The last answer: 500: no database');
    expect(outputs.status).toBe('500');
  });

  it('says why nothing answers', async () => {
    const { code, text } = await check({ ADDRESS: 'http://127.0.0.1:1/' });
    expect(code).toBe(1);
    expect(text).toMatch(/The last answer: curl: /);
  });

  it.each([
    ['url', { ADDRESS: `http://${'user:word'}@example.com/` }],
    ['url', { ADDRESS: 'file:///etc/passwd' }],
    ['status', { EXPECTED: '.*' }],
    ['seconds', { LIMIT: '$(id)' }],
  ])('refuses a wrong %s without asking', async (name, env) => {
    const { code, text } = await check(env);
    expect(code).toBe(1);
    expect(text).toContain(`${name}: `);
  });
});

describe('security-scan', () => {
  const match = (id: string, severity: string, versions: string[] = []) => ({
    vulnerability: {
      ...{ id, severity },
      fix: { versions, state: versions.length > 0 ? 'fixed' : 'not-fixed' },
    },
    artifact: { name: 'leaky', version: '1.0.0' },
  });
  const grype = (matches: unknown[]) => {
    writeFileSync(join(folder, 'report.json'), JSON.stringify({ matches }));
    program(
      'grype',
      `case $1 in version) echo 'Version: 9.9.9'; exit ;; esac
for one; do case $one in json=*) cp '${folder}/report.json' "\${one#json=}" ;; sarif=*) echo '{}' >"\${one#sarif=}" ;; esac; done
`,
    );
  };
  const scan = (env: Record<string, string> = {}) =>
    script('security-scan/scan.sh', {
      ...{ TARGET: folder, TYPE: 'directory', THRESHOLD: 'high' },
      ...{ ONLY_FIXED: 'false', SCANNER: 'auto', SARIF: '' },
      ...{ UPLOAD_TOKEN: '', TOOLS_MIRROR: '', ...env },
    });

  it('lets through what is below the threshold, and counts it', async () => {
    grype([match('A-1', 'Medium'), match('A-2', 'Low'), match('A-3', 'Odd')]);
    const { code, outputs } = await scan();
    expect(code).toBe(0);
    expect(JSON.parse(outputs.findings)).toEqual({
      ...{ critical: 0, high: 0, medium: 1, low: 1 },
      ...{ negligible: 0, unknown: 1 },
    });
    expect(outputs).toMatchObject({ failing: '0', scanner: 'grype 9.9.9' });
  });

  it('stops at the threshold, with what was found and what corrects it', async () => {
    grype([match('A-1', 'Critical', ['1.0.1']), match('A-2', 'High')]);
    const { code, text, outputs } = await scan();
    expect(code).toBe(1);
    expect(text).toContain('critical: A-1 in leaky 1.0.0, fixed in 1.0.1');
    expect(outputs.failing).toBe('2');
    const onlyFixed = await scan({ ONLY_FIXED: 'true' });
    expect(onlyFixed.outputs.failing).toBe('1');
    expect((await scan({ THRESHOLD: 'none' })).code).toBe(0);
  });

  it('takes names of others as text in summary and log', async () => {
    grype([match('A-1\n::error::x', '`id`'), match('](http://x)|', 'Low')]);
    const { code, text } = await scan();
    expect(code).toBe(0);
    expect(text).not.toMatch(/^::error::x/m);
    const summary = readFileSync(join(folder, 'summary'), 'utf8');
    expect(summary).not.toMatch(/]\(http|^::error/m);
  });

  it('fails where the scanner fails, or writes no report', async () => {
    program('grype', 'exit 1\n');
    expect((await scan()).text).toContain('grype could not scan');
    program('grype', 'exit 0\n');
    expect((await scan()).text).toContain('wrote no report');
  });
});

describe('Archives', () => {
  it('have the same bytes whenever they are packed', async () => {
    const content = join(folder, 'content');
    mkdirSync(join(content, 'b'), { recursive: true });
    writeFileSync(join(content, 'b/run.sh'), 'true\n', { mode: 0o755 });
    writeFileSync(join(content, 'a.txt'), 'a\n');
    const pack = (kind: string, file: string) =>
      new Promise<Buffer>((done, failed) => {
        execFile(
          'python3',
          [
            ...[join(actions, 'lib/pack.py'), kind, join(folder, file)],
            ...['1700000000', content],
          ],
          error =>
            error ? failed(error) : done(readFileSync(join(folder, file))),
        );
      });
    for (const kind of ['zip', 'tgz']) {
      const first = await pack(kind, `first.${kind}`);
      utimesSync(join(content, 'a.txt'), 1, 1);
      chmodSync(join(content, 'a.txt'), 0o600);
      expect(await pack(kind, `second.${kind}`)).toEqual(first);
      expect(statSync(join(folder, `first.${kind}`)).size).toBeGreaterThan(100);
    }
  });
});

describe('Pinned tools', () => {
  it('are not used with another checksum than theirs', async () => {
    const server = createServer((_, response) => response.end('not Grype'));
    await new Promise<void>(done => {
      server.listen(0, '127.0.0.1', done);
    });
    try {
      const { port } = server.address() as AddressInfo;
      const { code, text } = await script('security-scan/scan.sh', {
        ...{ TARGET: folder, TYPE: 'directory', THRESHOLD: 'none' },
        ...{ ONLY_FIXED: 'false', SCANNER: 'grype', SARIF: '' },
        ...{ UPLOAD_TOKEN: '', TOOLS_MIRROR: `http://127.0.0.1:${port}` },
        PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
      });
      expect(code).toBe(1);
      expect(text).toMatch(/grype_[\d.]+_linux_\w+\.tar\.gz has the checksum/);
      expect(text).toContain('Nothing is published without a scan');
    } finally {
      server.close();
    }
  });
});
