import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { statSync, truncateSync } from 'node:fs';
import { checksum, type NexusPlace } from './place';

/** Raw files by curl: written, read whole and from the middle on, looked at without their content. */
export async function rawFiles(place: NexusPlace): Promise<void> {
  const content = randomBytes(3_000_000);
  const file = place.write('raw.bin', content);
  const target = '/repository/raw-hosted/verify/raw file.bin'.replaceAll(
    ' ',
    '%20',
  );
  const { status } = await place.curl(target, '--upload-file', file);
  assert.equal(status, 201);

  const copy = place.write('copy.bin', content.subarray(0, 1_000_000));
  // Curl goes on where the file ends.
  const rest = await place.curl(target, '--continue-at', '-', '--output', copy);
  assert.equal(rest.status, 206);
  assert.equal(await checksum(copy), await checksum(file));

  const head = await place.curl(target, '--head');
  const sha1 = await checksum(file, 'sha1');
  assert.match(head.body, new RegExp(`etag: "\\{SHA1\\{${sha1}\\}\\}"`));
  assert.match(head.body, /content-length: 3000000\b/);
  const [found] = await place.search('repository=raw-hosted&name=raw*', 1);
  assert.equal(found.assets[0].checksum.sha256, await checksum(file));
}

/** A Maven artifact laid out by curl as Maven does it, with checksums and metadata; once only. */
export async function mavenLayout(place: NexusPlace): Promise<void> {
  const folder = '/repository/maven-releases/com/example/verify';
  const archive = `${folder}/1.0.0/verify-1.0.0.tar.gz`;
  const program = place.write('payload.txt', 'what is deployed\n');
  await place.run('tar', ['-czf', 'verify.tar.gz', 'payload.txt']);
  const file = place.at('verify.tar.gz');
  const pom = place.write(
    'verify.pom',
    '<project><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId><artifactId>verify</artifactId><version>1.0.0</version></project>\n',
  );
  const put = (target: string, content: string) =>
    place.curl(target, '--upload-file', content);
  assert.equal((await put(archive, file)).status, 201);
  assert.equal(
    (await put(`${folder}/1.0.0/verify-1.0.0.pom`, pom)).status,
    201,
  );
  const sha1 = place.write('verify.sha1', await checksum(file, 'sha1'));
  assert.equal((await put(`${archive}.sha1`, sha1)).status, 201);

  const metadata = await place.curl(`${folder}/maven-metadata.xml`);
  assert.match(metadata.body, /<release>1\.0\.0<\/release>/);
  const sum = await place.curl(`${folder}/maven-metadata.xml.sha256`);
  assert.equal(
    sum.body,
    createHash('sha256').update(metadata.body).digest('hex'),
  );
  for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512'])
    assert.equal(
      (await place.curl(`${archive}.${algorithm}`)).body,
      await checksum(file, algorithm),
    );
  const again = await put(archive, program);
  assert.equal(again.status, 400);
  assert.match(again.body, /does not allow updating assets: maven-releases/);
  const copy = place.at('verify-copy.tar.gz');
  await place.curl(archive, '--output', copy);
  assert.equal(await checksum(copy), await checksum(file));
}

/** An artifact by the components API, as a form. */
export async function componentForm(place: NexusPlace): Promise<void> {
  const form = {
    'maven2.groupId': 'com.example',
    'maven2.artifactId': 'form',
    'maven2.version': '2.0.0',
    'maven2.generate-pom': 'true',
    'maven2.packaging': 'tar.gz',
    'maven2.asset1': `@${place.at('verify.tar.gz')}`,
    'maven2.asset1.extension': 'tar.gz',
  };
  const upload = () =>
    place.curl(
      '/service/rest/v1/components?repository=maven-releases',
      ...Object.entries(form).flatMap(([name, value]) => [
        '--form',
        `${name}=${value}`,
      ]),
    );
  assert.equal((await upload()).status, 204);
  const [found] = await place.search('maven.artifactId=form', 1);
  const archive = found.assets.find(({ path }) => path.endsWith('.tar.gz'));
  assert.equal(
    archive?.checksum.sha256,
    await checksum(place.at('verify.tar.gz')),
  );
  const again = await upload();
  assert.equal(again.status, 400);
  assert.match(again.body, /does not allow updating assets/);
}

/**
 * A file of 1 GB up and down again by curl, while the memory of the process that serves it is watched.
 *
 * @returns rates in MB/s, and by how many MB the memory grew at most
 */
export async function largeFile(place: NexusPlace) {
  const file = place.write('large.bin', '');
  truncateSync(file, 1024 ** 3);
  const megabytes = statSync(file).size / 1e6;
  const target = '/repository/raw-hosted/verify/large.bin';
  const memory = () => process.memoryUsage().rss / 1e6;
  const before = memory();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, memory());
  }, 20);
  try {
    const started = performance.now();
    const { status } = await place.curl(target, '--upload-file', file);
    assert.equal(status, 201);
    const uploaded = performance.now();
    const copy = place.at('large-copy.bin');
    await place.curl(target, '--output', copy);
    const downloaded = performance.now();
    assert.equal(await checksum(copy), await checksum(file));
    const grew = Math.round(most - before);
    assert.ok(grew < 100, `the memory grew by ${grew} MB`);
    return {
      uploadMBs: Math.round((1000 * megabytes) / (uploaded - started)),
      downloadMBs: Math.round((1000 * megabytes) / (downloaded - uploaded)),
      memoryGrewMB: grew,
    };
  } finally {
    clearInterval(watch);
  }
}
