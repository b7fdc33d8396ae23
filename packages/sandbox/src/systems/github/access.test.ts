import {
  removeGithubs,
  startGithub,
  type TestGithub,
} from './__testUtils__/server';
import { repositoryWith, workflowText } from './__testUtils__/workTree';

jest.setTimeout(60_000);

let github: TestGithub;
beforeEach(async () => {
  github = await startGithub();
});
afterEach(removeGithubs);

it('says who a token belongs to and what it may', async () => {
  const { body, headers } = await github.call('GET', '/user');
  expect(body).toMatchObject({ login: 'nante-bot', type: 'User' });
  expect(headers.get('x-oauth-scopes')).toContain('workflow');
  const other = await github.as('withoutWorkflow')('GET', '/user');
  expect(other.headers.get('x-oauth-scopes')).toBe('repo');
  const bearer = await github.send(undefined, 'GET', '/user', undefined, {
    authorization: `Bearer ${github.tokens.token}`,
  });
  expect(bearer.status).toBe(200);
});

it('refuses a token that has expired, and asks for one where it is needed', async () => {
  const expired = await github.as('expired')('GET', '/user');
  expect(expired.status).toBe(401);
  expect(expired.body).toMatchObject({
    ...{ message: 'Bad credentials', status: '401' },
    documentation_url: expect.stringContaining('https://'),
  });
  expect((await github.send(undefined, 'GET', '/user')).status).toBe(401);
});

it('hides what a token may not see, and refuses what it may see and not do', async () => {
  const dana = github.as('developer');
  const vic = github.as('readOnly');
  expect((await dana('GET', '/repos/other/taken')).status).toBe(404);
  const nobody = await github.send(undefined, 'GET', '/repos/acme/hello');
  expect(nobody.status).toBe(404);
  expect((await vic('GET', '/repos/acme/hello')).status).toBe(200);

  const write = await vic('PUT', '/repos/acme/hello/contents/a.txt', {
    ...{ message: 'Add', content: 'YQ==' },
  });
  expect(write).toMatchObject({
    status: 403,
    body: { message: 'Must have push access to Repository.' },
  });
  const hooks = await dana('GET', '/repos/acme/hello/hooks');
  expect(hooks.body.message).toBe('Must have admin rights to Repository.');
  const { body } = await dana('GET', '/orgs/acme/repos');
  expect(body[0].permissions).toMatchObject({ push: true, admin: false });
});

it('names the scope that a token lacks', async () => {
  const runners = await github.as('withoutWorkflow')(
    ...(['GET', '/orgs/acme/actions/runners'] as const),
  );
  expect(runners.status).toBe(403);
  expect(runners.headers.get('x-accepted-oauth-scopes')).toBe('admin:org');

  const content = Buffer.from(workflowText('push')).toString('base64');
  const path = '/repos/acme/hello/contents/.github/workflows/new.yml';
  const body = { message: 'Add', content };
  const refused = await github.as('withoutWorkflow')('PUT', path, body);
  expect(refused.status).toBe(403);
  expect(refused.body.message).toContain('without `workflow` scope');
  expect(refused.headers.get('x-accepted-oauth-scopes')).toBe('workflow');

  await github.steer('POST', '/token', { name: 'token', scopes: ['repo'] });
  expect((await github.call('PUT', path, body)).status).toBe(403);
  await github.steer('POST', '/reset');
  expect((await github.call('PUT', path, body)).status).toBe(201);
});

it('refuses a name that is taken, is none, or lacks', async () => {
  const make = (body: object) => github.call('POST', '/orgs/acme/repos', body);
  expect(await make({ name: 'Taken' })).toMatchObject({
    status: 422,
    body: {
      message: 'Repository creation failed.',
      errors: [
        {
          resource: 'Repository',
          code: 'custom',
          field: 'name',
          message: 'name already exists on this account',
        },
      ],
    },
  });
  expect((await make({ name: 'not a name' })).status).toBe(422);
  expect((await make({})).body.message).toContain('"name" wasn\'t supplied');
  const vic = await github.as('readOnly')('POST', '/orgs/acme/repos', {
    name: 'mine',
  });
  expect(vic.status).toBe(403);
});

it('refuses what is no JSON, and calls that it does not have', async () => {
  const response = await fetch(`${github.url}/api/v3/orgs/acme/repos`, {
    method: 'POST',
    headers: { authorization: `token ${github.tokens.token}` },
    body: '{',
  });
  expect(response.status).toBe(400);
  expect((await response.json()).message).toBe('Problems parsing JSON');
  expect((await github.call('GET', '/nothing/here')).status).toBe(404);
});

it('answers "not modified" to who knows an answer already, which costs nothing', async () => {
  const path = '/repos/acme/hello/actions/runs';
  const first = await github.call('GET', path);
  const left = () => github.call('GET', '/rate_limit');
  const { remaining } = (await left()).body.rate;
  const etag = first.headers.get('etag')!;
  const same = await github.call('GET', path, undefined, {
    'if-none-match': etag,
  });
  expect([same.status, same.body]).toEqual([304, '']);
  expect(same.headers.get('etag')).toBe(etag);
  expect((await left()).body.rate.remaining).toBe(remaining);
  await repositoryWith(github, 'app', { 'a.txt': 'a' });
  const other = await github.call('GET', '/orgs/acme/repos', undefined, {
    'if-none-match': etag,
  });
  expect(other.status).toBe(200);
});

it('hands out long lists page by page', async () => {
  const page = async (query: string) => {
    const { body, headers } = await github.call(
      ...(['GET', `/orgs/acme/repos?${query}`] as const),
    );
    const names = body.map(({ name }: { name: string }) => name);
    return { names, link: headers.get('link') ?? '' };
  };
  const first = await page('per_page=2');
  expect(first.names).toEqual(['hello', 'legacy']);
  const [, next] = /<([^>]+)>; rel="next"/.exec(first.link) ?? [];
  expect(new URL(next).searchParams.get('page')).toBe('2');
  expect(first.link).toContain('rel="last"');
  const second = await page(new URL(next).search.slice(1));
  expect(second.names).toEqual(['taken']);
  expect(second.link).toContain('rel="first"');
  expect((await page('')).link).toBe('');
});

it('shows an archived repository and changes nothing in it', async () => {
  await github.call('PATCH', '/repos/acme/legacy', { archived: true });
  const path = '/repos/acme/legacy';
  expect((await github.call('GET', path)).body.archived).toBe(true);
  const refused = await github.call('PUT', `${path}/topics`, { names: [] });
  expect(refused.status).toBe(403);
  expect((await github.call('PATCH', path, { archived: false })).status).toBe(
    200,
  );
});

it('takes a repository away with all that belongs to it', async () => {
  const path = '/repos/acme/hello';
  const refused = await github.as('withoutWorkflow')('DELETE', path);
  expect(refused.headers.get('x-accepted-oauth-scopes')).toBe('delete_repo');
  expect((await github.call('DELETE', path)).status).toBe(204);
  expect((await github.call('GET', path)).status).toBe(404);
  expect(await github.steer('GET', '/state')).toMatchObject({
    ...{ runs: 0, jobs: 0 },
  });
});

it('counts what it was asked, by the pattern of the call', async () => {
  await github.steer('DELETE', '/requests');
  for (const path of [
    '/repos/acme/hello/actions/runs?per_page=1',
    '/repos/acme/legacy/actions/runs',
    '/repos/acme/hello/actions/workflows/ci.yml/runs',
    '/repos/acme/hello/contents/public/index.html',
    '/repos/acme/hello/git/ref/heads/main',
    '/repos/acme/hello/actions/secrets/public-key',
    '/orgs/acme/repos',
  ])
    await github.call('GET', path);
  await fetch(`${github.url}/acme/hello.git/info/refs`);
  const { byRoute } = await github.steer('GET', '/requests');
  const repository = '/api/v3/repos/{owner}/{repo}';
  expect(byRoute).toEqual({
    [`GET ${repository}/actions/runs`]: 2,
    [`GET ${repository}/actions/workflows/{workflow_id}/runs`]: 1,
    [`GET ${repository}/contents/{path}`]: 1,
    [`GET ${repository}/git/ref/{ref}`]: 1,
    [`GET ${repository}/actions/secrets/public-key`]: 1,
    'GET /api/v3/orgs/{org}/repos': 1,
    'GET /{owner}/{repo}/info/refs': 1,
  });
});

it('shows a plain page, which says what it is, for what links lead to', async () => {
  const read = async (path: string) => {
    const response = await fetch(github.url + path);
    return `${response.status} ${await response.text()}`;
  };
  const { body } = await github.call('GET', '/repos/acme/hello/actions/runs');
  for (const [path, text] of [
    ['/acme/hello', 'README.md'],
    ['/acme/hello/blob/main/README.md', 'A page that says its version'],
    ['/acme/hello/actions', 'Greet the world'],
    [`/acme/hello/actions/runs/${body.workflow_runs[1].id}`, 'FAILED'],
  ]) {
    const page = await read(path);
    expect(page).toMatch(/^200 /);
    expect(page).toContain('Stand-in for GitHub');
    expect(page).toContain(text);
  }
  expect(await read('/acme/none')).toMatch(/^404 /);
  await github.call('PATCH', '/repos/acme/hello', {
    description: '<script>alert(1)</script>',
  });
  expect(await read('/acme/hello')).not.toContain('<script>');
});
