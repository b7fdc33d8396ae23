import assert from 'node:assert/strict';
import type { NexusPlace } from './place';

const seeded = 'docker-hosted/shop/web:1.11.0';

/** Requests by which bytes of layers travel. */
const sendsBlob = /^(POST|PATCH|PUT) \/v2\/\{name\}\/blobs\//;

/** Asserts that a push sent its manifest and nothing else. */
function assertNoBlobSent(requests: Record<string, number>): void {
  const sent = Object.keys(requests).filter(route => sendsBlob.test(route));
  assert.deepEqual(sent, [], 'blobs of the second push');
  assert.equal(requests['PUT /v2/{name}/manifests/{reference}'], 1);
}

/**
 * An image by skopeo: pulled, pushed under another name, pushed again, compared by its digest.
 *
 * @returns the digest
 */
export async function imagesBySkopeo(
  place: NexusPlace,
  skopeo: string,
): Promise<string> {
  const remote = (image: string) => `docker://${place.host}/${image}`;
  const login = ['--authfile', place.at('docker/config.json')];
  const copy = (from: string, to: string) =>
    place.run(skopeo, [
      'copy',
      ...login,
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      from,
      to,
    ]);
  const digestOf = async (image: string) => {
    const { output } = await place.run(skopeo, [
      'inspect',
      ...login,
      '--tls-verify=false',
      '--format',
      '{{.Digest}}',
      remote(image),
    ]);
    return output.trim();
  };
  await copy(remote(seeded), `oci:${place.at('image')}:v1`);
  const pushed = 'docker-hosted/verify/skopeo:1.0';
  await copy(`oci:${place.at('image')}:v1`, remote(pushed));
  const digest = await digestOf(pushed);
  assert.equal(digest, await digestOf(seeded));
  assertNoBlobSent(
    await place.requestsOf(() =>
      copy(
        `oci:${place.at('image')}:v1`,
        remote('docker-hosted/verify/skopeo:1.1'),
      ),
    ),
  );
  const [found] = await place.search(
    'docker.imageName=%22verify/skopeo%22&docker.imageTag=1.0',
    1,
  );
  assert.equal(`sha256:${found.assets[0].checksum.sha256}`, digest);
  return digest;
}

/**
 * An image by crane: pulled, pushed, pushed again, put into an index with another, and looked through by the client.
 *
 * @returns the digest of the index
 */
export async function imagesByCrane(
  place: NexusPlace,
  crane: string,
): Promise<string> {
  const remote = (image: string) => `${place.host}/${image}`;
  const call = (...args: string[]) =>
    place.run(crane, [args[0], '--insecure', ...args.slice(1)]);
  const digestOf = async (image: string) =>
    (await call('digest', remote(image))).output.trim();

  await call('pull', '--format', 'oci', remote(seeded), place.at('crane'));
  const pushed = 'docker-hosted/verify/crane:1.0';
  await call('push', place.at('crane'), remote(pushed));
  assert.equal(await digestOf(pushed), await digestOf(seeded));
  assertNoBlobSent(
    await place.requestsOf(() =>
      call('push', place.at('crane'), remote('docker-hosted/verify/crane:1.1')),
    ),
  );
  const index = 'docker-hosted/verify/crane:both';
  await place.run(crane, [
    'index',
    'append',
    '--insecure',
    '--manifest',
    remote('docker-hosted/shop/web:1.10.0'),
    '--manifest',
    remote(pushed),
    '--tag',
    remote(index),
  ]);
  await call('validate', '--remote', remote(index));
  const { output } = await call('ls', remote('docker-hosted/verify/crane'));
  assert.deepEqual(output.trim().split('\n').sort(), ['1.0', '1.1', 'both']);
  return digestOf(index);
}

/** A tag that may be pushed once takes no other image, and the client says why. */
export async function redeployRefused(
  place: NexusPlace,
  crane: string,
): Promise<void> {
  const body = place.write(
    'once.json',
    JSON.stringify({
      name: 'docker-once',
      online: true,
      storage: {
        blobStoreName: 'default',
        strictContentTypeValidation: true,
        writePolicy: 'ALLOW_ONCE',
      },
      docker: { v1Enabled: false, forceBasicAuth: true, pathEnabled: true },
    }),
  );
  const created = await place.curl(
    '/service/rest/v1/repositories/docker/hosted',
    '--header',
    'content-type: application/json',
    '--data-binary',
    `@${body}`,
  );
  assert.equal(created.status, 201);
  const copy = (image: string) =>
    place.attempt(crane, [
      'copy',
      '--insecure',
      `${place.host}/${image}`,
      `${place.host}/docker-once/app:1.0`,
    ]);
  assert.equal((await copy(seeded)).code, 0);
  // The same image again would send nothing: crane sees that it is there.
  const { code, lines } = await copy('docker-hosted/shop/web:1.10.0');
  assert.notEqual(code, 0);
  assert.match(lines.join('\n'), /does not allow updating assets: docker-once/);
}
