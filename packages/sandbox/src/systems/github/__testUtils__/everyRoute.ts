import sodium from 'libsodium-wrappers';
import { servedRoutes } from '../routes';
import { Router } from '../router';
import type { Json, Reply, TestGithub } from './server';

/** An answer, with the call of the vendor's document that it belongs to. */
export interface Answered extends Reply {
  call: string;
}

const workflow = `name: Deploy
on:
  workflow_dispatch:
    inputs: { environment: { type: string, required: true } }
jobs:
  deploy:
    runs-on: [self-hosted]
    environment: prod
    steps: [{ run: "true" }]
`;

/** Makes every call that is served at least once, in an order in which each finds what it needs. */
export async function walkThroughAllRoutes(
  github: TestGithub,
  onAnswer: (answer: Answered) => void,
): Promise<void> {
  const router = new Router(servedRoutes);
  async function go(method: string, path: string, body?: unknown) {
    const [bare] = path.split('?');
    const call = router.find(method, bare)?.route.call;
    if (!call) throw new Error(`${method} ${path} is not served`);
    const reply = await github.call(method, path, body);
    onAnswer({ call, ...reply });
    return reply.body as Json;
  }
  const get = (path: string) => go('GET', path);

  await account(get);
  await go('POST', '/user/repos', { name: 'own', auto_init: true });
  await go('POST', '/orgs/acme/repos', {
    ...{ name: 'tour', description: 'A tour', private: true, auto_init: true },
  });
  const r = '/repos/acme/tour';
  await repository(go, r);
  const { commit } = await contents(go, r);
  await gitData(go, r, commit.sha);
  await settings(go, r);
  await pulls(go, r);
  await hooks(go, github, r);
  await actions(go, github, r);
  await branchesAndCommits(go, r);
  await ofStranger(go, github, r);
  await go('DELETE', `${r}/environments/prod`);
  await go('POST', '/repos/nante/nante/forks', { organization: 'acme' });
  await get('/repos/nante/nante/forks');
  await go('DELETE', '/repos/nante-bot/own');
  // Refusals have a form too.
  await get('/repos/acme/nothing');
  await go('POST', '/orgs/acme/repos', { name: 'tour' });
  await go('PUT', `${r}/topics`, { names: ['Not Good'] });
}

type Get = (path: string) => Promise<Json>;
type Go = (method: string, path: string, body?: unknown) => Promise<Json>;

async function account(get: Get) {
  for (const path of [
    ...['/rate_limit', '/meta', '/user', '/user/orgs', '/user/repos'],
    ...['/users/dana', '/users/acme/repos', '/orgs/acme'],
    ...['/orgs/acme/repos?sort=pushed', '/orgs/acme/members'],
    ...['/orgs/acme/teams', '/orgs/acme/actions/runners'],
  ])
    await get(path);
}

async function repository(go: Go, r: string) {
  await go('GET', r);
  await go('PATCH', r, { description: 'Another', has_wiki: true });
  await go('PUT', `${r}/topics`, { names: ['nante'] });
  await go('GET', `${r}/topics`);
  await go('GET', `${r}/languages`);
  await go('GET', `${r}/contributors`);
  await go('GET', `${r}/collaborators/dana/permission`);
  await go('PUT', `${r}/collaborators/vic`, { permission: 'push' });
}

async function contents(go: Go, r: string) {
  const path = `${r}/contents/.github/workflows/deploy.yml`;
  const content = Buffer.from(workflow).toString('base64');
  const made = await go('PUT', path, { message: 'Add', content });
  await go('GET', path);
  await go('GET', `${r}/contents/`);
  await go('GET', `${r}/contents/.github`);
  await go('PUT', `${r}/contents/gone.txt`, { message: 'Add', content });
  const { sha } = await go('GET', `${r}/contents/gone.txt`);
  await go('PUT', `${r}/contents/gone.txt`, {
    ...{ message: 'Change', content: 'YQ==', sha },
  });
  const changed = await go('GET', `${r}/contents/gone.txt`);
  await go('DELETE', `${r}/contents/gone.txt`, {
    ...{ message: 'Take away', sha: changed.sha },
  });
  await go('GET', `${r}/readme`);
  await go('GET', `${r}/tarball/main`);
  await go('GET', `${r}/zipball/main`);
  return made;
}

async function gitData(go: Go, r: string, parent: string) {
  const blob = await go('POST', `${r}/git/blobs`, { content: 'text' });
  await go('GET', `${r}/git/blobs/${blob.sha}`);
  const tree = await go('POST', `${r}/git/trees`, {
    base_tree: parent,
    tree: [
      { path: 'a/b.txt', mode: '100644', type: 'blob', sha: blob.sha },
      { path: 'c.txt', mode: '100644', type: 'blob', content: 'c' },
    ],
  });
  await go('GET', `${r}/git/trees/${tree.sha}?recursive=1`);
  const commit = await go('POST', `${r}/git/commits`, {
    ...{ message: 'By hand', tree: tree.sha, parents: [parent] },
  });
  await go('GET', `${r}/git/commits/${commit.sha}`);
  await go('POST', `${r}/git/refs`, {
    ...{ ref: 'refs/heads/feature', sha: parent },
  });
  await go('PATCH', `${r}/git/refs/heads/feature`, { sha: commit.sha });
  await go('GET', `${r}/git/ref/heads/feature`);
  await go('GET', `${r}/git/matching-refs/heads`);
  const tag = await go('POST', `${r}/git/tags`, {
    ...{ tag: 'v1', message: 'First', object: commit.sha, type: 'commit' },
  });
  await go('POST', `${r}/git/refs`, { ref: 'refs/tags/v1', sha: tag.sha });
  await go('POST', `${r}/git/refs`, {
    ...{ ref: 'refs/heads/short', sha: parent },
  });
  await go('DELETE', `${r}/git/refs/heads/short`);
}

async function settings(go: Go, r: string) {
  await sodium.ready;
  const { id } = await go('GET', '/user');
  await go('PUT', `${r}/environments/prod`, {
    wait_timer: 1,
    reviewers: [{ type: 'User', id }],
    deployment_branch_policy: {
      ...{ protected_branches: true, custom_branch_policies: false },
    },
  });
  await go('GET', `${r}/environments`);
  await go('GET', `${r}/environments/prod`);
  for (const base of [
    `${r}/actions`,
    `${r}/environments/prod`,
    '/orgs/acme/actions',
  ]) {
    const { key, key_id } = await go('GET', `${base}/secrets/public-key`);
    const sealed = sodium.crypto_box_seal(
      'value',
      new Uint8Array(Buffer.from(key, 'base64')),
    );
    const encrypted_value = Buffer.from(sealed).toString('base64');
    // The second time it is there.
    for (let time = 0; time < 2; time += 1)
      await go('PUT', `${base}/secrets/TOKEN`, { key_id, encrypted_value });
    await go('GET', `${base}/secrets`);
    await go('GET', `${base}/secrets/TOKEN`);
    await go('DELETE', `${base}/secrets/TOKEN`);
    await go('POST', `${base}/variables`, { name: 'PLACE', value: 'here' });
    await go('PATCH', `${base}/variables/PLACE`, { value: 'there' });
    await go('GET', `${base}/variables`);
    await go('GET', `${base}/variables/PLACE`);
    await go('DELETE', `${base}/variables/PLACE`);
  }
}

async function pulls(go: Go, r: string) {
  const { number } = await go('POST', `${r}/pulls`, {
    ...{ title: 'Feature', head: 'feature', base: 'main', body: 'Please' },
  });
  await go('GET', `${r}/pulls?state=all&head=acme:feature&base=main`);
  await go('GET', `${r}/pulls/${number}`);
  await go('PATCH', `${r}/pulls/${number}`, { title: 'The feature' });
  await go('GET', `${r}/pulls/${number}/files`);
  await go('GET', `${r}/pulls/${number}/commits`);
  await go('GET', `${r}/pulls/${number}/merge`);
  await go('PUT', `${r}/pulls/${number}/merge`, {});
  await go('GET', `${r}/pulls/${number}/merge`);
  await go('GET', `${r}/pulls/${number}`);
}

async function hooks(go: Go, github: TestGithub, r: string) {
  const { id } = await go('POST', `${r}/hooks`, {
    config: {
      ...{ url: `${github.url}/nowhere`, content_type: 'json' },
      secret: github.credentials.webhookSecret,
    },
    events: ['push'],
  });
  await go('GET', `${r}/hooks`);
  await go('PATCH', `${r}/hooks/${id}`, { add_events: ['workflow_run'] });
  await go('POST', `${r}/hooks/${id}/pings`);
  await github.settled();
  await go('GET', `${r}/hooks/${id}`);
  const [delivery] = await go('GET', `${r}/hooks/${id}/deliveries`);
  await go('GET', `${r}/hooks/${id}/deliveries/${delivery.id}`);
  await go('POST', `${r}/hooks/${id}/deliveries/${delivery.id}/attempts`);
  await github.settled();
  await go('DELETE', `${r}/hooks/${id}`);
}

async function actions(go: Go, github: TestGithub, r: string) {
  const a = `${r}/actions`;
  const runner = github.runs.registerRunner({
    ...{ organization: 'acme', name: 'one', os: 'linux' },
    labels: ['self-hosted', 'linux', 'extra'],
  });
  await go('GET', `${a}/runners`);
  await go('GET', `${a}/runners/${runner}`);
  await go('GET', '/orgs/acme/actions/runners');
  await go('GET', `${a}/workflows`);
  await go('GET', `${a}/workflows/deploy.yml`);
  await go('PUT', `${a}/workflows/deploy.yml/disable`);
  await go('PUT', `${a}/workflows/deploy.yml/enable`);
  const dispatches = `${a}/workflows/deploy.yml/dispatches`;
  const inputs = { environment: 'prod' };
  await go('POST', dispatches, { ref: 'main', inputs });
  const { workflow_run_id: id } = await go('POST', dispatches, {
    ...{ ref: 'main', inputs, return_run_details: true },
  });
  const [pending] = await go('GET', `${a}/runs/${id}/pending_deployments`);
  await go('POST', `${a}/runs/${id}/pending_deployments`, {
    environment_ids: [pending.environment.id],
    ...{ state: 'approved', comment: 'Go on' },
  });
  await go('GET', `${a}/runs/${id}/approvals`);
  github.runs.takeNext(runner);
  const job = github.runs.beginJob(id, { key: 'deploy', name: 'deploy' });
  github.runs.beginStep(job, { number: 1, name: 'Run true' });
  github.runs.writeLog(job, 'done');
  await go('GET', `${a}/runs/${id}/jobs`);
  github.runs.endStep(job, 1, 'success');
  github.runs.endRun(id);
  await go('GET', `${a}/jobs/${job}`);
  await go('GET', `${a}/jobs/${job}/logs`);
  await go('GET', `${r}/check-runs/${job}`);
  await go('GET', `${r}/commits/main/check-runs`);
  await go('GET', `${a}/runs/${id}/logs`);
  await go('GET', `${a}/runs/${id}/attempts/1`);
  await go('GET', `${a}/runs/${id}/attempts/1/jobs`);
  await go('GET', `${a}/runs/${id}/attempts/1/logs`);
  await go('GET', `${a}/runs/${id}/artifacts`);
  await go('GET', `${a}/artifacts`);
  await go('GET', `${a}/runs?status=success`);
  await go('GET', `${a}/workflows/deploy.yml/runs`);
  await go('GET', `${a}/runs/${id}`);
  await go('POST', `${a}/runs/${id}/rerun`);
  await go('POST', `${a}/runs/${id}/cancel`);
  await go('POST', `${a}/runs/${id}/rerun-failed-jobs`);
  await go('POST', `${a}/runs/${id}/force-cancel`);
  await go('POST', `${a}/jobs/${job}/rerun`);
  await go('POST', `${a}/runs/${id}/cancel`);
  await go('POST', `${a}/runs/${id}/approve`);
  await go('DELETE', `${a}/runs/${id}/logs`);
  await go('DELETE', `${a}/runs/${id}`);
}

/** A pull request of a fork, whose run somebody has to approve. */
async function ofStranger(go: Go, github: TestGithub, r: string) {
  const dana = github.as('developer');
  await go('PATCH', r, { visibility: 'public' });
  await dana('POST', `${r}/forks`, {});
  const text = workflow.replace(
    'workflow_dispatch:',
    'pull_request:\n  workflow_dispatch:',
  );
  await dana('PUT', '/repos/dana/tour/contents/.github/workflows/pull.yml', {
    ...{ message: 'Try', content: Buffer.from(text).toString('base64') },
  });
  await dana('POST', `${r}/pulls`, {
    ...{ title: 'Try', head: 'dana:main', base: 'main' },
  });
  const { workflow_runs: runs } = await go('GET', `${r}/actions/runs`);
  await go('POST', `${r}/actions/runs/${runs[0].id}/approve`);
}

async function branchesAndCommits(go: Go, r: string) {
  await go('GET', `${r}/branches`);
  const protection = `${r}/branches/main/protection`;
  await go('PUT', protection, {
    required_status_checks: { strict: false, contexts: ['ci'] },
    enforce_admins: false,
    required_pull_request_reviews: { required_approving_review_count: 1 },
    restrictions: null,
  });
  await go('GET', protection);
  await go('GET', `${protection}/required_status_checks`);
  await go('POST', `${protection}/enforce_admins`);
  await go('DELETE', `${protection}/enforce_admins`);
  await go('GET', `${r}/branches/main`);
  await go('GET', `${r}/branches`);
  await go('DELETE', protection);
  const [newest] = await go('GET', `${r}/commits?path=README.md`);
  await go('GET', `${r}/commits`);
  await go('GET', `${r}/commits/main`);
  await go('POST', `${r}/statuses/${newest.sha}`, {
    ...{ state: 'success', context: 'ci', target_url: 'http://x.test/' },
  });
  await go('GET', `${r}/commits/${newest.sha}/status`);
  await go('GET', `${r}/commits/${newest.sha}/statuses`);
  await go('GET', `${r}/compare/${newest.sha}...main`);
  await go('GET', `${r}/tags`);
}
