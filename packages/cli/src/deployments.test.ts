import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPlace, type Place } from './__testUtils__/terminal';

jest.setTimeout(180_000);

let place: Place;
beforeAll(async () => {
  place = await startPlace({ deployments: true });
});
afterAll(() => place?.stop());
afterEach(() => place.clearFaults());

/** On a machine without Terraform. */
const bare = { NANTE_TERRAFORM: '/no/such/terraform' };
const nante = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  place.nante(args, { env: { ...bare, ...env } });

/** Writes a file that passes for a zip archive. */
function zip(name: string, content: string): string {
  const file = join(place.folder, name);
  writeFileSync(file, `PK\u0003\u0004${content}`);
  return file;
}

const publishing = (file: string, version: string) => [
  ...['publish', '--app', 'hello', '--repository', 'maven-releases'],
  ...['--format', 'maven2', '--group', 'com.example', '--artifact', 'hello'],
  ...['--version', version, '--file', file],
];

it('publishes a file on a machine without Terraform, says where it is, and the second time that it was there', async () => {
  const file = zip('hello.zip', 'one');
  const first = await nante(publishing(file, '1.0.0'));
  expect(first).toMatchObject({ code: 0 });
  const path = 'com/example/hello/1.0.0/hello-1.0.0.zip';
  const { url } = place.endpoints.nexus!;
  expect(first.stdout).toContain(
    `Get it: ${url}/repository/maven-releases/${path}`,
  );
  expect(first.stdout).toContain(
    'Artifact: com.example:hello 1.0.0 in maven-releases\n',
  );
  expect(first.stdout).toMatch(/Digest: sha256:[0-9a-f]{64}/);
  expect(first.stdout).not.toContain('Host:');
  const again = await nante([...publishing(file, '1.0.0'), '--json']);
  expect(again.code).toBe(0);
  expect(again.result.run).toMatchObject({
    kind: 'publish',
    artifact: { alreadyThere: true, version: '1.0.0' },
  });
  const other = await nante([
    ...publishing(zip('other.zip', 'two'), '1.0.0'),
    '--json',
  ]);
  expect(other.code).toBe(3);
  expect(other.result.error).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(path),
  });
  for (const secret of place.secrets)
    expect(first.stdout + first.stderr + other.stdout).not.toContain(secret);
});

it('sets the outputs of a workflow, with its commit and its run in the record', async () => {
  const output = join(place.folder, 'output');
  const summary = join(place.folder, 'summary');
  for (const path of [output, summary]) writeFileSync(path, '');
  const env = {
    ...{ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '77', GITHUB_ACTOR: 'mia' },
    ...{ GITHUB_SERVER_URL: 'https://github.example.com' },
    ...{ GITHUB_REPOSITORY: 'acme/hello', GITHUB_SHA: 'abcdef0123456789' },
    ...{ GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
  };
  const file = zip('workflow.zip', 'three');
  const { code, stdout } = await nante(publishing(file, '1.1.0'), env);
  expect([code, stdout]).toEqual([0, expect.any(String)]);
  const outputs = Object.fromEntries(
    [...readFileSync(output, 'utf8').matchAll(/^(.+)<<(.+)\n(.*)\n\2$/gm)].map(
      ([, name, , value]) => [name, value],
    ),
  );
  expect(outputs).toMatchObject({
    ...{ artifact: 'com.example:hello', 'artifact-version': '1.1.0' },
    ...{ state: 'succeeded', changed: 'true', 'already-there': 'false' },
    digest: expect.stringMatching(/^sha256:/),
    pull: expect.stringContaining('/hello-1.1.0.zip'),
  });
  expect(outputs).not.toHaveProperty('host');
  expect(readFileSync(summary, 'utf8')).toContain('✅ nante publish hello');
  const shown = await nante([
    'history',
    '--run-id',
    outputs['run-id'],
    '--json',
  ]);
  expect(shown.result.run?.inputs).toMatchObject({
    commit: 'abcdef0123456789',
    buildUrl: 'https://github.example.com/acme/hello/actions/runs/77',
  });
});

it('makes a repository, which only operators may', async () => {
  const create = ['repository', 'create', '--name', 'apps', '--format', 'raw'];
  const made = await nante(create);
  expect(made).toMatchObject({ code: 0 });
  expect(made.stdout).toContain('Repository: apps (raw)\n');
  const other = await nante([...create, '--redeploy']);
  expect(other.code).toBe(3);
  expect(other.stderr).toContain('may not be published again');
});

it('makes a project and a release, and deploys nowhere by mistake', async () => {
  const published = await nante(publishing(zip('v2.zip', 'x'), '2.0.0'));
  expect(published.code).toBe(0);
  const project = await nante([
    ...['project', 'create', '--app', 'greeter', '--process', 'package'],
    ...['--feed', 'Nexus Maven', '--package', 'com.example:hello'],
    ...['--health-port', '8080', '--json'],
  ]);
  expect(project).toMatchObject({ code: 0 });
  expect(project.result.run?.project).toMatchObject({ alreadyThere: false });
  const notes = join(place.folder, 'notes.md');
  writeFileSync(notes, 'Says <b>hello</b>');
  const release = await nante([
    ...['release', 'create', '--app', 'greeter', '--version', '2.0.0'],
    ...['--packages', 'com.example:hello=2.0.0', '--notes-file', notes],
  ]);
  expect(release).toMatchObject({ code: 0 });
  expect(release.stdout).toContain('Release: greeter 2.0.0\n');
  expect(release.stdout).toContain('Packages: com.example:hello 2.0.0\n');
  const where = ['--app', 'greeter', '--version', '2.0.0'];
  const unclear = await nante(['deploy', ...where, '--environment', 'dev'], {
    OCTOPUS_ENVIRONMENT: 'Production',
  });
  expect(unclear.code).toBe(2);
  expect(unclear.stderr).toContain(
    'OCTOPUS_ENVIRONMENT is Production, and dev deploys to Development.',
  );
  const two = ['Development', 'Staging'].flatMap(name => [
    ...['--octopus-environment', name],
  ]);
  const several = await nante(['deploy', ...where, ...two]);
  expect(several.code).toBe(2);
  expect(several.stderr).toContain('goes to one environment, and 2 were given');
});

it('says by its exit code when Nexus is down, and when it refuses us', async () => {
  const file = zip('down.zip', 'x');
  await place.fault('nexus', { kind: 'refuse' });
  expect((await nante(publishing(file, '3.0.0'))).code).toBe(5);
  await place.clearFaults();
  await place.fault('nexus', { kind: 'status', status: 401 });
  expect((await nante(publishing(file, '3.0.0'))).code).toBe(5);
  await place.clearFaults();
  await place.fault('nexus', { kind: 'readonly-mode' });
  expect((await nante(publishing(file, '3.0.0'))).code).toBe(1);
});
