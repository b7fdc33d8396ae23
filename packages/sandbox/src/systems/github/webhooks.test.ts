import { startListener } from './__testUtils__/listener';
import {
  removeGithubs,
  startGithub,
  type Json,
  type TestGithub,
} from './__testUtils__/server';
import { repositoryWith, workflowText } from './__testUtils__/workTree';

jest.setTimeout(60_000);

const secret = 'known to both';

let github: TestGithub;
beforeEach(async () => {
  github = await startGithub();
});
afterEach(removeGithubs);

/** A repository whose events somebody listens to. */
async function heard(events = ['push', 'workflow_run', 'workflow_job']) {
  const own = await repositoryWith(github, 'app', { 'a.txt': 'a' });
  const listener = await startListener(secret);
  const { body: hook } = await github.call('POST', `${own.path}/hooks`, {
    config: { url: listener.url, content_type: 'json', secret },
    events,
  });
  await github.settled();
  return { ...own, listener, hooks: `${own.path}/hooks/${hook.id}` };
}

const workflow = {
  '.github/workflows/test.yml': workflowText('push'),
};

it('tells of a push and of its run from the queue to the end, in order and signed', async () => {
  const own = await heard();
  const runner = github.runs.registerRunner({
    ...{ organization: 'acme', name: 'one', os: 'linux' },
    labels: ['self-hosted', 'linux'],
  });
  const sha = await own.commit(workflow, 'Test it');
  await own.push('main');
  const { id } = github.runs.takeNext(runner)!;
  const job = github.runs.beginJob(id, { key: 'test', name: 'test' });
  github.runs.endJob(job, 'success');
  github.runs.endRun(id);
  await github.settled();

  expect(own.listener.names()).toEqual([
    'ping',
    'push',
    'workflow_run requested',
    'workflow_job queued',
    'workflow_run in_progress',
    'workflow_job in_progress',
    'workflow_job completed',
    'workflow_run completed',
  ]);
  expect(own.listener.arrived.every(({ isSigned }) => isSigned)).toBe(true);
  const [, push, requested, , , , ended, completed] = own.listener.arrived.map(
    ({ body }) => body,
  );
  expect(push).toMatchObject({
    ...{ ref: 'refs/heads/main', after: sha, created: false, forced: false },
    head_commit: { message: 'Test it', added: Object.keys(workflow) },
    repository: { full_name: 'acme/app' },
    ...{ sender: { login: 'nante-bot' }, organization: { login: 'acme' } },
  });
  // What an event says is how things were then.
  expect(requested.workflow_run).toMatchObject({ id, conclusion: null });
  expect(ended.workflow_job).toMatchObject({ id: job, conclusion: 'success' });
  expect(completed).toMatchObject({
    workflow_run: { id, status: 'completed', conclusion: 'success' },
    workflow: { path: '.github/workflows/test.yml' },
  });
});

it('sends only what a hook wants, and nothing while it is switched off', async () => {
  const own = await heard(['workflow_run']);
  await own.commit({ 'b.txt': 'b' });
  await own.push('main');
  await github.call('PATCH', own.hooks, { active: false });
  await own.commit(workflow);
  await own.push('main');
  await github.settled();
  expect(own.listener.names()).toEqual(['ping']);
});

it('keeps a record of what was sent and what was answered, and sends it again when asked', async () => {
  const own = await heard(['push']);
  own.listener.answer.status = 500;
  await own.commit({ 'b.txt': 'b' });
  await own.push('main');
  await github.settled();
  const deliveries = async (): Promise<Json[]> =>
    (await github.call('GET', `${own.hooks}/deliveries`)).body;
  const [push] = await deliveries();
  expect(push).toMatchObject({
    ...{ event: 'push', status_code: 500, redelivery: false },
  });
  const { body } = await github.call(
    ...(['GET', `${own.hooks}/deliveries/${push.id}`] as const),
  );
  expect(body.request.payload.ref).toBe('refs/heads/main');
  expect(body.response.payload).toBe('heard');

  own.listener.answer.status = 200;
  await github.call('POST', `${own.hooks}/deliveries/${push.id}/attempts`);
  await github.settled();
  const [again] = await deliveries();
  expect(again).toMatchObject({
    ...{ guid: push.guid, status_code: 200, redelivery: true },
  });
  expect(own.listener.arrived.at(-1)).toMatchObject({
    ...{ delivery: push.guid, isSigned: true },
  });
});

it('gives back no secret of a hook, and takes one address once', async () => {
  const own = await heard();
  const { body } = await github.call('GET', own.hooks);
  expect(JSON.stringify(body)).not.toContain(secret);
  const again = await github.call('POST', `${own.path}/hooks`, {
    config: { url: own.listener.url, content_type: 'json' },
  });
  expect(again).toMatchObject({
    status: 422,
    body: { errors: [{ message: 'Hook already exists on this repository' }] },
  });
  const wrong = await github.call('POST', `${own.path}/hooks`, {
    config: { url: 'nowhere' },
  });
  expect(wrong.status).toBe(422);
});

describe('faults', () => {
  it('webhook-lost: an event never arrives, and the next does', async () => {
    const own = await heard(['push']);
    await github.fault({ kind: 'webhook-lost', count: 1 });
    await own.commit({ 'b.txt': 'b' }, 'Lost');
    await own.push('main');
    await own.commit({ 'c.txt': 'c' }, 'Heard');
    await own.push('main');
    await github.settled();
    expect(own.listener.names()).toEqual(['ping', 'push']);
    expect(own.listener.arrived[1].body.head_commit.message).toBe('Heard');
    const { body } = await github.call('GET', `${own.hooks}/deliveries`);
    expect(body[1]).toMatchObject({ event: 'push', status_code: 0 });
  });

  it('webhook-twice: an event arrives twice under one number', async () => {
    const own = await heard(['push']);
    await github.fault({ kind: 'webhook-twice', event: 'push', count: 1 });
    await own.commit({ 'b.txt': 'b' });
    await own.push('main');
    await github.settled();
    const [, first, second] = own.listener.arrived;
    expect(own.listener.names()).toEqual(['ping', 'push', 'push']);
    expect(second.delivery).toBe(first.delivery);
  });

  it('webhook-bad-signature: an event arrives that anybody could have sent', async () => {
    const own = await heard(['push']);
    await github.fault({ kind: 'webhook-bad-signature' });
    await own.commit({ 'b.txt': 'b' });
    await own.push('main');
    await github.settled();
    expect(own.listener.arrived.map(({ isSigned }) => isSigned)).toEqual([
      ...[true, false],
    ]);
  });

  it('rate-limited: no request is left until the limit is renewed', async () => {
    await github.fault({
      ...{ kind: 'rate-limited', remaining: 1, resetSeconds: 1 },
    });
    const first = await github.call('GET', '/user');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('0');
    const refused = await github.call('GET', '/user');
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain('API rate limit exceeded');
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    const reset = Number(refused.headers.get('x-ratelimit-reset'));
    expect(reset * 1000).toBeLessThanOrEqual(Date.now() + 2000);
    // Asking how much is left costs nothing.
    expect((await github.call('GET', '/rate_limit')).status).toBe(200);
    await github.steer('DELETE', '/faults');
    expect((await github.call('GET', '/user')).status).toBe(200);
  });

  it('no-runner: runs stay queued and runners are off-line until it is over', async () => {
    const own = await heard();
    const runner = github.runs.registerRunner({
      ...{ organization: 'acme', name: 'one', os: 'linux' },
      labels: ['self-hosted', 'linux'],
    });
    await github.fault({ kind: 'no-runner' });
    await own.commit(workflow);
    await own.push('main');
    expect(github.runs.takeNext(runner)).toBeUndefined();
    const status = async () =>
      (await github.call('GET', `${own.path}/actions/runners`)).body.runners[0]
        .status;
    expect(await status()).toBe('offline');
    let isCalled = false;
    github.runs.onQueued(() => (isCalled = true));
    await github.steer('DELETE', '/faults');
    expect(isCalled).toBe(true);
    expect(await status()).toBe('online');
    expect(github.runs.takeNext(runner)).toBeDefined();
  });

  it('refuses a fault that it does not know, and parameters that it does not take', async () => {
    await expect(github.fault({ kind: 'moon' })).rejects.toThrow(
      'webhook-lost',
    );
    await expect(github.fault({ kind: 'no-runner', often: 1 })).rejects.toThrow(
      'often',
    );
  });
});
