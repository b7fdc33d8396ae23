import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  removeGithubs,
  runGit,
  startGithub,
  temporaryFolder,
  type TestGithub,
} from './__testUtils__/server';
import {
  cloneOf,
  repositoryWith,
  workflowText,
} from './__testUtils__/workTree';

jest.setTimeout(60_000);

let github: TestGithub;
beforeEach(async () => {
  github = await startGithub();
});
afterEach(removeGithubs);

const protect = (contexts: string[]) => ({
  required_status_checks: { strict: false, contexts },
  enforce_admins: false,
  required_pull_request_reviews: null,
  restrictions: null,
});

it('clones, commits, pushes and fetches with the git that a person has', async () => {
  const mine = await cloneOf(github, 'acme/hello');
  const theirs = await cloneOf(github, 'acme/hello', 'developer');
  const large = randomBytes(8 * 1024 * 1024);
  await writeFile(join(mine.folder, 'large.bin'), large);
  const sha = await mine.commit({ 'new.txt': 'new' });
  const pushed = await mine.push();
  expect(pushed).toMatchObject({ code: 0 });

  await theirs.git('pull', '--quiet');
  const received = await readFile(join(theirs.folder, 'large.bin'));
  expect(received.equals(large)).toBe(true);
  const { body } = await github.call('GET', '/repos/acme/hello/commits/main');
  expect(body.sha).toBe(sha);

  const shallow = await temporaryFolder();
  const cloned = await runGit(
    shallow,
    ...['clone', '--quiet', '--depth=1', '--filter=blob:none'],
    ...[github.remote('acme/hello'), 'here'],
  );
  expect(cloned.code).toBe(0);
});

it('takes the token as a header too, as checkout sends it', async () => {
  const folder = await temporaryFolder();
  const basic = Buffer.from(`x-access-token:${github.tokens.token}`);
  const header = `Authorization: Basic ${basic.toString('base64')}`;
  const cloned = await runGit(
    folder,
    ...['-c', `http.extraHeader=${header}`, 'clone', '--quiet'],
    ...[`${github.url}/acme/hello`, 'here'],
  );
  expect(cloned).toMatchObject({ code: 0 });
});

it('makes the branch that is pushed first into an empty repository its default branch', async () => {
  await github.call('POST', '/orgs/acme/repos', { name: 'fresh' });
  const clone = await cloneOf(github, 'acme/fresh');
  await clone.git('checkout', '--quiet', '-B', 'trunk');
  await clone.commit({ 'a.txt': 'a' });
  await clone.push('trunk');
  const { body } = await github.call('GET', '/repos/acme/fresh');
  expect(body.default_branch).toBe('trunk');
});

it('shows a private repository to nobody who may not see it', async () => {
  const folder = await temporaryFolder();
  const clone = (address: string) =>
    runGit(folder, 'clone', '--quiet', address, 'here');
  const nameless = await clone(`${github.url}/acme/hello.git`);
  expect(nameless.stderr).toMatch(/could not read Username|terminal prompts/);
  const expired = await clone(github.remote('acme/hello', 'expired'));
  expect(expired.stderr).toContain('Authentication failed');
  const foreign = await clone(github.remote('other/taken', 'developer'));
  expect(foreign.stderr).toContain('not found');
  expect(await clone(`${github.url}/nante/nante`)).toMatchObject({ code: 0 });
});

it('refuses a push of somebody who may only read', async () => {
  const clone = await cloneOf(github, 'acme/hello', 'readOnly');
  await clone.commit({ 'new.txt': 'new' });
  const { code, stderr } = await clone.push();
  expect(code).not.toBe(0);
  expect(stderr).toContain('Permission to acme/hello.git denied to vic.');
});

it('refuses a push that changes a workflow without the scope for it, and takes any other', async () => {
  const clone = await cloneOf(github, 'acme/hello', 'withoutWorkflow');
  await clone.commit({ 'new.txt': 'new' });
  expect(await clone.push()).toMatchObject({ code: 0 });
  await clone.commit({ '.github/workflows/new.yml': workflowText('push') });
  const refused = await clone.push();
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain(
    'refusing to allow a Personal Access Token to create or update workflow `.github/workflows/new.yml` without `workflow` scope',
  );
  // Nor on another branch, nor hidden below a commit that changes something else.
  await clone.git('checkout', '--quiet', '-B', 'other');
  await clone.commit({ 'more.txt': 'more' });
  expect((await clone.push('other')).code).not.toBe(0);
  const { body } = await github.call('GET', '/repos/acme/hello/branches');
  expect(body).toHaveLength(1);
});

it('lets a protected branch move only with its checks, except for administrators', async () => {
  const own = await repositoryWith(github, 'guarded', { 'a.txt': 'a' });
  const guard = `${own.path}/branches/main/protection`;
  await github.call('PUT', guard, protect(['ci']));
  const developer = await cloneOf(github, 'acme/guarded', 'developer');
  const sha = await developer.commit({ 'b.txt': 'b' });
  const refused = await developer.push('HEAD:main');
  expect(refused.stderr).toContain('GH006: Protected branch update failed');
  expect(refused.stderr).toContain('Required status check "ci" is expected.');

  // The check may be there already: a commit that was pushed to another branch first.
  expect(await developer.push('HEAD:next')).toMatchObject({ code: 0 });
  await github.call('POST', `${own.path}/statuses/${sha}`, {
    ...{ state: 'failure', context: 'ci' },
  });
  const failing = await developer.push('HEAD:main');
  expect(failing.stderr).toContain('Required status check "ci" is failing.');
  await github.call('POST', `${own.path}/statuses/${sha}`, {
    ...{ state: 'success', context: 'ci' },
  });
  expect(await developer.push('HEAD:main')).toMatchObject({ code: 0 });

  await own.git('pull', '--quiet', 'origin', 'main');
  await own.commit({ 'c.txt': 'c' });
  expect(await own.push('main')).toMatchObject({ code: 0 });
  await github.call('POST', `${guard}/enforce_admins`);
  await own.commit({ 'd.txt': 'd' });
  expect((await own.push('main')).stderr).toContain('"ci" is expected');
});

it('refuses forced pushes to a protected branch and its deletion, and allows them elsewhere', async () => {
  const own = await repositoryWith(github, 'guarded', { 'a.txt': 'a' });
  await github.call(
    ...(['PUT', `${own.path}/branches/main/protection`] as const),
    protect([]),
  );
  await own.git('checkout', '--quiet', '-b', 'side');
  await own.push('side');
  await own.git('commit', '--quiet', '--amend', '-m', 'Rewritten');
  const forced = await own.push('--force', 'HEAD:main');
  expect(forced.stderr).toContain('Cannot force-push to a protected branch');
  expect(await own.push('--force', 'side')).toMatchObject({ code: 0 });
  const gone = await own.push('--delete', 'main');
  expect(gone.stderr).toContain('refusing to delete the current branch');
  expect(await own.push('--delete', 'side')).toMatchObject({ code: 0 });
});

it('keeps what was pushed, its tokens and its port over a restart', async () => {
  const clone = await cloneOf(github, 'acme/hello');
  const sha = await clone.commit({ 'new.txt': 'new' });
  await clone.push();
  await github.stop();
  const again = await startGithub({ dataDir: github.dataDir });
  expect(again.tokens).toEqual(github.tokens);
  expect(again.standIn.preferredPort).toBe(Number(new URL(github.url).port));
  const { body } = await again.call('GET', '/repos/acme/hello/commits/main');
  expect(body.sha).toBe(sha);
});
