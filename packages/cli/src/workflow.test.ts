import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { host, key, startPlace, type Place } from './__testUtils__/terminal';
import { harmless } from './output/actions';

jest.setTimeout(120_000);

let place: Place;
beforeAll(async () => {
  place = await startPlace();
});
afterAll(() => place?.stop());

/** A step of a job, and what it leaves for those after it. */
async function step(
  inputs: Record<string, string>,
  more: NodeJS.ProcessEnv = {},
) {
  const files = {
    summary: join(place.folder, 'summary.md'),
    output: join(place.folder, 'output'),
  };
  writeFileSync(files.summary, '');
  writeFileSync(files.output, '');
  const { code, stdout, stderr } = await place.nante([], {
    env: {
      GITHUB_ACTIONS: 'true',
      CI: 'true',
      GITHUB_ACTOR: 'octavia',
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'shop/api',
      GITHUB_RUN_ID: '4711',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'host',
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_OUTPUT: files.output,
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [
          `INPUT_${name.toUpperCase()}`,
          value,
        ]),
      ),
      ...more,
    },
  });
  const outputs = [
    ...readFileSync(files.output, 'utf8').matchAll(
      /^([a-z-]+)<<(end-[0-9a-f]+)\n([^]*?)\n\2$/gm,
    ),
  ].map(([, name, , value]) => [name, value]);
  return {
    code,
    stdout,
    stderr,
    summary: readFileSync(files.summary, 'utf8'),
    outputs: Object.fromEntries(outputs),
  };
}

const request = {
  verb: 'provision',
  name: 'flow-1',
  app: 'flow',
  environment: 'dev',
  owner: 'group:default/shop',
  size: 'small',
  'ssh-key': `${key}\n`,
  node: '',
  'allow-change': 'false',
};

describe('a step of a workflow', () => {
  it('masks secrets, groups its steps, and leaves a summary and outputs', async () => {
    const done = await step({
      ...request,
      purpose: '::error::no\n##[add-mask]x | <b>',
    });
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(/^::group::Plan the change$/m);
    expect(done.stdout).toContain('::endgroup::');
    const shown = done.stdout
      .split('\n')
      .filter(line => !line.startsWith('::add-mask::'))
      .join('\n');
    const hidden = place.secrets.filter(secret =>
      [shown, done.stderr, done.summary, JSON.stringify(done.outputs)]
        .join('\n')
        .includes(secret),
    );
    expect(hidden).toEqual([]);
    expect(done.stdout).toContain(
      `::add-mask::${place.endpoints.s3?.secretAccessKey}`,
    );
    expect(done.outputs).toMatchObject({
      state: 'succeeded',
      changed: 'true',
      host: 'flow-1',
      address: '10.30.0.201',
      'exit-code': '0',
    });
    expect(done.summary).toContain('### ✅ nante provision flow-1');
    expect(done.summary).toContain('| Plan the change | succeeded |');

    const found = await place.nante([
      'history',
      '--json',
      '--run-id',
      done.outputs['run-id'],
    ]);
    expect(found.result.run).toMatchObject({
      door: 'workflow',
      requestedBy: 'octavia',
      link: 'https://github.example/shop/api/actions/runs/4711',
    });
  });

  it('finds its run again when the workflow is repeated, unless that is done', async () => {
    const first = await place.nante(['history', '--json', '--app', 'flow']);
    const [{ id }] = first.result.data as { id: string }[];
    const repeated = await step(
      { ...request, purpose: '::error::no\n##[add-mask]x | <b>' },
      { GITHUB_RUN_ATTEMPT: '2' },
    );
    expect(repeated.outputs).toMatchObject({ changed: 'false' });
    expect(repeated.outputs['run-id']).not.toBe(id);

    const away = { ...request, name: 'flow-2' };
    await place.fault('proxmox', {
      kind: 'status',
      status: 500,
      path: '/clone$',
    });
    const failed = await step(away);
    await place.clearFaults();
    expect(failed.code).not.toBe(0);
    expect(failed.stdout).toMatch(/^::error title=nante provision::/m);
    expect(failed.summary).toContain('### ❌ nante provision');
    const taken = await step(away, { GITHUB_RUN_ATTEMPT: '2' });
    expect(taken.code).toBe(0);
    expect(taken.outputs['run-id']).toBe(failed.outputs['run-id']);
  });

  it('reads the secrets that its own token opens, and says so when there is none', async () => {
    const tokens = place.endpoints.doppler?.tokens as Record<string, string>;
    const look = (token: string) =>
      step(
        { verb: 'status', app: 'flow', secrets: 'doppler' },
        { DOPPLER_TOKEN: token },
      );
    expect(await look(tokens.dev)).toMatchObject({ code: 0 });
    const revoked = await look('dp.st.dev.revoked');
    expect(revoked.code).toBe(5);
    expect(revoked.stdout).toContain('::error title=nante status::Doppler');
    const none = await look('');
    expect(none.code).toBe(2);
    expect(none.stdout).toContain('DOPPLER_TOKEN is empty.');
  });

  it('destroys nothing by a wrong confirmation', async () => {
    let wrong;
    const calls = await place.mutatingCalls(async () => {
      wrong = await step({ ...request, verb: 'destroy', confirm: 'flow' });
    });
    expect(calls).toBe(0);
    expect(wrong).toMatchObject({ code: 2 });
    const destroy = { ...request, verb: 'destroy', confirm: 'flow-1' };
    expect((await step(destroy)).outputs).toMatchObject({ changed: 'true' });
    expect(
      (await step(destroy, { GITHUB_RUN_ID: '4712' })).outputs,
    ).toMatchObject({ state: 'succeeded', changed: 'false' });
    for (const name of ['flow-1', 'flow-2'])
      expect(
        (
          await place.nante(
            host('destroy', { app: 'flow', name, confirm: name }),
          )
        ).code,
      ).toBe(0);
  });
});

describe('a line of others', () => {
  it.each([
    ['::error::x', '  : :error::x'],
    ['  ::set-output name=a::b', '  : :set-output name=a::b'],
    ['a ##[add-mask]b', 'a ## [add-mask]b'],
    ['http://[::1]:8006', 'http://[::1]:8006'],
    ['a\n::error::b', 'a\n  : :error::b'],
  ])('%j is no command for a runner', (line, shown) => {
    expect(harmless(line)).toBe(shown);
  });
});
