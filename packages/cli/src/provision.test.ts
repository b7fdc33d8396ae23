import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  configuration,
  host,
  read,
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

describe('a host from the terminal', () => {
  it('is made once, changed by nothing the second time, seen, and destroyed only with its name', async () => {
    const file = join(place.folder, 'result.json');
    const plan = await place.nante([...host('plan'), '--json']);
    expect(plan.result).toMatchObject({ ok: true, data: { plan: { add: 1 } } });

    const made = await place.nante([
      ...host('provision'),
      '--json',
      '--result',
      file,
      '--purpose',
      '$(id) "quoted" \'too\'\n{{ x }} ::error::no',
    ]);
    expect(made.stderr).not.toContain('error:');
    expect(made.code).toBe(0);
    const { result } = made;
    expect(JSON.parse(read(file))).toEqual(result);
    expect(result.run).toMatchObject({
      state: 'succeeded',
      door: 'cli',
      result: { name: 'web-1', address: '10.30.0.201' },
      inputs: { purpose: '$(id) "quoted" \'too\'\n{{ x }} ::error::no' },
    });

    let second = made;
    const calls = await place.mutatingCalls(async () => {
      second = await place.nante(host('provision'));
    });
    expect([second.code, calls]).toEqual([0, 0]);
    expect(second.stdout).toContain(
      'Plan: 0 to add, 0 to change, 0 to destroy',
    );
    expect(second.stdout).toContain('Address: 10.30.0.201');

    const status = await place.nante(['status', '--app', 'shop']);
    expect(status.stdout).toMatch(
      /web-1 +shop +dev +vm +running +10\.30\.0\.201/,
    );
    const history = await place.nante(['history', '--json']);
    expect((history.result.data as unknown[]).length).toBe(2);
    const one = await place.nante([
      'history',
      '--run-id',
      result.run!.id,
      '--log',
    ]);
    expect(one.stdout).toContain('succeeded: Plan the change');

    const untouched = await place.mutatingCalls(async () => {
      const wrong = await place.nante(host('destroy', { confirm: 'web' }));
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain('--confirm web-1');
    });
    expect(untouched).toBe(0);
    expect((await place.nante(['status'])).stdout).toContain('web-1');
    const gone = await place.nante(host('destroy', { confirm: 'web-1' }));
    const again = await place.nante(host('destroy', { confirm: 'web-1' }));
    expect([gone.code, again.code]).toEqual([0, 0]);
    expect((await place.nante(['status'])).stdout).not.toContain('web-1');

    const everything = [plan, made, second, status, history, one, gone, again]
      .map(({ stdout, stderr }) => stdout + stderr)
      .join('');
    expect(place.secrets.filter(secret => everything.includes(secret))).toEqual(
      [],
    );
  });

  it('keeps what a request leaves out, and a new one says all that it lacks in one answer', async () => {
    const of = { app: 'keep', name: 'keep-1' };
    const ask = (verb: string, more: string[] = []) =>
      place.nante([
        verb,
        ...['--name', of.name, '--app', of.app, '--environment', 'dev'],
        ...more,
      ]);
    const empty = await ask('provision');
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain(
      'There is no host keep-1 of keep in dev, and a new one needs an owner, a size.',
    );
    expect(
      (
        await ask('provision', [
          '--owner',
          'group:default/shop',
          '--vlan',
          '31',
        ])
      ).stderr,
    ).toContain('needs a size');
    const made = await ask('provision', [
      ...['--owner', 'group:default/shop', '--size', 'small', '--vlan', '32'],
      '--json',
    ]);
    expect(made.result.run).toMatchObject({
      hostKind: 'vm',
      owner: 'group:default/shop',
      reserved: { address: null },
      inputs: { size: 'small', vlan: 32 },
    });
    expect(made.result.run!.inputs).not.toHaveProperty('kind');
    expect(
      (await ask('plan', ['--vlan', '33', '--cores', '2'])).stderr,
    ).toContain('cores is 1, asked for 2; VLAN is 32, asked for 33');

    let again = made;
    const calls = await place.mutatingCalls(async () => {
      again = await ask('provision', ['--json']);
    });
    expect([again.code, calls]).toEqual([0, 0]);
    expect(again.result.run!.result).toEqual(made.result.run!.result);
    expect(again.result.run).toMatchObject({ owner: 'group:default/shop' });
    const more = await ask('plan', ['--cores', '2', '--allow-change']);
    expect(more.stdout).toContain('"cores":2');
    const doctor = await ask('doctor', ['--json']);
    expect(
      (doctor.result.data as { id: string; state: string }[]).find(
        ({ id }) => id === 'request-workspace',
      ),
    ).toMatchObject({ state: 'ok' });
    expect(
      (await place.nante(host('destroy', { ...of, confirm: 'keep-1' }))).code,
    ).toBe(0);
  });

  it('is switched, resized by plan, snapshotted and inspected by the same words', async () => {
    const of = { app: 'day', name: 'day-1' };
    expect((await place.nante(host('provision', of))).code).toBe(0);
    const off = await place.nante([
      ...host('power', { ...of, action: 'shutdown' }),
      '--json',
    ]);
    expect(off.result.run).toMatchObject({ kind: 'power', state: 'succeeded' });
    const larger = await place.nante(
      host('resize', {
        ...of,
        cores: '2',
        'memory-mb': '1024',
        'disk-gb': '10',
      }).concat('--dry-run'),
    );
    expect(larger.stdout).toMatch(
      /update module\.vm\["day-1"\][^]*What it means for the host: none/,
    );
    expect((await place.nante(['power', '--name', 'day-1'])).stderr).toContain(
      'missing: --app (or NANTE_APP), --environment (or NANTE_ENVIRONMENT), --action',
    );
    const repair = await place.nante([
      'repair',
      '--run-id',
      off.result.run!.id,
    ]);
    expect(repair.code).toBe(0);
    const nothing = await place.nante([
      'repair',
      '--run-id',
      off.result.run!.id,
      '--remedy',
      'undo',
    ]);
    expect(nothing.code).toBe(3);
    expect(
      (await place.nante(host('destroy', { ...of, confirm: 'day-1' }))).code,
    ).toBe(0);
  });
});

describe('a template from the terminal', () => {
  it('is made once, and what is wrong is said before anything is made', async () => {
    const template = (...more: string[]) =>
      place.nante(['template', '--environment', 'dev', ...more]);
    const bare = await template('--name', 'golden');
    expect([bare.code, bare.stderr]).toEqual([
      2,
      expect.stringContaining('Say what the template is made from'),
    ]);
    const of = ['--name', 'golden-ct', '--kind', 'lxc', '--vm-id', '29950'];
    const made = await template(...of, '--json');
    expect(made.result.run).toMatchObject({
      kind: 'template',
      state: 'succeeded',
      result: { vmId: 29950, kind: 'lxc' },
    });
    // The sandbox's Doppler has root's password.
    expect(made.stderr).not.toContain('pct set');
    const calls = await place.mutatingCalls(async () =>
      expect((await template(...of)).stdout).toContain('lxc 29950 on'),
    );
    expect(calls).toBe(0);
    const taken = await template('--name', 'other', '--image', 'none.tar.zst');
    expect(taken.code).toBe(2);
    const { rootPassword } = place.endpoints.proxmox!;
    expect(made.stdout + made.stderr).not.toContain(String(rootPassword));
  });
});

describe('on a terminal', () => {
  it('a mark stands before each step, in colour unless that is not wanted', async () => {
    const of = { app: 'tty', name: 'tty-1' };
    const made = await place.nante(host('provision', of), { isTTY: true });
    expect(made.stderr).toContain('\u001b[32m✔\u001b[39m Plan the change');
    expect(made.stdout).toMatch(/^Address +10\.30\.0\.\d+$/m);
    const gone = await place.nante(
      host('destroy', { ...of, confirm: 'tty-1' }),
      { isTTY: true, env: { NO_COLOR: '1' } },
    );
    expect(gone.stderr).toContain('✔ Destroy the host');
    expect(gone.stderr).not.toContain('\u001b[32m');
  });
});

describe('operators', () => {
  it('are whoever has the secrets on a terminal, and in a workflow only where the configuration says so', async () => {
    const inProd = host('plan', {
      app: 'guarded',
      name: 'guard-1',
      environment: 'prod',
    });
    const workflow = {
      env: { GITHUB_ACTIONS: 'true', NANTE_OPERATOR: 'true' },
    };
    expect((await place.nante(inProd)).code).toBe(0);
    expect((await place.nante(inProd, workflow)).code).toBe(3);
    expect((await place.nante([...inProd, '--operator'], workflow)).code).toBe(
      2,
    );
    const push = async (policy: object) => {
      const file = join(place.folder, 'policy.json');
      writeFileSync(file, JSON.stringify({ ...configuration, policy }));
      expect((await place.nante(['config', 'push', file])).code).toBe(0);
    };
    await push({ operatorDoors: ['workflow'] });
    expect((await place.nante(inProd, workflow)).code).toBe(0);
    expect((await place.nante(inProd)).code).toBe(3);
    await push({});
  });
});
