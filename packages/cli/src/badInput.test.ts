import { isDeepStrictEqual } from 'node:util';
import { createS3Store, type ObjectStore } from '@nante/clients';
import {
  host,
  startPlace,
  type Outcome,
  type Place,
} from './__testUtils__/terminal';

jest.setTimeout(180_000);

/** Of these a host of shop is there already. */
const known = { app: 'shop', name: 'web-1' };
const tricks = ['$(id)', '`id`', '"; id; "', "'; id", 'a\nb', '{{ 7 * 7 }}'];

let place: Place;
let store: ObjectStore;
beforeAll(async () => {
  place = await startPlace({ site: true });
  const { url, bucket, accessKeyId, secretAccessKey } = place.endpoints.s3!;
  store = createS3Store({
    ...{ endpoint: url, bucket: String(bucket) },
    accessKeyId: String(accessKeyId),
    secretAccessKey: String(secretAccessKey),
  });
  const made = await place.nante(host('provision', known));
  if (made.code !== 0) throw new Error(made.stderr);
});
afterAll(() => place?.stop());
afterEach(() => place.clearFaults());

/** What the bucket says of hosts, servers, what is outside and what is claimed; runs and locks are no change of these. */
async function truth(): Promise<Record<string, string | undefined>> {
  const keys = (await store.list('')).map(({ key }) => key);
  return Object.fromEntries(
    await Promise.all(
      keys
        .filter(
          key => !/\/(runs|logs)\/|\/index|operation\.lock$|probe/.test(key),
        )
        .map(async key => [key, (await store.get(key))?.body] as const),
    ),
  );
}

/** Errors that say what to do in their own words, without a hint. */
const saysItself = /^missing: |repeat its name: /;

/** How a call ended, and what it changed. */
async function answerTo(
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<Record<string, unknown>> {
  const before = await truth();
  expect(Object.keys(before)).toContain('nante/shop-dev/hosts.json');
  let outcome: Outcome | undefined;
  const calls = await place.mutatingCalls(async () => {
    outcome = await place.nante([...args, '--json'], { env });
  });
  const { result, stderr, stdout } = outcome!;
  const { message = '', hint } = result.error ?? {};
  // A runner is told what to hide; nobody else reads that.
  const shown = `${stderr}\n${stdout}`.replace(/^::add-mask::.*$/gm, '');
  return {
    ...{ code: result.exitCode, ok: result.ok, message, calls },
    saysWhatToDo: saysItself.test(message) || Boolean(hint),
    secretsShown: place.secrets.filter(secret => shown.includes(secret)),
    isTrueStill: isDeepStrictEqual(before, await truth()),
  };
}

/** One error that says what to do; neither Proxmox nor our records were changed. */
const refusal = (code: number, says: RegExp) => ({
  ...{ code, ok: false, message: expect.stringMatching(says), calls: 0 },
  ...{ saysWhatToDo: true, secretsShown: [], isTrueStill: true },
});

describe('bad input is answered by one error that says what to do, and nothing is changed:', () => {
  it.each(['provision', 'configure', 'onboard'])(
    'a role that there is not, to %s',
    async verb => {
      const request = host(verb, {
        ...(verb === 'configure' ? known : { app: 'roles', name: 'role-1' }),
        ...(verb === 'onboard'
          ? { owner: 'group:default/shop', address: '127.0.0.1' }
          : {}),
        roles: 'no_such_role,nginx,neither',
      });
      expect(await answerTo(request)).toEqual(
        refusal(2, /"no_such_role" is no role here.*"neither" is no role here/),
      );
    },
  );

  it('a server that does not answer', async () => {
    const request = host('onboard', {
      ...{ app: 'old', name: 'old-1', owner: 'group:default/shop' },
      ...{ address: '127.0.0.1', port: '9' },
    });
    expect(await answerTo(request)).toEqual(
      refusal(5, /No SSH server answers at old-1/),
    );
  });

  it('a name that belongs to another app', async () => {
    const theirs = { app: 'billing', name: known.name };
    expect(await answerTo(host('provision', theirs))).toEqual(
      refusal(
        3,
        /web-1 is the name of vm \d+ on \S+, which is not this host; choose another name/,
      ),
    );
    for (const [verb, more] of [
      ['destroy', { confirm: known.name }],
      ['configure', { roles: 'nginx' }],
      ['power', { action: 'stop' }],
    ] as const)
      expect(await answerTo(host(verb, { ...theirs, ...more }))).toEqual(
        refusal(2, /billing(?:-dev)? has no host web-1/),
      );
  });

  it('a token of Doppler whose config lacks a name', async () => {
    const { url, serviceAccountToken, tokens } = place.endpoints.doppler!;
    const removed = await fetch(
      `${url}/v3/configs/config/secret?project=nante&config=staging&name=PROXMOX_TOKEN_SECRET`,
      {
        method: 'DELETE',
        headers: { authorization: `Bearer ${serviceAccountToken}` },
      },
    );
    expect(removed.ok).toBe(true);
    expect(
      await answerTo(host('provision', { app: 'poor', name: 'poor-1' }), {
        GITHUB_ACTIONS: 'true',
        DOPPLER_TOKEN: (tokens as Record<string, string>).staging,
      }),
    ).toEqual(
      refusal(
        5,
        /Doppler config nante\/staging lacks the secret PROXMOX_TOKEN_SECRET/,
      ),
    );
  });

  it('a workspace that somebody works in', async () => {
    await store.put(
      'nante/shop-dev/operation.lock',
      JSON.stringify({
        ...{ version: 1, state: 'held', fencing: 99, heartbeat: 1 },
        ...{ holder: 'portal:elsewhere:7', door: 'portal', runId: 'their-run' },
        ...{ tool: 'terraform', acquiredAt: new Date().toISOString() },
      }),
      { always: true },
    );
    expect(
      await answerTo(host('destroy', { ...known, confirm: known.name })),
    ).toEqual(refusal(4, /portal:elsewhere:7.*their-run/));
    const of = ['--app', 'shop', '--environment', 'dev'];
    expect((await place.nante(['unlock', ...of])).code).toBe(0);
  });

  it('a confirmation that is missing, empty, or of another host', async () => {
    for (const [confirm, says] of [
      [[], /missing: --confirm/],
      [
        ['--confirm', ''],
        /repeat its name: --confirm web-1|missing: --confirm/,
      ],
      [['--confirm', 'web-2'], /repeat its name: --confirm web-1/],
      [['--confirm', 'WEB-1'], /repeat its name: --confirm web-1/],
    ] as const)
      expect(await answerTo([...host('destroy', known), ...confirm])).toEqual(
        refusal(2, says),
      );
  });

  it('a tailnet and an OpenObserve that would not take the host', async () => {
    const request = host('provision', {
      ...{ app: 'site', name: 'site-1', roles: 'base_setup' },
    });
    await place.fault('openobserve', { kind: 'refuse-credentials' });
    expect(await answerTo(request)).toEqual(
      refusal(
        5,
        /OpenObserve at \S+ refuses our user or password.*OO_USER and OO_PASS/,
      ),
    );
    await place.clearFaults();
    await place.fault('tailscale', { kind: 'status', status: 401 });
    expect(await answerTo(request)).toEqual(
      refusal(5, /Tailscale.*TS_OAUTH_CLIENT_ID/),
    );
  });

  it('what a shell, a template or a log would do something with', async () => {
    for (const trick of tricks)
      for (const [field, says] of [
        ['name', /name: use lower case letters/],
        ['app', /app: use lower case letters/],
        ['environment', /environment: use lower case letters/],
        ['node', /The node .* is not online/s],
        ['image', /The template VM .* is not there any more/s],
      ] as const)
        expect(
          await answerTo(
            host('provision', { app: 'odd', name: 'odd-1', [field]: trick }),
          ),
        ).toEqual(refusal(2, says));
    const roles = tricks.map(name => ({ name, arguments: { [name]: name } }));
    expect(
      await answerTo(
        host('configure', { ...known, roles: JSON.stringify(roles) }),
      ),
    ).toEqual(refusal(2, /\$\(id\)[^]*\{\{ 7 \* 7 \}\}/));
  });

  it('a request that differs from the host that is there', async () => {
    for (const [change, code, says] of [
      [
        { vlan: '32' },
        3,
        /web-1 exists already and differs: VLAN is 30, asked for 32/,
      ],
      [{ size: 'custom', cores: '2' }, 3, /cores is 1, asked for 2/],
      [
        { kind: 'lxc', 'allow-change': '' },
        3,
        /cannot be changed like this: kind is vm, asked for lxc/,
      ],
      [
        { 'ssh-key': 'ssh-ed25519 AAAAC3Nz$(id) me@elsewhere' },
        2,
        /paste one line of an OpenSSH public key/,
      ],
    ] as const)
      expect(
        await answerTo(
          host('provision', { ...known, ...change }).filter(Boolean),
        ),
      ).toEqual(refusal(code, says));
  });
});
