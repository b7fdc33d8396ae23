import { NanteError } from '@nante/model';
import {
  startFakeGithub,
  type FakeAnswer,
  type FakeGithub,
} from './__testUtils__/fakeGithub';
import { start } from './start';

const shop = { owner: 'acme', name: 'shop' };
const at = '/repos/acme/shop';
const text = (path: string) => ({ path, content: Buffer.from(`${path}\n`) });

const repository = (defaultBranch: string): FakeAnswer => ({
  body: {
    ...{ id: 7, name: 'shop', owner: { login: 'acme' }, private: true },
    ...{ default_branch: defaultBranch, html_url: 'https://x/s' },
  },
});
const commit = (message: string, parents: string[] = []): FakeAnswer => ({
  body: {
    ...{ sha: 'c0ffee00', html_url: 'u', author: null },
    commit: { message, tree: { sha: 'tree0' } },
    parents: parents.map(sha => ({ sha })),
  },
});
const gitCommit: FakeAnswer = {
  status: 201,
  body: { sha: 'new1', message: 'm', tree: { sha: 'tree1' }, parents: [] },
};
const empty: FakeAnswer = {
  status: 409,
  body: { message: 'Git Repository is empty.' },
};
const onlyStart: FakeAnswer = {
  body: {
    sha: 'tree0',
    tree: [{ path: start.path, mode: '100644', type: 'blob', sha: 'b' }],
  },
};

let github: FakeGithub;
beforeEach(async () => {
  github = await startFakeGithub();
  Object.assign(github.answers, {
    [`GET ${at}`]: [repository('main')],
    [`GET ${at}/commits/main`]: [empty],
    [`GET ${at}/git/trees/tree0`]: [onlyStart],
    [`PUT ${at}/contents/${start.path}`]: [
      { status: 201, body: { commit: { sha: 'c0ffee00' } } },
    ],
    [`POST ${at}/git/blobs`]: [{ status: 201, body: { sha: 'blob1' } }],
    [`POST ${at}/git/trees`]: [{ status: 201, body: { sha: 't', tree: [] } }],
    [`POST ${at}/git/commits`]: [gitCommit],
    [`POST ${at}/git/refs`]: [{ status: 201, body: {} }],
    [`PATCH ${at}/git/refs/heads%2Fmain`]: [{ body: {} }],
    [`PATCH ${at}/git/refs/heads%2Ftrunk`]: [{ body: {} }],
    [`GET ${at}/git/matching-refs/heads%2F`]: [
      {
        body: ['main', 'trunk', 'other'].map(name => ({
          ref: `refs/heads/${name}`,
          object: { sha: name === 'other' ? 'a1' : 'c0ffee00' },
        })),
      },
    ],
    [`PATCH ${at}`]: [{ body: {} }],
    [`DELETE ${at}/git/refs/heads%2Fmain`]: [{ status: 204 }],
    [`DELETE ${at}/git/refs/heads%2Ftrunk`]: [{ status: 204 }],
  } satisfies FakeGithub['answers']);
});
afterEach(() => github.stop());

const changes = () =>
  github.seen
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path.slice(at.length)}`);
const bodyOf = (method: string, path: string) =>
  github.seen.find(one => one.method === method && one.path === `${at}${path}`)
    ?.body;
const first = { branch: 'main', message: 'First', files: [text('a.txt')] };

describe('the first commit of an empty repository', () => {
  it('is the only one: our start, which GitHub wants first, is replaced', async () => {
    const made = await github.client().commitFiles(shop, first);
    expect(made.sha).toBe('new1');
    expect(changes()).toEqual([
      'PUT /contents/.nante-start',
      'POST /git/trees',
      'POST /git/commits',
      'PATCH /git/refs/heads%2Fmain',
    ]);
    expect(bodyOf('POST', '/git/commits')).toMatchObject({ parents: [] });
    expect(bodyOf('POST', '/git/trees')).not.toHaveProperty('base_tree');
    expect(bodyOf('PATCH', '/git/refs/heads%2Fmain')).toEqual({
      ...{ sha: 'new1', force: true },
    });
  });

  it('is taken up where only the start was made, and makes that no second time', async () => {
    github.answers[`GET ${at}/commits/main`] = [commit(start.message)];
    expect(await github.client().commit(shop, 'main')).toBeUndefined();
    await github.client().commitFiles(shop, first);
    expect(changes()).not.toContain('PUT /contents/.nante-start');
  });

  it('goes on where the answer about the start was lost', async () => {
    github.answers[`GET ${at}/commits/main`] = [empty, commit(start.message)];
    github.answers[`PUT ${at}/contents/${start.path}`] = [
      { status: 422, body: { message: '"sha" wasn\'t supplied.' } },
    ];
    const made = await github.client().commitFiles(shop, first);
    expect(made.sha).toBe('new1');
  });

  it('lands on the branch that is wanted, which becomes the default one', async () => {
    await github.client().commitFiles(shop, { ...first, branch: 'trunk' });
    expect(changes()).toEqual([
      'PUT /contents/.nante-start',
      'POST /git/refs',
      'PATCH ',
      'DELETE /git/refs/heads%2Fmain',
      'POST /git/trees',
      'POST /git/commits',
      'PATCH /git/refs/heads%2Ftrunk',
    ]);
    expect(bodyOf('POST', '/git/refs')).toEqual({
      ...{ ref: 'refs/heads/trunk', sha: 'c0ffee00' },
    });
    expect(bodyOf('PATCH', '')).toEqual({ default_branch: 'trunk' });
  });

  it('is taken up where the wanted branch has become the default one, and leaves no other', async () => {
    github.answers[`GET ${at}`] = [repository('trunk')];
    github.answers[`GET ${at}/commits/trunk`] = [commit(start.message)];
    await github.client().commitFiles(shop, { ...first, branch: 'trunk' });
    expect(changes()).toEqual([
      'DELETE /git/refs/heads%2Fmain',
      'POST /git/trees',
      'POST /git/commits',
      'PATCH /git/refs/heads%2Ftrunk',
    ]);
  });

  it.each([
    ['a commit of somebody', 'Mine', onlyStart],
    [
      'a commit that only says that it is our start',
      start.message,
      { body: { sha: 'x', tree: [{ path: 'a', mode: '1', type: 'blob' }] } },
    ],
  ])('replaces nothing else: %s', async (_, message, tree) => {
    github.answers[`GET ${at}/commits/main`] = [commit(message)];
    github.answers[`GET ${at}/git/trees/tree0`] = [tree];
    await expect(
      github.client().commitFiles(shop, first),
    ).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is not empty'),
    });
    expect(changes()).toEqual([]);
  });
});

describe('files of a commit', () => {
  it('are whole: texts go in with the tree, bytes before it, scripts stay executable', async () => {
    const script = { ...text('run.sh'), isExecutable: true };
    const image = { path: 'logo.png', content: Buffer.from([0, 255, 1]) };
    const latin = { path: 'old.txt', content: Buffer.from([0xe4]) };
    await github.client().commitFiles(shop, {
      ...first,
      files: [text('a.txt'), script, image, latin],
    });
    const mode = '100644';
    expect(bodyOf('POST', '/git/trees')).toEqual({
      tree: [
        { path: 'a.txt', mode, type: 'blob', content: 'a.txt\n' },
        { path: 'run.sh', mode: '100755', type: 'blob', content: 'run.sh\n' },
        { path: 'logo.png', mode, type: 'blob', sha: 'blob1' },
        { path: 'old.txt', mode, type: 'blob', sha: 'blob1' },
      ],
    });
    const blobs = github.seen.filter(({ path }) => path.endsWith('/blobs'));
    expect(blobs.map(({ body }) => body)).toEqual(
      expect.arrayContaining([
        { content: 'AP8B', encoding: 'base64' },
        { content: '5A==', encoding: 'base64' },
      ]),
    );
  });
});

describe('a commit upon another', () => {
  const next = { ...first, parent: 'abc', branch: 'main' };
  beforeEach(() => {
    github.answers[`GET ${at}/git/commits/abc`] = [gitCommit];
    github.answers[`GET ${at}/commits/heads%2Fmain`] = [commit('x', ['y'])];
  });

  it('keeps what it does not name, and never moves a branch by force', async () => {
    await github.client().commitFiles(shop, {
      ...next,
      files: [{ path: 'gone.txt', content: null }],
    });
    expect(bodyOf('POST', '/git/trees')).toMatchObject({
      base_tree: 'tree1',
      tree: [{ path: 'gone.txt', sha: null }],
    });
    expect(bodyOf('PATCH', '/git/refs/heads%2Fmain')).toEqual({
      ...{ sha: 'new1', force: false },
    });
  });

  it.each([
    ['Update is not a fast forward', 'conflict', 'moved meanwhile'],
    ['Protected branch update failed', 'refused', 'Protected branch'],
  ])('says why it was not taken: %s', async (message, code, words) => {
    github.answers[`PATCH ${at}/git/refs/heads%2Fmain`] = [
      { status: 422, body: { message } },
    ];
    const error = await github
      .client()
      .commitFiles(shop, next)
      .catch(problem => problem);
    expect(NanteError.is(error)).toBe(true);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(words);
  });
});
