import { execFile } from 'node:child_process';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  removeTestSandboxes,
  startTestSandbox,
  temporaryFolder,
} from '../../__testUtils__/sandbox';
import { findTool } from '../../guests/nspawn/command';
import { SystemServer } from '../../hosting/systemServer';
import { buildVendorPackages } from '../../vendorPackages/build';
import { createPackages } from '.';

const execFileAsync = promisify(execFile);
const hasApt = findTool('apt-get') && findTool('dpkg-deb');
const describeWithApt = hasApt ? describe : describe.skip;
const servers: SystemServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.stop()));
  await removeTestSandboxes();
});

const control = {
  name: 'greeter',
  version: '1.2.3~standin',
  depends: ['python3'],
  description: 'Stand-in that greets',
};

/** A folder with one package in it. */
async function payload(changes: Partial<typeof control> = {}) {
  const source = await temporaryFolder();
  const files: Record<string, string> = {
    'control.json': JSON.stringify({ ...control, ...changes }),
    postinst: '#!/bin/sh\nset -e\n',
    'root/usr/bin/greet': '#!/usr/bin/python3\nprint("hello")\n',
    'root/usr/lib/greeter/words': 'hello\n'.repeat(200),
    'root/etc/default/greeter': 'FLAGS=""\n',
  };
  for (const [path, content] of Object.entries(files)) {
    const file = join(source, 'greeter', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await chmod(join(source, 'greeter/root/usr/bin/greet'), 0o755);
  await symlink('greet', join(source, 'greeter/root/usr/bin/hello'));
  return source;
}

async function serve(dataDir: string, source: string): Promise<string> {
  const standIn = await createPackages(
    { dataDir, seed: 1, log() {} },
    { source },
  );
  const server = new SystemServer({
    name: 'packages',
    fetch: request => standIn.fetch(request),
    seed: 1,
    log() {},
  });
  await server.listen(0);
  servers.push(server);
  return server.url;
}

/** apt with a folder of its own in place of the machine's, and one source. */
async function aptIn(folder: string, source: string) {
  for (const part of ['state/lists/partial', 'cache/archives/partial'])
    await mkdir(join(folder, part), { recursive: true });
  await writeFile(join(folder, 'sources.list'), `${source}\n`);
  await writeFile(join(folder, 'status'), '');
  const settings = [
    `Dir::State=${folder}/state`,
    `Dir::State::status=${folder}/status`,
    `Dir::Cache=${folder}/cache`,
    `Dir::Etc::sourcelist=${folder}/sources.list`,
    'Dir::Etc::sourceparts=-',
    'APT::Sandbox::User=root',
    'Acquire::http::Proxy::127.0.0.1=DIRECT',
  ].flatMap(setting => ['-o', setting]);
  return async (...args: string[]) => {
    const call = execFileAsync('apt-get', [...settings, ...args], {
      cwd: folder,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    const { stdout, stderr } = await call.catch(error => error);
    return `${stdout}${stderr}`;
  };
}

describeWithApt('a Debian', () => {
  it('takes it for any suite by its key, gets the package whole, and refuses another key', async () => {
    const url = await serve(await temporaryFolder(), await payload());
    let folder = await temporaryFolder();
    const key = join(folder, 'key.asc');
    await writeFile(key, await (await fetch(`${url}/key.asc`)).text());

    for (const suite of ['bookworm', 'stable']) {
      folder = await temporaryFolder();
      const source = `deb [signed-by=${key}] ${url} ${suite} main`;
      const apt = await aptIn(folder, source);
      await expect(apt('update')).resolves.not.toMatch(/^[WE]:/m);
      await expect(apt('download', 'greeter')).resolves.toMatch(/1\.2\.3/);
    }
    const [deb] = (await readdir(folder)).filter(name => name.endsWith('.deb'));
    const { stdout: contents } = await execFileAsync('dpkg-deb', [
      ...['--contents', join(folder, deb)],
    ]);
    expect(contents).toMatch(/^-rwxr-xr-x root\/root .* \.\/usr\/bin\/greet$/m);
    expect(contents).toMatch(/^-rw-r--r-- root\/root .* 1200 .*\/words$/m);
    expect(contents).toMatch(/^l.* \.\/usr\/bin\/hello -> greet$/m);
    const { stdout: about } = await execFileAsync('dpkg-deb', [
      ...['--info', join(folder, deb)],
    ]);
    expect(about).toMatch(/conffiles[^]*postinst[^]*Version: 1\.2\.3~standin/);
    expect(about).toMatch(/Depends: python3/);

    const other = await serve(await temporaryFolder(), await payload());
    const wrong = await aptIn(
      await temporaryFolder(),
      `deb [signed-by=${key}] ${other} stable main`,
    );
    await expect(wrong('update')).resolves.toMatch(/^[WE]:.*sign/m);
  }, 30_000);
});

it('builds the same content once, and keeps its key over a restart', async () => {
  const [dataDir, source] = [await temporaryFolder(), await payload()];
  const key = async () =>
    (await fetch(`${await serve(dataDir, source)}/key.asc`)).text();
  await expect(key()).resolves.toBe(await key());

  const [first] = buildVendorPackages(join(dataDir, 'pool'), source);
  await writeFile(first.file, 'not built again');
  buildVendorPackages(join(dataDir, 'pool'), source);
  await expect(readFile(first.file, 'utf8')).resolves.toBe('not built again');

  await writeFile(join(source, 'greeter/root/usr/lib/greeter/words'), 'hi\n');
  const [second] = buildVendorPackages(join(dataDir, 'pool'), source);
  expect(second.file).not.toBe(first.file);
});

it('has nothing in it that could be taken for the original', async () => {
  const source = await payload({ version: '1.2.3' });
  const pool = join(await temporaryFolder(), 'pool');
  expect(() => buildVendorPackages(pool, source)).toThrow(/control\.json/);
});

it('serves what the sandbox itself has, and nothing beside it', async () => {
  const { endpoints } = await startTestSandbox({ systems: ['packages'] });
  const { url, guestUrl } = endpoints.packages!;
  expect(guestUrl).toBeUndefined();
  const status = async (path: string) => (await fetch(url + path)).status;
  await expect(status('/dists/noble/InRelease')).resolves.toBe(200);
  await expect(status('/dists/noble/main/binary-amd64/Packages')).resolves.toBe(
    200,
  );
  await expect(status('/dists/noble/other')).resolves.toBe(404);
  await expect(status('/pool/..%2fkey.json')).resolves.toBe(404);
});
