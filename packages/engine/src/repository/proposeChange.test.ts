import { cli, detailsOf, failure } from '../__testUtils__/outcome';
import { readLedger } from '../ledger/ledger';
import { blobSha } from './change';
import { changeRequest, startForge, type Forge } from './__testUtils__/forge';

jest.setTimeout(120_000);

const site = { owner: 'acme', name: 'site' };
let forge: Forge;
beforeAll(async () => {
  forge = await startForge();
  // Nothing in it starts a workflow.
  await forge.api.createRepository({
    ...{ ...site, description: '', visibility: 'private' },
  });
  await forge.api.commitFiles(site, {
    ...{ branch: 'main', message: 'First' },
    files: [{ path: 'docs/index.md', content: Buffer.from('# Site\n') }],
  });
});
afterAll(() => forge?.stop());
afterEach(() => forge.lab.clearFaults());

const propose = (
  change: Parameters<typeof changeRequest>[0] = {},
  engine = forge.lab.engine,
) => engine.proposeChange(changeRequest(change), cli);
const pulls = (head: string) =>
  forge.api.pullRequests(site, { head, state: 'all' });
const pushAs = async (
  branch: string,
  files: Record<string, string>,
  from = 'main',
) => {
  const head = (await forge.api.commit(site, from))!;
  return forge.api.commitFiles(site, {
    ...{ branch, message: 'Mine', parent: head.sha },
    files: Object.entries(files).map(([path, text]) => ({
      ...{ path, content: Buffer.from(text) },
    })),
  });
};

it('a dry run says which files differ, and changes nothing', async () => {
  const act = async () => {
    const run = await propose({ dryRun: true });
    expect(run.pullRequest).toMatchObject({
      ...{ files: ['docs/pipeline.md'], alreadyThere: false },
    });
    expect(run.byHand.at(-1)).toContain(
      "gh pr create --title 'Add a pipeline'",
    );
  };
  expect(await forge.changes(act)).toEqual([]);
});

it('files are asked for by a pull request that says who asked; again changes nothing', async () => {
  const request = changeRequest({
    ...{ branch: 'nante/one' },
    files: { 'docs/one.md': '# One\n', 'bin/run.sh': '#!/bin/sh\n' },
    executables: ['bin/run.sh'],
  });
  const run = await forge.lab.engine.proposeChange(request, cli);
  const [pull] = await pulls('nante/one');
  expect(run.pullRequest).toEqual({
    ...{ connection: 'github', repository: 'acme/site', url: pull.url },
    ...{ number: pull.number, branch: 'nante/one', alreadyThere: false },
    files: ['bin/run.sh', 'docs/one.md'],
  });
  expect(pull).toMatchObject({ title: 'Add a pipeline', base: 'main' });
  expect(pull.body).toBe(
    `Builds it.\n\n---\n\nProposed by Nante for site, asked for by user:default/mia (request ${request.requestId}).`,
  );
  const head = (await forge.api.commit(site, 'nante/one'))!;
  const base = (await forge.api.commit(site, 'main'))!;
  expect(head.parents).toEqual([base.sha]);
  const files = await forge.api.files(site, head.treeSha);
  expect(files).toEqual(
    expect.arrayContaining([
      {
        ...{ path: 'bin/run.sh', mode: '100755' },
        sha: blobSha(Buffer.from('#!/bin/sh\n')),
      },
    ]),
  );
  expect(await readLedger(forge.lab.store, 'releases.site')).toMatchObject([
    {
      id: 'github/github/pull-request/acme/site:nante/one',
      ...{ state: 'created', outsideId: String(pull.number) },
    },
  ]);
  // What stands in the files is in the pull request, and not in our records.
  expect(JSON.stringify(run)).not.toContain('# One');

  const again = await forge.changes(async () => {
    await forge.lab.engine.proposeChange(request, cli);
    const { requestId: _, ...rest } = request;
    const next = await propose(rest);
    expect(next.pullRequest).toMatchObject({
      ...{ number: pull.number, alreadyThere: true },
    });
    expect(detailsOf(next)).toMatchObject({
      branch: 'skipped: nante/one has them already.',
      'pull-request': `skipped: #${pull.number} asks for it already.`,
    });
  });
  expect(again).toEqual([]);
  expect(await pulls('nante/one')).toHaveLength(1);
});

it('a later change of ours goes onto the same branch, and the open pull request shows it', async () => {
  const branch = 'nante/raise';
  await propose({ branch, files: { 'docs/raise.md': 'one\n' } });
  const run = await propose({ branch, files: { 'docs/raise.md': 'two\n' } });
  const all = await pulls(branch);
  expect(all).toHaveLength(1);
  expect(run.pullRequest).toMatchObject({
    ...{ number: all[0].number, alreadyThere: false },
  });
  expect(await forge.api.fileText(site, 'docs/raise.md', { ref: branch })).toBe(
    'two\n',
  );
});

it('what the base has already is success without a branch and a pull request', async () => {
  await pushAs('main', { 'docs/there.md': '# There\n' });
  const act = async () => {
    const run = await propose({
      ...{ branch: 'nante/there' },
      files: { 'docs/there.md': '# There\n', 'docs/never.md': null },
    });
    expect(run.pullRequest).toMatchObject({ files: [], alreadyThere: true });
    expect(run.pullRequest).not.toHaveProperty('number');
  };
  expect(await forge.changes(act)).toEqual([]);
  expect(await forge.api.commit(site, 'nante/there')).toBeUndefined();
});

it('a file that is there and differs is refused by its name, unless it may be changed', async () => {
  await pushAs('main', { 'docs/a.md': 'a\n', 'docs/b.md': 'b\n' });
  const files = { 'docs/a.md': 'x\n', 'docs/b.md': 'b\n', 'docs/c.md': 'c\n' };
  const act = async () =>
    expect(
      await failure(propose({ branch: 'nante/differs', files })),
    ).toMatchObject({
      code: 'conflict',
      message:
        'acme/site has docs/a.md already, with something else. Nothing was changed.',
      details: { files: ['docs/a.md'] },
    });
  expect(await forge.changes(act)).toEqual([]);
  const run = await propose({
    ...{ branch: 'nante/differs', files, overwrite: true },
  });
  expect(run.pullRequest?.files).toEqual(['docs/a.md', 'docs/c.md']);
  const gone = await propose({
    ...{ branch: 'nante/gone', overwrite: true },
    files: { 'docs/a.md': null },
  });
  expect(gone.pullRequest?.files).toEqual(['docs/a.md']);
  expect(
    await forge.api.fileText(site, 'docs/a.md', { ref: 'nante/gone' }),
  ).toBeUndefined();
});

it('a branch of that name with somebody’s commits is refused, also upon ours', async () => {
  await pushAs('nante/foreign', { 'x.txt': 'x' });
  const act = async () =>
    expect(await failure(propose({ branch: 'nante/foreign' }))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /branch nante\/foreign in acme\/site already, and its commit \w{7} by .* is not ours/u,
      ),
    });
  expect(await forge.changes(act)).toEqual([]);
  await propose({ branch: 'nante/mixed' });
  await pushAs('nante/mixed', { 'y.txt': 'y' }, 'nante/mixed');
  expect(
    await failure(
      propose({ branch: 'nante/mixed', files: { 'docs/new.md': 'n' } }),
    ),
  ).toMatchObject({ code: 'conflict' });
});

it.each([
  ['before its branch', 'POST', '/git/refs$'],
  ['before its pull request', 'POST', '/pulls$'],
])('a run that died %s is taken up', async (title, method, path) => {
  const branch = `nante/half-${title.split(' ').at(-1)}`;
  const request = changeRequest({ branch, files: { 'docs/half.md': 'h\n' } });
  await forge.lab.fault('github', {
    ...{ kind: 'status', status: 503, method, path },
  });
  const { engine } = forge.lab;
  expect(await failure(engine.proposeChange(request, cli))).toMatchObject({
    code: 'unreachable',
  });
  await forge.lab.clearFaults();
  const run = await engine.proposeChange(request, cli);
  const all = await pulls(branch);
  expect(all.map(({ number }) => number)).toEqual([run.pullRequest?.number]);
  const { parents } = (await forge.api.commit(site, branch))!;
  expect(parents).toEqual([(await forge.api.commit(site, 'main'))!.sha]);
});

it('a protected base is no obstacle', async () => {
  await forge.api.protectBranch(site, 'main', {
    ...{ requiredChecks: ['ci / Build'], approvals: 1 },
  });
  const run = await propose({ branch: 'nante/protected' });
  expect(run.pullRequest?.number).toBeGreaterThan(0);
});

it('what a shell or a workflow would run stays text', async () => {
  const attack = '$(touch /tmp/owned) `id` ${{ secrets.TOKEN }} "\'';
  await propose({
    ...{ branch: 'nante/text', title: attack, body: attack },
    files: { 'docs/text.md': attack },
  });
  const [pull] = await pulls('nante/text');
  expect(pull.title).toBe(attack);
  expect(pull.body.startsWith(attack)).toBe(true);
  const head = await forge.api.commit(site, 'nante/text');
  expect(head?.message.split('\n')[0]).toBe(attack);
});

it.each([
  ['a path that leads out', { files: { '../x': 'x' } }, 'invalid-input'],
  ['a path into .git', { files: { 'a/.GIT/config': 'x' } }, 'invalid-input'],
  ['an absolute path', { files: { '/etc/x': 'x' } }, 'invalid-input'],
  ['too much', { files: { a: 'x'.repeat(1_000_001) } }, 'invalid-input'],
  ['the base itself', { branch: 'main' }, 'invalid-input'],
  ['a base that is not there', { base: 'none' }, 'not-found'],
  ['a repository that is not there', { repository: 'none' }, 'not-found'],
  ['a file in the place of a folder', { files: { docs: 'x' } }, 'conflict'],
  [
    'a secret of ours',
    { files: { 'a.env': 'T=dp.st.runners.0123456789abcdef' } },
    'refused',
  ],
])('%s changes nothing', async (_, change, code) => {
  const act = async () =>
    expect(
      await failure(propose({ branch: 'nante/bad', ...change })),
    ).toMatchObject({ code });
  expect(await forge.changes(act)).toEqual([]);
});

it('a token without the scope for workflows is said before anything is made', async () => {
  const tokens = forge.lab.setting.endpoints.github!.tokens as Record<
    string,
    string
  >;
  const engine = forge.lab.engineWith({
    secrets: { GH_PAT: tokens.withoutWorkflow },
  });
  const act = async () =>
    expect(
      await failure(
        propose({ files: { '.github/workflows/x.yml': 'on: push' } }, engine),
      ),
    ).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('lacks the scope workflow'),
    });
  expect(await forge.changes(act)).toEqual([]);
});

it('a run that failed says that a new request is needed, since its files are not kept', async () => {
  const request = changeRequest({ branch: 'nante/failed' });
  await forge.lab.fault('github', {
    ...{ kind: 'status', status: 503, method: 'POST', path: '/pulls$' },
  });
  const { engine } = forge.lab;
  await failure(engine.proposeChange(request, cli));
  const { remedies } = await engine.inspect(request.requestId);
  expect(remedies.find(({ remedy }) => remedy === 'finish')).toMatchObject({
    ...{ allowed: false, reason: expect.stringContaining('new request') },
  });
  const document = await engine.getRun(request.requestId);
  expect(document?.inputs).toMatchObject({
    ...{ paths: ['docs/pipeline.md'] },
    content: expect.stringMatching(/^sha256:/u),
  });
});
