import { cli, detailsOf, failure } from '../__testUtils__/outcome';
import { readLedger, writeEntry } from '../ledger/ledger';
import {
  content,
  setUpRequest,
  startForge,
  webhookUrl,
  type Forge,
} from './__testUtils__/forge';

jest.setTimeout(120_000);

let forge: Forge;
beforeAll(async () => {
  forge = await startForge();
});
afterAll(() => forge?.stop());
afterEach(() => forge.lab.clearFaults());

type Wish = Partial<Parameters<typeof setUpRequest>[0]>;
const wish = (app: string, change: Wish = {}) =>
  setUpRequest({ app, folder: forge.folder(), ...change });
const setUp = (request: ReturnType<typeof wish>, engine = forge.lab.engine) =>
  engine.setUpRepository(request, cli);
const ledgerOf = (app: string) =>
  readLedger(forge.lab.store, `releases.${app}`);
const dopplerValue = 'dp.st.runners.0123456789abcdef';

it('a dry run says what would be made, by which commands, and changes nothing', async () => {
  const act = async () => {
    const run = await setUp(wish('planned', { dryRun: true }));
    expect(run.sourceRepository).toMatchObject({
      ...{ repository: 'acme/planned', commit: '', alreadyThere: false },
      workflows: 'nante/nante@v0.1.0',
    });
    expect(run.byHand[0]).toBe(
      "gh repo create 'acme/planned' --private --description 'Orders'",
    );
  };
  expect(await forge.changes(act)).toEqual([]);
  expect(await forge.api.repository(forge.repository('planned'))).toBe(
    undefined,
  );
  expect(await ledgerOf('planned')).toEqual([]);
});

it('a repository is made with files, environment, variable, sealed secret, webhook and protection; again changes nothing', async () => {
  const request = wish('shop');
  const run = await setUp(request);
  const at = forge.repository('shop');
  const { api } = forge;
  const there = (await api.repository(at))!;
  expect(there).toMatchObject({
    ...{ visibility: 'private', topics: ['nante'], defaultBranch: 'main' },
    description: `Orders [nante app=shop request=${request.requestId}]`,
  });
  expect(run).toMatchObject({ owner: 'group:default/shop' });
  expect(run.sourceRepository).toEqual({
    ...{ connection: 'github', repository: 'acme/shop', url: there.url },
    ...{ cloneUrl: there.cloneUrl, defaultBranch: 'main' },
    ...{ commit: expect.stringMatching(/^[0-9a-f]{40}$/u) },
    ...{ workflows: 'nante/nante@v0.1.0', alreadyThere: false },
  });
  const commits = await api.commits(at, 'main');
  expect(commits).toMatchObject([
    { sha: run.sourceRepository?.commit, message: 'First commit', parents: [] },
  ]);
  const files = await api.files(at, commits[0].treeSha);
  expect(files.map(({ path, mode }) => [path, mode]).sort()).toEqual(
    Object.keys(content)
      .map(path => [path, path.endsWith('.sh') ? '100755' : '100644'])
      .sort(),
  );
  expect(await api.fileText(at, '.gitignore')).toBe('node_modules\n');
  expect(await api.variables(at)).toEqual({ TEAM: 'shop' });
  expect(await api.secretNames(at)).toEqual(['DOPPLER_TOKEN']);
  expect(await api.ensureEnvironment(at, 'dev')).toEqual({ isNew: false });
  expect(await api.branchProtection(at, 'main')).toEqual({
    ...{ requiredChecks: ['ci / Build'], approvals: 0 },
  });
  expect(
    await api.ensureWebhook(at, {
      ...{ url: webhookUrl, secret: 's', events: ['workflow_run'] },
    }),
  ).toEqual({ isNew: false });
  expect(await ledgerOf('shop')).toMatchObject([
    {
      ...{ id: 'github/github/repository/acme/shop', state: 'created' },
      ...{ outsideId: String(there.id), runId: run.id },
      provenance: { commit: run.sourceRepository?.commit },
    },
  ]);
  expect(await forge.lab.engine.managedRepositories()).toMatchObject([
    { app: 'shop', repository: 'acme/shop', repositoryId: String(there.id) },
  ]);

  // A new request with the same input, whose files are other ones meanwhile, and people have pushed.
  await api.commitFiles(at, {
    ...{ branch: 'main', message: 'Mine', parent: commits[0].sha },
    files: [{ path: 'README.md', content: Buffer.from('# Mine\n') }],
  });
  const again = await forge.changes(async () => {
    expect((await setUp(request)).id).toBe(run.id);
    const next = await setUp(
      wish('shop', { folder: forge.folder({ 'README.md': '# Other\n' }) }),
    );
    expect(next.sourceRepository).toMatchObject({
      ...{ alreadyThere: true, commit: run.sourceRepository?.commit },
    });
    expect(detailsOf(next)).toMatchObject({
      repository: 'skipped: It is there already, and ours.',
      settings: 'skipped: They are there already.',
      content: 'skipped: Files were pushed already; they are left alone.',
      protection: 'skipped: It is protected already, as asked for.',
    });
  });
  expect(again).toEqual([]);
  expect(await api.fileText(at, 'README.md')).toBe('# Mine\n');
});

describe('a name that is taken', () => {
  it.each(['taken', 'legacy'])(
    'by somebody else is refused, says what to do, and nothing is changed: %s',
    async name => {
      const act = async () =>
        expect(await failure(setUp(wish(name)))).toMatchObject({
          code: 'conflict',
          message: expect.stringContaining('we did not make it'),
          hint: expect.stringContaining('Take another name'),
        });
      expect(await forge.changes(act)).toEqual([]);
      expect(await ledgerOf(name)).toEqual([]);
    },
  );

  it('by another app of ours is said with its name', async () => {
    await setUp(wish('first'));
    const error = await failure(setUp(wish('second', { name: 'first' })));
    expect(error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('it is of the app first'),
    });
  });

  it('by one of ours whose topic somebody took away is refused until they agree again', async () => {
    await setUp(wish('topic'));
    const at = forge.repository('topic');
    await forge.api.setTopics(at, ['mine']);
    const act = async () =>
      expect(await failure(setUp(wish('topic')))).toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('lacks the topic nante'),
      });
    expect(await forge.changes(act)).toEqual([]);
    await forge.api.setTopics(at, ['mine', 'nante']);
    expect((await setUp(wish('topic'))).state).toBe('succeeded');
  });

  it('by a stranger’s topic alone is not ours', async () => {
    const at = forge.repository('forged');
    await forge.api.createRepository({
      ...{ ...at, description: '', visibility: 'private' },
    });
    await forge.api.setTopics(at, ['nante']);
    expect(await failure(setUp(wish('forged')))).toMatchObject({
      code: 'conflict',
    });
  });

  it('by one that we meant to make, and that bears no stamp of ours, is refused', async () => {
    const request = wish('unproven');
    await writeEntry(forge.lab.store, 'releases.unproven', {
      ...{ id: 'github/github/repository/acme/unproven', system: 'github' },
      ...{ connection: 'github', kind: 'repository', outsideId: '', host: '' },
      ...{ requestId: request.requestId, runId: request.requestId },
      ...{ state: 'intended', undo: '' },
    });
    await forge.api.createRepository({
      ...{ ...forge.repository('unproven'), visibility: 'private' },
      description: 'Mine',
    });
    expect(await failure(setUp(request))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('bears no stamp of ours'),
    });
  });
});

describe('a run that died half-way is taken up', () => {
  it.each([
    ['before anything', 'POST', '/orgs/acme/repos$'],
    ['before its topic', 'PUT', '/topics$'],
    ['at its environment', 'PUT', '/environments/dev$'],
    ['at its variable', 'POST', '/actions/variables$'],
    ['at its secret', 'PUT', '/actions/secrets/DOPPLER_TOKEN$'],
    ['at its webhook', 'POST', '/hooks$'],
    ['at the start of its content', 'PUT', '/contents/'],
    ['at its blobs', 'POST', '/git/blobs$'],
    ['at its tree', 'POST', '/git/trees$'],
    ['at its commit', 'POST', '/git/commits$'],
    ['at its push', 'PATCH', '/git/refs/'],
    ['at its protection', 'PUT', '/protection$'],
  ])('%s', async (title, method, path) => {
    const app = `half-${title.replace(/[^a-z]+/gu, '-')}`.slice(0, 30);
    const request = wish(app);
    await forge.lab.fault('github', {
      ...{ kind: 'status', status: 503, method, path },
    });
    expect(await failure(setUp(request))).toMatchObject({
      code: 'unreachable',
    });
    await forge.lab.clearFaults();
    const run = await setUp(request);
    const at = forge.repository(app);
    const commits = await forge.api.commits(at, 'main');
    expect(commits.map(({ message }) => message)).toEqual(['First commit']);
    expect(run.sourceRepository).toMatchObject({ commit: commits[0].sha });
    expect(await forge.api.secretNames(at)).toEqual(['DOPPLER_TOKEN']);
    expect(await forge.api.branchProtection(at, 'main')).toBeDefined();
    const { topics } = (await forge.api.repository(at))!;
    expect(topics).toEqual(['nante']);
    const ledger = await ledgerOf(app);
    expect(ledger.filter(({ state }) => state !== 'removed')).toMatchObject([
      { state: 'created' },
    ]);
  });

  it('whose answer about the new repository was lost: it is ours by its stamp', async () => {
    const request = wish('lost');
    const at = forge.repository('lost');
    await forge.lab.fault('github', {
      ...{
        kind: 'status',
        status: 503,
        method: 'POST',
        path: '/orgs/acme/repos$',
      },
    });
    await failure(setUp(request));
    await forge.lab.clearFaults();
    // It was made all the same.
    await forge.api.createRepository({
      ...{ ...at, visibility: 'private' },
      description: `Orders [nante app=lost request=${request.requestId}]`,
    });
    const run = await setUp(request);
    expect(run.sourceRepository?.commit).toMatch(/^[0-9a-f]{40}$/u);
    expect((await forge.api.repository(at))?.topics).toEqual(['nante']);
  });
});

it('one of ours that somebody deleted is made anew', async () => {
  const first = await setUp(wish('deleted'));
  const { apiUrl, token } = forge.lab.setting.endpoints.github!;
  const answer = await fetch(`${apiUrl}/repos/acme/deleted`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(204);
  const run = await setUp(wish('deleted'));
  expect(run.sourceRepository).toMatchObject({ alreadyThere: false });
  const states = (await ledgerOf('deleted')).map(({ state }) => state);
  expect(states).toEqual(['removed', 'created']);
  expect(first.state).toBe('succeeded');
});

it('one of ours that our token does not see any more is not forgotten', async () => {
  await setUp(wish('hidden'));
  await forge.lab.fault('github', {
    ...{ kind: 'status', status: 404 },
    ...{ method: 'GET', path: '/repos/acme/hidden$' },
  });
  expect(await failure(setUp(wish('hidden')))).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('does not show it to our token'),
  });
  await forge.lab.clearFaults();
  expect(await ledgerOf('hidden')).toMatchObject([{ state: 'created' }]);
  expect((await setUp(wish('hidden'))).state).toBe('succeeded');
});

describe('a token', () => {
  const withToken = (name: string) => {
    const tokens = forge.lab.setting.endpoints.github!.tokens as Record<
      string,
      string
    >;
    return forge.lab.engineWith({ secrets: { GH_PAT: tokens[name] } });
  };

  it('without a scope is said with that scope, before anything is made', async () => {
    const engine = withToken('withoutWorkflow');
    const act = async () =>
      expect(await failure(setUp(wish('noscope'), engine))).toMatchObject({
        code: 'unauthorized',
        message: expect.stringContaining('lacks the scope workflow'),
        hint: expect.stringContaining('docs/github.md'),
      });
    expect(await forge.changes(act)).toEqual([]);
    expect(await ledgerOf('noscope')).toEqual([]);
    // It is enough for a repository without workflows.
    const folder = forge.folder({ 'README.md': '# A\n' });
    const run = await setUp(wish('scoped', { folder }), engine);
    expect(run.state).toBe('succeeded');
  });

  it('that has expired, or may make no repositories, changes nothing', async () => {
    for (const [token, app] of [
      ['expired', 'gone'],
      ['readOnly', 'viewed'],
    ]) {
      const error = await failure(setUp(wish(app), withToken(token)));
      expect(error).toMatchObject({ code: 'unauthorized' });
      const open = (await ledgerOf(app)).filter(
        ({ state }) => state !== 'removed',
      );
      expect(open).toEqual([]);
    }
  });
});

describe('the token of Doppler', () => {
  it('never stands in a document, log, ledger or error', async () => {
    const lines: string[] = [];
    const run = await forge.lab.engine.setUpRepository(wish('quiet'), {
      ...cli,
      onLog: ({ text }) => lines.push(text),
    });
    await forge.lab.fault('github', {
      ...{ kind: 'status', status: 422 },
      ...{ method: 'PUT', path: '/actions/secrets/' },
    });
    const request = wish('loud');
    const error = await failure(setUp(request));
    const document = await forge.lab.engine.getRun(request.requestId);
    const told = JSON.stringify([
      ...[run, lines, document, error.message, error.hint, error.stack],
      ...[await ledgerOf('quiet'), await ledgerOf('loud')],
    ]);
    expect(told).not.toContain(dopplerValue);
    expect(told).not.toContain(Buffer.from(dopplerValue).toString('base64'));
  });

  it('that somebody wrote into a file is not pushed', async () => {
    const folder = forge.folder({
      'README.md': '# A\n',
      'deploy/.env': `DOPPLER_TOKEN=${dopplerValue}\n`,
    });
    const act = async () => {
      const error = await failure(setUp(wish('leaky', { folder })));
      expect(error).toMatchObject({
        code: 'refused',
        message: 'The value of a secret stands in deploy/.env.',
      });
    };
    expect(await forge.changes(act)).toEqual([]);
  });
});

it('what a shell or a workflow would run stays text in every field', async () => {
  const attack = '$(touch /tmp/owned) `id` ${{ secrets.DOPPLER_TOKEN }} "\'; #';
  const run = await setUp(
    wish('text', {
      ...{ description: attack, commitMessage: attack },
      variables: { TEAM: attack },
      folder: forge.folder({ 'README.md': attack }),
    }),
  );
  const at = forge.repository('text');
  const there = await forge.api.repository(at);
  expect(there?.description).toContain(attack);
  expect((await forge.api.commit(at, 'main'))?.message).toBe(attack);
  expect(await forge.api.variables(at)).toEqual({ TEAM: attack });
  expect(await forge.api.fileText(at, 'README.md')).toBe(attack);
  expect(run.byHand[0]).toContain(`'\\''`);
});

it('another branch may be the default one, and is the only one', async () => {
  await setUp(wish('trunk', { defaultBranch: 'trunk' }));
  const at = forge.repository('trunk');
  expect(await forge.api.repository(at)).toMatchObject({
    defaultBranch: 'trunk',
  });
  expect(await forge.api.commits(at, 'trunk')).toHaveLength(1);
  expect(await forge.api.commit(at, 'main')).toBeUndefined();
});

it('what was not asked for is left out', async () => {
  const run = await setUp(
    wish('plain', {
      ...{ environments: [], variables: {}, dopplerToken: false },
      ...{ webhook: false, protection: undefined },
    }),
  );
  const details = detailsOf(run);
  expect(
    ['settings', 'secret', 'webhook', 'protection'].map(step => details[step]),
  ).toEqual([
    'skipped: None were asked for.',
    ...Array<string>(3).fill('skipped: None was asked for.'),
  ]);
});

it('a read-only connection, a folder that is not there and a bad name change nothing', async () => {
  const { config } = forge.lab.setting;
  const github = config.connections.github as { type: 'github' };
  const readOnly = forge.lab.engineWith({
    config: {
      ...config,
      connections: {
        ...config.connections,
        github: { ...github, readOnly: true } as never,
      },
    },
  });
  const act = async () => {
    expect(await failure(setUp(wish('ro'), readOnly))).toMatchObject({
      code: 'refused',
    });
    expect(
      await failure(setUp(wish('nofolder', { folder: '/nowhere/at/all' }))),
    ).toMatchObject({ code: 'invalid-input' });
    expect(await failure(setUp(wish('bad', { name: '../x' })))).toMatchObject({
      code: 'invalid-input',
    });
  };
  expect(await forge.changes(act)).toEqual([]);
});

it('a run that failed is finished by its repair, also where its folder is gone', async () => {
  const request = wish('repaired');
  await forge.lab.fault('github', {
    ...{ kind: 'status', status: 503, method: 'PUT', path: '/protection$' },
  });
  await failure(setUp(request));
  await forge.lab.clearFaults();
  const { engine } = forge.lab;
  const { remedies } = await engine.inspect(request.requestId);
  expect(remedies.map(({ remedy, allowed }) => [remedy, allowed])).toEqual(
    expect.arrayContaining([
      ['finish', true],
      ['undo', false],
    ]),
  );
  const run = await engine.repair(
    {
      ...{ requestId: 'repair-of-repository', requestedBy: 'user:default/mia' },
      ...{ operator: false, runId: request.requestId, remedy: 'finish' },
    } as never,
    cli,
  );
  expect(run.state).toBe('succeeded');
  const at = forge.repository('repaired');
  expect(await forge.api.branchProtection(at, 'main')).toBeDefined();
});
