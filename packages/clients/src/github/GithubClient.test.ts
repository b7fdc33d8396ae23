import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sodium from 'libsodium-wrappers';
import { NanteError } from '@nante/model';
import { createAuthority } from '../__testUtils__/certificates';
import { startServer } from '../__testUtils__/server';
import {
  startFakeGithub,
  type FakeAnswer,
  type FakeGithub,
} from './__testUtils__/fakeGithub';
import { createGithubClient } from './GithubClient';

jest.setTimeout(20_000);

const shop = { owner: 'acme', name: 'shop' };
const at = '/repos/acme/shop';
const found: FakeAnswer = {
  body: {
    ...{ id: 7, name: 'shop', owner: { login: 'acme' }, private: true },
    ...{ description: null, default_branch: 'main', html_url: 'https://x/s' },
  },
};
const soon = (ms: number) => `${Math.floor((Date.now() + ms) / 1000)}`;
const refused = (headers: Record<string, string>, status = 403) => ({
  ...{ status, headers, body: { message: 'No.' } },
});

let github: FakeGithub;
beforeEach(async () => {
  github = await startFakeGithub();
});
afterEach(() => github.stop());

const failure = async (call: Promise<unknown>): Promise<NanteError> => {
  const error = await call.then(
    () => undefined,
    problem => problem,
  );
  if (!NanteError.is(error)) throw new Error(`no error of ours: ${error}`);
  return error;
};
const calls = () => github.seen.map(({ method, path }) => `${method} ${path}`);

describe('a call to GitHub', () => {
  it('carries token and version of the API, and nothing of them stands in what is said', async () => {
    github.answers[`GET ${at}`] = [refused({}, 401)];
    const error = await failure(github.client().repository(shop));
    const [{ headers }] = github.seen;
    expect(headers).toMatchObject({
      ...{ authorization: 'Bearer ghp_secret' },
      ...{ 'x-github-api-version': '2022-11-28' },
      'user-agent': expect.stringMatching(/^nante/u),
    });
    expect(error).toMatchObject({
      code: 'unauthorized',
      hint: expect.stringContaining('GH_PAT'),
    });
    expect(
      JSON.stringify([error, error.message, error.stack, String(error.cause)]),
    ).not.toContain('ghp_secret');
    expect(() => github.client({ token: ' ' })).toThrow('GH_PAT is empty');
    expect(() => github.client({ token: 'a b' })).toThrow('no token has');
  });

  it('is repeated where it may happen twice, and where it may not, it is not', async () => {
    github.answers[`GET ${at}`] = [{ isCut: true }, { status: 502 }, found];
    expect(await github.client().repository(shop)).toMatchObject({ id: 7 });
    expect(github.seen).toHaveLength(3);
    github.seen.length = 0;
    github.answers['GET /users/acme'] = [
      { body: { login: 'acme', type: 'Organization' } },
    ];
    github.answers['POST /orgs/acme/repos'] = [{ status: 502 }];
    const made = github.client().createRepository({
      ...{ ...shop, description: '', visibility: 'private' },
    });
    expect(await failure(made)).toMatchObject({ code: 'unreachable' });
    expect(calls()).toEqual(['GET /users/acme', 'POST /orgs/acme/repos']);
  });

  it('ends at its deadline, and when it is cancelled', async () => {
    const silent = await startServer(() => {});
    const client = createGithubClient({
      ...{ url: silent.url, token: 't', timeoutMs: 80 },
    });
    expect(await failure(client.repository(shop))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('within'),
    });
    const patient = createGithubClient({ url: silent.url, token: 't' });
    const options = { signal: AbortSignal.abort() };
    expect(await failure(patient.repository(shop, options))).toMatchObject({
      code: 'cancelled',
    });
    await silent.stop();
  });

  it('trusts a private authority where the connection names it, and nobody else', async () => {
    const authority = await createAuthority('ours');
    const server = await startServer(
      (_, response) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(found.body));
      },
      await authority.issue(),
    );
    const directory = mkdtempSync(join(tmpdir(), 'nante-ca-'));
    const caFile = join(directory, 'ca.pem');
    writeFileSync(caFile, authority.cert);
    const options = { url: server.url, token: 't' };
    expect(
      await createGithubClient({ ...options, caFile }).repository(shop),
    ).toMatchObject({ id: 7 });
    expect(
      await failure(createGithubClient(options).repository(shop)),
    ).toMatchObject({ code: 'unreachable' });
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  it('follows a repository that was renamed, on the same server alone', async () => {
    const location = `${github.url}/api/v3/repositories/7`;
    github.answers[`GET ${at}`] = [{ status: 301, headers: { location } }];
    github.answers['GET /repositories/7'] = [found];
    expect(await github.client().repository(shop)).toMatchObject({ id: 7 });
    github.answers[`GET ${at}`] = [
      {
        status: 301,
        headers: { location: 'http://127.0.0.1:9/repositories/7' },
      },
    ];
    expect(await failure(github.client().repository(shop))).toMatchObject({
      code: 'failed',
    });
  });

  it('that is known already costs nothing, and says so', async () => {
    const run = {
      ...{ id: 1, run_number: 1, event: 'push', head_sha: 'a' },
      ...{ created_at: 't', updated_at: 't', html_url: 'u' },
    };
    github.answers[`GET ${at}/actions/runs`] = [
      { headers: { etag: 'W/"1"' }, body: { workflow_runs: [run] } },
      { status: 304, headers: { etag: 'W/"1"' } },
    ];
    const client = github.client();
    const first = await client.workflowRuns(shop, {});
    expect(first).toMatchObject({ etag: 'W/"1"', value: [{ id: 1 }] });
    expect(await client.workflowRuns(shop, { etag: first.etag })).toEqual({
      ...{ value: undefined, etag: 'W/"1"' },
    });
    expect(github.seen[1].headers['if-none-match']).toBe('W/"1"');
    expect(client.requestCounts()).toEqual({ sent: 2, notModified: 1 });
  });
});

describe("GitHub's limits", () => {
  it('are waited for where they end soon, also by calls that may not happen twice', async () => {
    github.answers[`POST ${at}/actions/runs/5/rerun-failed-jobs`] = [
      refused({ 'retry-after': '1' }, 429),
      { status: 201, body: {} },
    ];
    const began = Date.now();
    await github.client().rerunFailedJobs(shop, 5);
    expect(Date.now() - began).toBeGreaterThanOrEqual(900);
    expect(github.seen).toHaveLength(2);
  });

  it('of the hour are refused with their end, and nothing more is sent until then', async () => {
    github.answers[`GET ${at}`] = [
      refused({
        ...{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': soon(600_000) },
      }),
    ];
    const client = github.client();
    const error = await failure(client.repository(shop));
    expect(error).toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/no more requests .* until 20\d\d-/u),
    });
    const end = Date.parse(String(error.details?.resetsAt));
    expect(Math.abs(end - Date.now() - 600_000)).toBeLessThan(4_000);
    expect(await failure(client.variables(shop))).toMatchObject({
      code: 'refused',
    });
    expect(github.seen).toHaveLength(1);
  });

  it('that are waited for end with the task', async () => {
    github.answers[`GET ${at}`] = [refused({ 'retry-after': '30' })];
    const cancel = new AbortController();
    const call = github.client().repository(shop, { signal: cancel.signal });
    setTimeout(() => cancel.abort(), 50);
    expect(await failure(call)).toMatchObject({ code: 'cancelled' });
  });
});

describe('a refusal of GitHub says', () => {
  const refusal = async (answer: FakeAnswer) => {
    github.answers[`PUT ${at}/topics`] = [answer];
    return failure(github.client().setTopics(shop, ['nante']));
  };

  it('which scope a classic token lacks, also where it says "not found"', async () => {
    for (const status of [403, 404])
      expect(
        await refusal(
          refused(
            {
              'x-oauth-scopes': 'gist, read:org',
              'x-accepted-oauth-scopes': 'repo',
            },
            status,
          ),
        ),
      ).toMatchObject({
        code: 'unauthorized',
        message:
          'GitHub does not let us set the topics of acme/shop: the token lacks the scope repo.',
        details: { status, scopes: ['repo'] },
      });
    expect(
      await refusal({
        status: 404,
        body: {
          message:
            'refusing to allow a Personal Access Token to create or update workflow `.github/workflows/ci.yml` without `workflow` scope',
        },
      }),
    ).toMatchObject({
      code: 'unauthorized',
      details: { scopes: ['workflow'] },
    });
  });

  it('that nothing is there, where the token has a wider scope', async () => {
    const headers = {
      'x-oauth-scopes': 'repo',
      'x-accepted-oauth-scopes': 'public_repo',
    };
    expect(await refusal(refused(headers, 404))).toMatchObject({
      code: 'not-found',
    });
  });

  it('which right a fine-grained token lacks', async () => {
    const rights = 'administration=write; contents=write,workflows=write';
    expect(
      await refusal(refused({ 'x-accepted-github-permissions': rights })),
    ).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining(
        'lacks the right administration: write or contents: write and workflows: write',
      ),
    });
  });

  it.each([
    ['a plan', 403, 'Upgrade to GitHub Pro or make this public.', 'refused'],
    ['a protected branch', 422, 'Protected branch update failed', 'refused'],
    ['a rule', 409, 'Repository rule violations found', 'refused'],
    ['a race', 409, 'Is at a but expected b', 'conflict'],
    ['the name', 422, 'name already exists on this account', 'conflict'],
    ['the input', 422, 'Validation Failed', 'invalid-input'],
    ['the law', 451, 'Repository access blocked', 'failed'],
  ])('what it is: %s', async (_, status, message, code) => {
    expect(await refusal({ status, body: { message } })).toMatchObject({
      code,
    });
  });

  it('that a token has to be let in by the single sign-on', async () => {
    const error = await refusal(refused({ 'x-github-sso': 'required; url=x' }));
    expect(error.hint).toContain('single sign-on');
  });

  it('what a proxy says that is not GitHub', async () => {
    const error = await refusal({ status: 400, body: '<html>' });
    expect(error).toMatchObject({ code: 'failed', message: /Bad Request/u });
  });
});

describe('a secret', () => {
  it('leaves this process sealed, so that only the repository can open it', async () => {
    await sodium.ready;
    const pair = sodium.crypto_box_keypair();
    const key = Buffer.from(pair.publicKey).toString('base64');
    const path = `${at}/actions/secrets`;
    github.answers[`GET ${path}/public-key`] = [{ body: { key_id: 'k', key } }];
    github.answers[`PUT ${path}/DOPPLER_TOKEN`] = [{ status: 204 }];
    await github.client().setSecret(shop, 'DOPPLER_TOKEN', 'dp.st.secret');
    expect(JSON.stringify(github.seen)).not.toContain('dp.st.secret');
    const { encrypted_value, key_id } = github.seen[1].body as {
      encrypted_value: string;
      key_id: string;
    };
    expect(key_id).toBe('k');
    const opened = sodium.crypto_box_seal_open(
      Buffer.from(encrypted_value, 'base64'),
      ...([pair.publicKey, pair.privateKey] as const),
    );
    expect(Buffer.from(opened).toString()).toBe('dp.st.secret');
  });
});

describe('the log of a job', () => {
  it('comes from where GitHub keeps it, which gets nothing of our token', async () => {
    const told: (string | undefined)[] = [];
    const store = await startServer((request, response) => {
      told.push(request.headers.authorization, request.url);
      response.end('\uFEFF2026 line\n');
    });
    const location = `${store.url}/logs/1?sig=abc`;
    github.answers[`GET ${at}/actions/jobs/5/logs`] = [
      { status: 302, headers: { location } },
    ];
    expect(await github.client().jobLog(shop, 5)).toBe('2026 line\n');
    expect(told).toEqual([undefined, '/logs/1?sig=abc']);
    expect(await github.client().jobLog(shop, 6)).toBeUndefined();
    await store.stop();
  });
});

it.each([
  [undefined, 'https://github.com'],
  ['https://api.acme.ghe.com/', 'https://acme.ghe.com'],
  ['https://git.example.com/api/v3', 'https://git.example.com'],
])('pages of %s are at %s', (url, expected) => {
  expect(createGithubClient({ url, token: 't' }).webUrl).toBe(expected);
});

it('runners that nobody shows us are not taken for none', async () => {
  const list = { body: { total_count: 0, runners: [] } };
  github.answers[`GET ${at}/actions/runners`] = [list];
  expect(await github.client().runners(shop)).toBeUndefined();
  github.answers['GET /orgs/acme/actions/runners'] = [list];
  expect(await github.client().runners(shop)).toEqual([]);
});
