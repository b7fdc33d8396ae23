import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { checksum, type NexusPlace } from './place';

/** A chart that Helm makes, pushed by curl, found, pulled and rendered by Helm. */
export async function chartsByHelm(
  place: NexusPlace,
  helm: string,
): Promise<void> {
  const call = (...args: string[]) => place.run(helm, args);
  await call('create', 'verify');
  await call('package', 'verify');
  const file = place.at('verify-0.1.0.tgz');
  const { status } = await place.curl(
    '/repository/helm-hosted/',
    '--upload-file',
    file,
  );
  assert.equal(status, 200);
  await place.search('repository=helm-hosted&name=verify', 1);
  await place.run(
    helm,
    [
      ...['repo', 'add', 'nexus', `${place.url}/repository/helm-hosted/`],
      ...['--username', place.username, '--password-stdin'],
    ],
    { input: place.password },
  );
  await call('repo', 'update');
  const { output } = await call('search', 'repo', 'nexus/', '-l', '-o', 'json');
  const charts = (JSON.parse(output) as { name: string; version: string }[])
    .map(({ name, version }) => `${name} ${version}`)
    .filter(chart => !/ 1\.[0-9]\./.test(chart));
  assert.deepEqual(charts, [
    'nexus/shop 1.11.0',
    'nexus/shop 1.10.0',
    'nexus/verify 0.1.0',
  ]);
  mkdirSync(place.at('pulled'));
  await call('pull', 'nexus/verify', '--destination', place.at('pulled'));
  assert.equal(
    await checksum(place.at('pulled/verify-0.1.0.tgz')),
    await checksum(file),
  );
  const rendered = await call('template', 'nexus/shop');
  assert.match(rendered.output, /image: "shop:1\.11\.0"/);
}

/** A package that npm publishes, looks at, installs, tags, and may not publish again. */
export async function packagesByNpm(place: NexusPlace): Promise<void> {
  const registry = `${place.url}/repository/npm-hosted/`;
  const settings = [
    `registry=${registry}`,
    `//${place.host}/repository/npm-hosted/:_auth=${place.basic}`,
    `cache=${place.at('npm-cache')}`,
    'audit=false',
    'fund=false',
    'update-notifier=false',
    '',
  ].join('\n');
  const name = '@example/verify';
  const manifest = { name, version: '1.0.0', license: 'MIT', main: 'index.js' };
  place.write('package/.npmrc', settings);
  place.write('package/package.json', JSON.stringify(manifest));
  place.write('package/index.js', 'module.exports = "verified";\n');
  const options = { cwd: place.at('package') };
  await place.run('npm', ['publish'], options);
  const view = await place.run('npm', ['view', name, '--json'], options);
  assert.equal(JSON.parse(view.output).version, '1.0.0');
  const again = await place.attempt('npm', ['publish'], options);
  assert.notEqual(again.code, 0);
  assert.match(again.lines.join('\n'), /previously published versions/);

  place.write('consumer/.npmrc', settings);
  place.write('consumer/package.json', '{}');
  const consumer = { cwd: place.at('consumer') };
  await place.run('npm', ['install', name, '@example/ui@3.0.0'], consumer);
  const installed = place.at('consumer/node_modules', name, 'index.js');
  assert.match(readFileSync(installed, 'utf8'), /verified/);
  // npm itself compares what it got with the checksum of the registry.
  const lock = readFileSync(place.at('consumer/package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock);
  assert.match(packages[`node_modules/${name}`].integrity, /^sha512-/);
  await place.run(
    'npm',
    ['dist-tag', 'add', `${name}@1.0.0`, 'tried'],
    options,
  );
  const tags = await place.run('npm', ['dist-tag', 'ls', name], options);
  assert.deepEqual(tags.output.trim().split('\n').sort(), [
    'latest: 1.0.0',
    'tried: 1.0.0',
  ]);
}
