import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { useScanner } from '../scanner';

jest.setTimeout(60_000);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nante-grype-'));
  await mkdir(join(folder, 'bin'));
  await useScanner(join(folder, 'bin'), []);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Calls the program as a step does. */
function grype(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    execFile(
      join(folder, 'bin/grype'),
      args,
      { cwd: folder, env: { ...process.env, NODE_OPTIONS: '' } },
      (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

async function write(files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function tar(entries: Record<string, string | Buffer>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(entries))
    archive.entry({ name }, content);
  archive.finalize();
  const file = join(folder, 'some.tar');
  await pipeline(archive, createWriteStream(file));
  return readFile(file);
}

it('finds packages of the made-up list in a folder, says that it only pretends, and fails at the threshold', async () => {
  await write({
    'app/requirements.txt': 'pretended-leaky==1.0.0\nrequests==2.0\n',
    'app/go.mod':
      'module example.com/app\nrequire (\n\texample.com/pretended/leaky v1.0.1\n)\n',
    'app/package-lock.json': JSON.stringify({
      packages: { 'node_modules/pretended-slow': { version: '2.0.0' } },
    }),
    'app/node_modules/x/requirements.txt': 'pretended-injection==1.0\n',
  });
  const done = await grype(
    ...['dir:app', '-q', '-o', 'json=out.json', '-o', 'sarif=out.sarif'],
    ...['-o', 'table', '--fail-on', 'critical'],
  );
  expect(done.code).toBe(2);
  expect(done.stdout).toMatch(/^pretended: /);
  const json = JSON.parse(await readFile(join(folder, 'out.json'), 'utf8'));
  expect(json.descriptor.name).toBe('grype (pretended)');
  const found = (json.matches as any[]).map(({ artifact, vulnerability }) => [
    // eslint-disable-line @typescript-eslint/no-explicit-any
    artifact.name,
    vulnerability.severity,
    vulnerability.fix.state,
  ]);
  expect(found.sort()).toEqual([
    ['pretended-leaky', 'Critical', 'fixed'],
    ['pretended-slow', 'Medium', 'not-fixed'],
  ]);
  const sarif = JSON.parse(await readFile(join(folder, 'out.sarif'), 'utf8'));
  expect(sarif.runs[0].results).toHaveLength(2);
  const fixed = ['dir:app', '--only-fixed', '-o', 'json', '-f', 'high'];
  const again = await grype(...fixed);
  expect(again.code).toBe(2);
  expect(JSON.parse(again.stdout).matches).toHaveLength(1);
});

it('reads SBOMs, and images as archives with packed layers', async () => {
  await write({
    'sbom.json': JSON.stringify({
      bomFormat: 'CycloneDX',
      components: [{ name: 'pretended-injection', version: '2.2.9' }],
    }),
    'fine.json': JSON.stringify({
      packages: [{ name: 'go', versionInfo: '1' }],
    }),
  });
  expect((await grype('sbom:sbom.json', '--fail-on', 'high')).code).toBe(2);
  expect((await grype('sbom:fine.json', '--fail-on', 'low')).code).toBe(0);

  const status = 'Package: pretended-noisy\nVersion: 1.0.9\n\nPackage: bash\n';
  const layer = gzipSync(await tar({ './var/lib/dpkg/status': status }));
  const image = await tar({
    'index.json': JSON.stringify({ manifests: [{ digest: 'sha256:aa' }] }),
    'blobs/sha256/bb': layer,
    'blobs/sha256/aa': JSON.stringify({ layers: [{ digest: 'sha256:bb' }] }),
  });
  await writeFile(join(folder, 'image.tar'), image);
  const oci = await grype('oci-archive:image.tar', '-o', 'json');
  expect(JSON.parse(oci.stdout).matches).toMatchObject([
    { artifact: { name: 'pretended-noisy', type: 'deb' } },
  ]);
});

it('refuses what it does not know, and says its name', async () => {
  const registry = await grype('registry:nginx:latest');
  expect(registry.code).toBe(1);
  expect(registry.stderr).toContain('does not read registry');
  expect((await grype('nginx:latest')).code).toBe(1);
  expect((await grype('dir:.', '-o', 'html')).stderr).toContain('-o takes one');
  expect((await grype('dir:.', '-f', 'awful')).code).toBe(1);
  expect((await grype('version')).stdout).toMatch(
    /^Application: grype \(pretended\)\nVersion: /,
  );
  expect((await grype('db', 'status')).stdout).toContain('pretended');
});
