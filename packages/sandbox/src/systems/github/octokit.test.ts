import { gunzipSync } from 'node:zlib';
import sodium from 'libsodium-wrappers';
import type { Octokit } from '@octokit/rest';
import {
  removeGithubs,
  startGithub,
  type Json,
  type TestGithub,
} from './__testUtils__/server';
import { repositoryWith, workflowText } from './__testUtils__/workTree';

jest.setTimeout(60_000);

let github: TestGithub;
let rest: Octokit['rest'];
let octokit: Octokit;
beforeEach(async () => {
  github = await startGithub();
  // It is an ES module, which tests cannot import.
  const vendor: typeof import('@octokit/rest') = require('@octokit/rest');
  octokit = new vendor.Octokit({
    auth: github.tokens.token,
    baseUrl: github.credentials.apiUrl,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  ({ rest } = octokit);
});
afterEach(removeGithubs);

const app = { owner: 'acme', repo: 'app' };

/** The status of a call that is refused. */
const statusOf = (call: Promise<unknown>): Promise<number | undefined> =>
  call.then(
    () => undefined,
    (error: Json) => error.status,
  );

it('makes a repository whose first commit comes through the API', async () => {
  const { data } = await rest.repos.createInOrg({
    ...{ org: 'acme', name: 'app', private: true, description: 'An app' },
  });
  expect(data).toMatchObject({
    ...{ full_name: 'acme/app', private: true, default_branch: 'main' },
    clone_url: `${github.url}/acme/app.git`,
  });
  // The git database refuses an empty repository, the contents do not.
  const blob = { ...app, content: 'text' };
  expect(await statusOf(rest.git.createBlob(blob))).toBe(409);
  await rest.repos.createOrUpdateFileContents({
    ...{ ...app, path: 'start.txt', message: 'Start' },
    content: Buffer.from('start').toString('base64'),
  });
  const tree = await rest.git.createTree({
    ...app,
    tree: [
      { path: 'README.md', mode: '100644', type: 'blob', content: '# App\n' },
      { path: 'run.sh', mode: '100755', type: 'blob', content: 'true\n' },
      {
        path: '.github/workflows/test.yml',
        ...({ mode: '100644', type: 'blob' } as const),
        content: workflowText('push'),
      },
    ],
  });
  const commit = await rest.git.createCommit({
    ...{ ...app, message: 'All at once', tree: tree.data.sha, parents: [] },
  });
  const move = { ...app, ref: 'heads/main', sha: commit.data.sha };
  expect(await statusOf(rest.git.updateRef(move))).toBe(422);
  await rest.git.updateRef({ ...move, force: true });

  const listed = await rest.git.getTree({
    ...{ ...app, tree_sha: commit.data.sha, recursive: 'true' },
  });
  expect(listed.data.tree.map(({ path, mode }) => [path, mode])).toEqual([
    ['.github', '040000'],
    ['.github/workflows', '040000'],
    ['.github/workflows/test.yml', '100644'],
    ['README.md', '100644'],
    ['run.sh', '100755'],
  ]);
  const runs = await rest.actions.listWorkflowRunsForRepo({
    ...{ ...app, head_sha: commit.data.sha },
  });
  expect(runs.data.workflow_runs).toMatchObject([
    { display_title: 'All at once', status: 'queued' },
  ]);
});

it('changes files by their sha, and refuses who is behind', async () => {
  await repositoryWith(github, 'app', { 'a/b.txt': 'one' });
  const at = { ...app, path: 'a/b.txt' };
  const { data } = await rest.repos.getContent(at);
  const { sha, content } = data as Json;
  expect(Buffer.from(content, 'base64').toString()).toBe('one');
  const put = (change: object) =>
    rest.repos.createOrUpdateFileContents({
      ...{ ...at, message: 'Two', ...change },
      content: Buffer.from('two').toString('base64'),
    });
  expect(await statusOf(put({}))).toBe(422);
  await put({ sha });
  expect(await statusOf(put({ sha }))).toBe(409);
  const raw = await rest.repos.getContent({
    ...at,
    mediaType: { format: 'raw' },
  });
  expect(raw.data).toBe('two');
  expect(await statusOf(rest.repos.getContent({ ...at, ref: 'nowhere' }))).toBe(
    404,
  );
});

it('gives the whole of a commit as an archive, by an address that needs no token', async () => {
  const { sha } = await repositoryWith(github, 'app', { 'a.txt': 'content' });
  const answer = await github.call(
    ...(['GET', `/repos/acme/app/tarball/${sha}`] as const),
  );
  expect(answer.status).toBe(302);
  const archive = await fetch(answer.headers.get('location')!);
  const bytes = gunzipSync(Buffer.from(await archive.arrayBuffer()));
  expect(bytes.includes(`acme-app-${sha.slice(0, 7)}/a.txt`)).toBe(true);
  const other = answer.headers
    .get('location')!
    .replace(/\/[0-9a-f]{32}\//, '/00/');
  expect((await fetch(other)).status).toBe(404);
});

it('opens a pull request, says whether it can be merged, and merges it', async () => {
  const own = await repositoryWith(github, 'app', { 'a.txt': 'a\n' });
  await own.git('checkout', '--quiet', '-b', 'feature');
  await own.commit({ 'a.txt': 'b\n', 'new.txt': 'new\n' }, 'Feature');
  await own.push('feature');
  const pull = { title: 'Feature', head: 'feature', base: 'main' };
  const { data } = await rest.pulls.create({ ...app, ...pull });
  expect(data).toMatchObject({
    ...{ number: 1, state: 'open', mergeable: true, commits: 1 },
    ...{ changed_files: 2, mergeable_state: 'clean' },
    html_url: `${github.url}/acme/app/pull/1`,
  });
  expect(await statusOf(rest.pulls.create({ ...app, ...pull }))).toBe(422);
  const at = { ...app, pull_number: 1 };
  const files = await rest.pulls.listFiles(at);
  expect(files.data.map(({ filename, status }) => [filename, status])).toEqual([
    ['a.txt', 'modified'],
    ['new.txt', 'added'],
  ]);
  const merged = await rest.pulls.merge(at);
  const main = await rest.repos.getCommit({ ...app, ref: 'main' });
  expect(main.data.sha).toBe(merged.data.sha);
  expect(main.data.parents).toHaveLength(2);
  expect((await rest.pulls.get(at)).data).toMatchObject({
    ...{ state: 'closed', merged: true, merged_by: { login: 'nante-bot' } },
  });
  expect(await statusOf(rest.pulls.merge(at))).toBe(405);
});

it('does not merge what conflicts, nor what a protected branch waits for', async () => {
  const own = await repositoryWith(github, 'app', { 'a.txt': 'a\n' });
  for (const branch of ['one', 'two']) {
    await own.git('checkout', '--quiet', '-b', branch, 'main');
    await own.commit({ 'a.txt': `${branch}\n` });
    await own.push(branch);
    await rest.pulls.create({
      ...{ ...app, title: branch, head: branch, base: 'main' },
    });
  }
  await rest.repos.updateBranchProtection({
    ...{ ...app, branch: 'main', enforce_admins: false, restrictions: null },
    required_status_checks: { strict: false, contexts: ['ci'] },
    required_pull_request_reviews: null,
  });
  const refused = await github.as('developer')(
    ...(['PUT', '/repos/acme/app/pulls/1/merge'] as const),
  );
  expect(refused).toMatchObject({
    status: 405,
    body: { message: 'Required status check "ci" is expected.' },
  });
  await rest.pulls.merge({ ...app, pull_number: 1 });
  const second = { ...app, pull_number: 2 };
  expect((await rest.pulls.get(second)).data).toMatchObject({
    ...{ mergeable: false, mergeable_state: 'dirty' },
  });
  expect(await statusOf(rest.pulls.merge(second))).toBe(405);
});

it('keeps secrets that were sealed for it, hands them to runs and shows them to nobody', async () => {
  await sodium.ready;
  await repositoryWith(github, 'app', {
    '.github/workflows/test.yml': workflowText('push'),
  });
  const { data } = await rest.actions.getRepoPublicKey(app);
  const seal = (text: string) =>
    Buffer.from(
      sodium.crypto_box_seal(
        text,
        new Uint8Array(Buffer.from(data.key, 'base64')),
      ),
    ).toString('base64');
  const secret = { ...app, secret_name: 'DOPPLER_TOKEN', key_id: data.key_id };
  const put = (encrypted_value: string) =>
    rest.actions.createOrUpdateRepoSecret({ ...secret, encrypted_value });
  expect((await put(seal('hidden'))).status).toBe(201);
  expect((await put(seal('well hidden'))).status).toBe(204);
  expect(await statusOf(put(Buffer.from('plain').toString('base64')))).toBe(
    422,
  );
  const listed = await rest.actions.listRepoSecrets(app);
  expect(listed.data.secrets.map(({ name }) => name)).toEqual([
    'DOPPLER_TOKEN',
  ]);
  expect(JSON.stringify(listed.data)).not.toContain('hidden');
  const runner = github.runs.registerRunner({
    ...{ organization: 'acme', name: 'one', os: 'linux' },
    labels: ['self-hosted', 'linux'],
  });
  expect(github.runs.takeNext(runner)?.secrets).toEqual({
    DOPPLER_TOKEN: 'well hidden',
  });
});

it('walks through all pages of a list', async () => {
  const repositories = await octokit.paginate(rest.repos.listForOrg, {
    ...{ org: 'acme', per_page: 1 },
  });
  expect(repositories.map(({ name }) => name)).toEqual([
    ...['hello', 'legacy', 'taken'],
  ]);
});
