import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createS3Store } from '@nante/clients';
import {
  call,
  configuration,
  host,
  startPlace,
  type Place,
} from './__testUtils__/terminal';

jest.setTimeout(180_000);

let place: Place;
beforeAll(async () => {
  place = await startPlace();
});
afterAll(() => place?.stop());
afterEach(() => place.clearFaults());

/** Writes an object into the bucket, as another door would. */
async function put(name: string, content: object) {
  const { url, bucket, accessKeyId, secretAccessKey } = place.endpoints.s3!;
  const store = createS3Store({
    endpoint: url,
    bucket: String(bucket),
    accessKeyId: String(accessKeyId),
    secretAccessKey: String(secretAccessKey),
  });
  await store.put(name, JSON.stringify(content), { always: true });
}

describe('exit codes', () => {
  const bad = { app: 'bad' };
  it.each([
    [
      'an option that there is not',
      [...host('provision'), '--speed', '9'],
      2,
      'unknown option',
    ],
    [
      'a name that is no name',
      host('provision', { ...bad, name: '$(id)' }),
      2,
      'name: use lower case',
    ],
    [
      'a name with a line break',
      host('provision', { ...bad, name: 'web\n-1' }),
      2,
      'name: use lower case',
    ],
    [
      'a name that looks like an option',
      host('provision', { ...bad, name: '-oProxyCommand=x' }),
      2,
      'name: use lower case',
    ],
    [
      'a template as a name',
      host('provision', { ...bad, app: '{{ x }}' }),
      2,
      'app: use lower case',
    ],
    [
      'words for a number',
      host('provision', { ...bad, cores: 'two" ; id' }),
      2,
      '--cores: use a whole number, not "two\\" ; id"',
    ],
    [
      'an environment that there is not',
      host('provision', { ...bad, environment: 'mars' }),
      2,
      'choose one of dev, prod',
    ],
    [
      'a VLAN of others',
      host('provision', { ...bad, vlan: '77' }),
      2,
      'The VLAN 77 is not one of dev; leave it out for its own, 30, or 32, 33.',
    ],
    [
      'roles that are no JSON',
      host('provision', { ...bad, roles: '[{"name"' }),
      2,
      'neither names nor JSON',
    ],
    [
      'a run that there is not',
      ['history', '--run-id', 'no-such-run'],
      2,
      'There is no run no-such-run',
    ],
    [
      'a host that is not there',
      host('destroy', { ...bad, confirm: 'web-1' }),
      2,
      'has no host web-1',
    ],
    [
      'a role that there is not',
      host('configure', { ...bad, roles: 'no_such_role' }),
      2,
      'no_such_role',
    ],
    [
      'a server without an address',
      host('onboard', {
        ...bad,
        owner: 'group:default/shop',
        address: 'a; id',
      }),
      2,
      'use an IPv4 address',
    ],
    [
      'bootstrap without an administrator',
      host('bootstrap', { owner: 'group:default/shop', address: '10.0.0.1' }),
      2,
      'missing: --admin-user (or NANTE_ADMIN_USER)',
    ],
    [
      'a deployment without a version',
      ['deploy', '--app', 'x', '--environment', 'dev'],
      2,
      'missing: --version (or NANTE_VERSION)',
    ],
    [
      'a deployment to nowhere',
      ['deploy', '--app', 'x', '--version', '1.0.0'],
      2,
      'missing: --environment (or NANTE_ENVIRONMENT), or --octopus-environment',
    ],
    [
      'a release where there is no Octopus',
      ['release', 'create', '--app', 'x', '--version', '1.0.0'],
      2,
      'There is no Octopus connection',
    ],
    [
      'a package without a version',
      [
        ...['release', 'create', '--app', 'x', '--version', '1.0.0'],
        ...['--packages', 'com.example:hello'],
      ],
      2,
      'is not NAME=VERSION',
    ],
    [
      'a process without a package',
      ['project', 'create', '--app', 'x', '--process', 'package'],
      2,
      'a process needs --process, --feed and --package together',
    ],
    [
      'a format that there is not',
      [
        ...['publish', '--app', 'x', '--repository', 'r', '--file', 'f'],
        ...['--format', 'zip'],
      ],
      2,
      'choose maven2, raw, npm, helm, docker, not "zip"',
    ],
    [
      'a version that is a path',
      ['rollback', '--app', 'x', '--environment', 'dev', '--version', '../x'],
      2,
      'version',
    ],
    [
      'a host that is a target and is none',
      host('provision', { ...bad, 'target-roles': 'web' }).concat(
        '--no-target',
      ),
      2,
      '--no-target and --target-roles exclude each other',
    ],
    [
      'the end of a target without its name once more',
      host('deregister', { ...bad, confirm: 'web-2' }),
      2,
      'repeat its name: --confirm web-1',
    ],
    [
      'a cluster without its account',
      host('register', { ...bad, 'target-style': 'kubernetes' }),
      2,
      '--kubernetes-url and --kubernetes-account together',
    ],
    [
      'a file that is not there',
      ['config', 'push', '/no/such/file'],
      2,
      'cannot be read (ENOENT)',
    ],
  ])(
    '%s is wrong use, and changes nothing',
    async (_name, args, code, message) => {
      const calls = await place.mutatingCalls(async () => {
        const outcome = await place.nante(args);
        expect(outcome.stderr).toContain(message);
        expect(outcome.code).toBe(code);
        expect(outcome.stdout).toBe('');
        const json = await place.nante([...args, '--json']);
        expect(json.result).toMatchObject({ ok: false, exitCode: code });
      });
      expect(calls).toBe(0);
    },
  );

  it('tell apart failed, refused, locked and unreachable', async () => {
    const workflow = { env: { GITHUB_ACTIONS: 'true', CI: 'true' } };
    const refused = await place.nante(
      host('provision', { environment: 'prod' }),
      workflow,
    );
    expect([refused.code, refused.stdout]).toEqual([
      3,
      expect.stringContaining('::error title=nante provision::Only operators'),
    ]);

    await put('nante/busy-dev/operation.lock', {
      version: 1,
      state: 'held',
      fencing: 1,
      holder: 'portal:elsewhere:7',
      door: 'portal',
      runId: 'their-run',
      tool: 'terraform',
      acquiredAt: new Date().toISOString(),
      heartbeat: 1,
    });
    const locked = await place.nante(
      host('provision', { app: 'busy', name: 'busy-1' }),
    );
    expect([locked.code, locked.stderr]).toEqual([
      4,
      expect.stringContaining('portal:elsewhere:7'),
    ]);
    expect(
      (
        await place.nante([
          'unlock',
          '--app',
          'busy',
          '--environment',
          'dev',
          '--force',
        ])
      ).code,
    ).toBe(2);
    const free = await place.nante([
      'unlock',
      '--app',
      'busy',
      '--environment',
      'dev',
    ]);
    expect([free.code, free.stdout]).toEqual([
      0,
      expect.stringContaining('it was locked by portal:elsewhere:7'),
    ]);

    await place.fault('proxmox', { kind: 'status', status: 596 });
    const away = await place.nante(
      host('provision', { app: 'away', name: 'away-1' }),
    );
    expect(away.code).toBe(5);
    const doctor = await place.nante([
      'doctor',
      '--environment',
      'dev',
      '--json',
    ]);
    expect(doctor.code).toBe(1);
    expect(doctor.result.data).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          id: 'proxmox-lab',
          state: 'failed',
          who: expect.any(String),
        }),
      ]),
    );
  });

  it('of a cancelled run is 130, and a second Ctrl-C explains why it takes its time', async () => {
    let presses = 0;
    const outcome = await place.nante(
      host('provision', { app: 'stop', name: 'stop-1' }),
      {
        onText(text, press) {
          if (presses === 0 && text.includes('Plan the change')) {
            presses += 1;
            press();
            press();
          }
        },
      },
    );
    expect(outcome.code).toBe(130);
    expect(outcome.stderr).toContain('Cancelling (SIGINT)');
    expect(outcome.stderr).toContain(
      'Still cancelling: Terraform ends what it has begun',
    );
    expect(outcome.stderr).toContain('nante repair --run-id');
  });
});

describe('without a sandbox', () => {
  it('a name that the secrets lack is said, and never a value', async () => {
    const outcome = await call(['status'], {
      env: {
        MINIO_ROOT_PASSWORD: 'very-secret-value',
        NANTE_WORK_DIRECTORY: join(place.folder, 'x'),
      },
    });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain(
      'lacks the secrets STATE_S3_ENDPOINT, STATE_BUCKET, MINIO_ROOT_USER',
    );
    expect(outcome.stderr).not.toContain('very-secret-value');
    const unsafe = await call(['status'], {
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    });
    expect([unsafe.code, unsafe.stderr]).toEqual([
      2,
      expect.stringContaining('switches the verification'),
    ]);
    expect(existsSync(join(place.folder, 'x'))).toBe(false);
  });

  it('the doctor has much to say without a configuration, and about a request that lacks its size', async () => {
    const other = await startPlace({ push: false });
    try {
      const outcome = await other.nante([
        ...host('doctor', { owner: 'group:default/shop' }),
        '--json',
      ]);
      expect([outcome.code, outcome.result.ok]).toEqual([1, false]);
      const found = outcome.result.data as { id: string; state: string }[];
      const stateOf = (id: string) =>
        found.find(check => check.id === id)?.state;
      expect(stateOf('bucket-conditions')).toBe('ok');
      expect(stateOf('configuration')).toBe('failed');
      expect(stateOf('request')).toBe('failed');
      expect((await other.nante(['doctor'])).stdout).toContain(
        'nante config push FILE',
      );
    } finally {
      await other.stop();
    }
    const small = await place.nante([
      ...host('doctor', { owner: 'group:default/shop' }),
      '--json',
    ]);
    expect(small.result.error?.message).toContain(
      'The request can be put together',
    );
  });

  it('a configuration is checked before it is published', async () => {
    const file = join(place.folder, 'broken.json');
    writeFileSync(file, JSON.stringify({ ...configuration, connections: {} }));
    const outcome = await place.nante(['config', 'push', file]);
    expect([outcome.code, outcome.stderr]).toEqual([
      2,
      expect.stringContaining('names the connection "lab"'),
    ]);
    const shown = await place.nante(['config', 'show']);
    expect(JSON.parse(shown.stdout).environments.dev.vlan).toBe(30);
  });
});
