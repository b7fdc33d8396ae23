import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  startFakeGithub,
  type FakeAnswer,
  type FakeGithub,
} from './__testUtils__/fakeGithub';
import { vendorDocument } from './__testUtils__/vendorDocument';
import type { GithubApi } from './types';

const folder = process.env.NANTE_CONTRACTS_DIR;
const isHere = folder && existsSync(join(folder, 'github'));

const shop = { owner: 'octo-org', name: 'shop' };
const at = '/repos/octo-org/shop';
const files = [
  { path: 'README.md', content: Buffer.from('# Shop\n') },
  { path: 'logo.png', content: Buffer.from([0, 1, 2]) },
  { path: 'run.sh', content: Buffer.from('#!/bin/sh\n'), isExecutable: true },
  { path: 'old.txt', content: null },
];
const absent: FakeAnswer = { status: 404, body: { message: 'Not Found' } };
const organization: Record<string, FakeAnswer[]> = {
  'GET /users/octo-org': [
    { body: { login: 'octo-org', type: 'Organization' } },
  ],
};
const user: Record<string, FakeAnswer[]> = {
  'GET /users/octo-org': [{ body: { login: 'octocat', type: 'User' } }],
};

interface Compared {
  name: string;
  call(api: GithubApi): Promise<unknown>;
  /** Fields of what is read that have to be there. */
  fields: string[];
  /** Answers that are not the vendor's example. */
  answers?: Record<string, FakeAnswer[]>;
}

/** Every call of the client with everything that it can send. */
const calls: Compared[] = [
  {
    name: 'checkAccess',
    call: api => api.checkAccess(),
    fields: ['login', 'remaining'],
  },
  {
    name: 'checkAccess of an installation',
    call: api => api.checkAccess(),
    fields: ['login'],
    answers: {
      'GET /user': [
        { status: 403, body: { message: 'Resource not accessible' } },
      ],
    },
  },
  {
    name: 'repository',
    call: api => api.repository(shop),
    fields: ['id', 'owner', 'defaultBranch', 'topics', 'cloneUrl', 'pushedAt'],
  },
  {
    name: 'repositories of an organization',
    call: api => api.repositories('octo-org', { limit: 5 }),
    fields: ['name', 'url', 'pushedAt'],
    answers: organization,
  },
  {
    name: 'repositories of a user',
    call: api => api.repositories('octo-org', { limit: 5 }),
    fields: ['name'],
    answers: user,
  },
  {
    name: 'createRepository in an organization',
    call: api =>
      api.createRepository({
        ...{ ...shop, description: 'd', visibility: 'private' },
      }),
    fields: ['id', 'name', 'url'],
    answers: organization,
  },
  {
    name: 'createRepository of a user',
    call: api =>
      api.createRepository({
        ...{ ...shop, owner: 'octocat' },
        ...{ description: 'd', visibility: 'public' },
      }),
    fields: ['id'],
    answers: {
      'GET /users/octocat': [{ body: { login: 'octocat', type: 'User' } }],
    },
  },
  {
    name: 'setTopics',
    call: api => api.setTopics(shop, ['nante']),
    fields: [],
  },
  {
    name: 'commit',
    call: api => api.commit(shop, 'feature/x'),
    fields: ['sha', 'treeSha', 'parents', 'message', 'author', 'at', 'url'],
  },
  {
    name: 'commits',
    call: api => api.commits(shop, 'main', { limit: 3 }),
    fields: ['sha', 'author'],
  },
  {
    name: 'files',
    call: api => api.files(shop, 'abc'),
    fields: ['path', 'sha', 'mode'],
  },
  {
    name: 'fileText',
    call: api => api.fileText(shop, 'docs/a b.md', { ref: 'main' }),
    fields: [],
    answers: {
      'GET /repos/octo-org/shop/contents/docs%2Fa%20b.md': [
        { body: { type: 'file', sha: 's', encoding: 'none', content: '' } },
      ],
    },
  },
  {
    name: 'commitFiles upon another',
    call: api =>
      api.commitFiles(shop, {
        ...{ branch: 'feature/x', message: 'm', files, parent: 'abc' },
      }),
    fields: ['sha', 'treeSha', 'url'],
  },
  {
    name: 'commitFiles on a new branch',
    call: api =>
      api.commitFiles(shop, {
        ...{ branch: 'feature/x', message: 'm', files, parent: 'abc' },
      }),
    fields: ['sha'],
    answers: { [`GET ${at}/commits/heads%2Ffeature%2Fx`]: [absent] },
  },
  {
    name: 'commitFiles first of all',
    call: api =>
      api.commitFiles(shop, { branch: 'trunk', message: 'm', files }),
    fields: ['sha'],
    answers: {
      [`GET ${at}/commits/master`]: [absent],
      [`GET ${at}/commits/heads%2Ftrunk`]: [absent],
    },
  },
  {
    name: 'commitFiles first of all on the default branch',
    call: api =>
      api.commitFiles(shop, { branch: 'master', message: 'm', files }),
    fields: ['sha'],
    answers: { [`GET ${at}/commits/master`]: [absent] },
  },
  {
    name: 'pullRequests',
    call: api =>
      api.pullRequests(shop, { head: 'x', base: 'main', state: 'all' }),
    fields: ['number', 'url', 'state', 'title', 'body', 'head', 'base'],
  },
  {
    name: 'createPullRequest',
    call: api =>
      api.createPullRequest(shop, {
        ...{ title: 't', body: 'b', head: 'x', base: 'main' },
      }),
    fields: ['number', 'url'],
  },
  {
    name: 'ensureEnvironment',
    call: api => api.ensureEnvironment(shop, 'dev'),
    fields: ['isNew'],
    answers: { [`GET ${at}/environments/dev`]: [absent] },
  },
  { name: 'variables', call: api => api.variables(shop), fields: [] },
  {
    name: 'setVariable of a known one',
    call: api => api.setVariable(shop, 'A', 'b'),
    fields: [],
  },
  {
    name: 'setVariable of a new one',
    call: api => api.setVariable(shop, 'A', 'b'),
    fields: [],
    answers: { [`PATCH ${at}/actions/variables/A`]: [absent] },
  },
  { name: 'secretNames', call: api => api.secretNames(shop), fields: [] },
  {
    name: 'setSecret',
    call: api => api.setSecret(shop, 'A', 'b'),
    fields: [],
    answers: {
      [`GET ${at}/actions/secrets/public-key`]: [
        {
          body: {
            key_id: '1',
            key: Buffer.from(new Uint8Array(32).fill(9)).toString('base64'),
          },
        },
      ],
    },
  },
  {
    name: 'branchProtection',
    call: api => api.branchProtection(shop, 'main'),
    fields: ['requiredChecks', 'approvals'],
  },
  {
    name: 'protectBranch',
    call: api =>
      api.protectBranch(shop, 'main', {
        ...{ requiredChecks: ['ci / Build'], approvals: 1 },
      }),
    fields: [],
  },
  {
    name: 'ensureWebhook that is new',
    call: api =>
      api.ensureWebhook(shop, {
        ...{ url: 'https://portal.example.com', secret: 's' },
        events: ['workflow_run'],
      }),
    fields: ['isNew'],
  },
  {
    name: 'ensureWebhook that was switched off',
    call: api =>
      api.ensureWebhook(shop, {
        ...{ url: 'https://portal.example.com', secret: 's' },
        events: ['workflow_run'],
      }),
    fields: ['isNew'],
    answers: {
      [`GET ${at}/hooks`]: [
        {
          body: [
            {
              ...{ id: 1, active: false, events: ['push'] },
              config: { url: 'https://portal.example.com' },
            },
          ],
        },
      ],
    },
  },
  {
    name: 'dispatchWorkflow',
    call: api =>
      api.dispatchWorkflow(shop, {
        ...{ workflow: 'ci.yml', ref: 'main', inputs: { a: 'b' } },
      }),
    fields: ['runId', 'url'],
  },
  {
    name: 'workflowRuns',
    call: api =>
      api.workflowRuns(shop, {
        ...{ branch: 'main', sha: 'abc', event: 'push', limit: 5 },
      }),
    fields: [
      'id',
      'title',
      'path',
      'runNumber',
      'actor',
      'status',
      'createdAt',
    ],
  },
  {
    name: 'workflowRuns of a workflow',
    call: api => api.workflowRuns(shop, { workflow: 'ci.yml', branch: 'main' }),
    fields: ['id', 'sha', 'event'],
  },
  {
    name: 'workflowRun',
    call: api => api.workflowRun(shop, 5),
    fields: ['id', 'calls', 'attempt', 'startedAt', 'url'],
  },
  {
    name: 'jobs',
    call: api => api.jobs(shop, 5),
    fields: ['runId', 'labels', 'runner', 'steps', 'startedAt', 'finishedAt'],
  },
  { name: 'jobLog', call: api => api.jobLog(shop, 5), fields: [] },
  { name: 'cancelRun', call: api => api.cancelRun(shop, 5), fields: [] },
  {
    name: 'rerunFailedJobs',
    call: api => api.rerunFailedJobs(shop, 5),
    fields: [],
  },
  {
    name: 'runners',
    call: api => api.runners(shop),
    fields: ['name', 'isOnline', 'isBusy', 'labels'],
  },
];

/** Names of all fields of a value, however deep, that hold something. */
function filled(value: unknown): Set<string> {
  if (Array.isArray(value))
    return new Set(value.flatMap(item => [...filled(item)]));
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(
    Object.entries(value).flatMap(([name, item]) =>
      item === '' || item === undefined ? [] : [name, ...filled(item)],
    ),
  );
}

if (!isHere) {
  describe('calls to GitHub, not compared', () => {
    // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
    it.skip('the schemas are not here: set NANTE_CONTRACTS_DIR to compare', () => {});
  });
} else {
  describe("calls to GitHub compared with the vendor's document", () => {
    const vendor = vendorDocument(folder);
    let github: FakeGithub;
    beforeAll(async () => {
      github = await startFakeGithub();
      github.otherwise = ({ method, path }) => {
        if (path === '/log') return { body: 'one line' };
        const sample = vendor.sampleAnswer(method, path);
        if (!sample) return absent;
        // An address that the document leaves open.
        const headers =
          sample.status === 302 ? { location: `${github.url}/log` } : undefined;
        return { ...sample, headers };
      };
    });
    afterAll(() => github.stop());

    it.each(calls)(
      '$name: it exists, with what we send, and what we read of its answer',
      async ({ call, fields, answers = {} }) => {
        github.seen.length = 0;
        github.answers = structuredClone(answers);
        const answer = await call(github.client());
        const sent = github.seen.filter(({ path }) => path !== '/log');
        expect(sent.length).toBeGreaterThan(0);
        expect(sent.flatMap(vendor.problemsOf)).toEqual([]);
        const read = filled(answer);
        expect(fields.filter(field => !read.has(field))).toEqual([]);
      },
    );

    it('and what is not in the document is found', () => {
      const request = { method: 'PUT', path: '/repos/a/b/topics' };
      expect(
        vendor.problemsOf({
          ...request,
          query: { page: '1' },
          body: { name: 1 },
        }),
      ).toEqual([
        'PUT /repos/a/b/topics?page is unknown',
        'PUT /repos/a/b/topics lacks names',
        'PUT /repos/a/b/topics.name is unknown',
      ]);
    });

    it('and all of them are', () => {
      const compared = calls.map(({ name }) => name.split(' ')[0]);
      // These send nothing.
      const others = ['webUrl', 'requestCounts', 'limitedUntil'];
      expect([...new Set([...compared, ...others])].sort()).toEqual(
        Object.keys(github.client()).sort(),
      );
      process.stdout.write(
        `calls: ${calls.length} compared, with what is read of their answers; ${others.length} left out, which send nothing (${others.join(', ')})\n`,
      );
    });
  });
}
