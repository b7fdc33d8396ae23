import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../__testUtils__/certificates';
import {
  createOctopusClient,
  type OctopusClientOptions,
} from './OctopusClient';
import {
  pageOf,
  startFakeOctopus,
  type FakeOctopus,
} from './__testUtils__/fakeOctopus';

const key = 'API-VERYSECRETKEY0123456789';
const project = {
  Id: 'Projects-1',
  Name: 'Shop',
  Slug: 'shop',
  ProjectGroupId: 'ProjectGroups-1',
  LifecycleId: 'Lifecycles-1',
  DeploymentProcessId: 'deploymentprocess-Projects-1',
};

let server: FakeOctopus;
beforeEach(async () => {
  server = await startFakeOctopus();
});
afterEach(() => server.stop());

const client = (change: Partial<OctopusClientOptions> = {}) =>
  createOctopusClient({
    url: server.url,
    apiKey: key,
    space: 'Default',
    timeoutMs: 2_000,
    ...change,
  });
const deployment = {
  project: { ...project, id: 'Projects-1', name: 'Shop' } as never,
  release: { id: 'Releases-1', version: '1.0' },
  environment: { id: 'Environments-1', name: 'Development' },
  force: false,
};
const failureOf = (act: Promise<unknown>) =>
  act.then(
    () => undefined,
    error => error,
  );
/** What anybody can see of an error. */
const shownOf = (error: Error & { hint?: string; details?: unknown }) =>
  JSON.stringify([error.message, error.hint, error.details, `${error.stack}`]);

describe('a space', () => {
  it.each([
    ['its whole name', 'Default', 'Spaces-1'],
    ['its id', 'Spaces-1', 'Spaces-1'],
    [
      'its whole name, where another is a part of it',
      'Default Copy',
      'Spaces-2',
    ],
  ])('is found by %s, once for all calls', async (_, space, id) => {
    server.on(`GET /api/${id}/tasks`, []);
    server.on(`GET /api/${id}/projects`, [project]);
    const api = client({ space });
    await Promise.all([api.tasks(['ServerTasks-1']), api.projects()]);
    expect(server.seen.filter(({ path }) => /spaces/u.test(path))).toHaveLength(
      1,
    );
    expect(server.seen.every(request => request.key === key)).toBe(true);
  });

  it('that only begins so, or differs in case, is none; and is looked for again the next time', async () => {
    for (const space of ['Defaul', 'default', 'Spaces-9']) {
      const error = await failureOf(client({ space }).projects());
      expect(error).toMatchObject({
        code: 'not-found',
        message: expect.stringContaining(`no space "${space}"`),
        hint: expect.stringContaining('"Default", "Default Copy"'),
      });
    }
    const api = client({ space: 'Later' });
    await failureOf(api.projects());
    server.on('GET /api/spaces', [{ Id: 'Spaces-3', Name: 'Later' }]);
    server.on('GET /api/Spaces-3/projects', [project]);
    expect(await api.projects()).toHaveLength(1);
  });
});

describe('a key', () => {
  it('that has expired is said with where it is stored', async () => {
    server.on('GET /api/spaces', {
      status: 401,
      json: { ErrorMessage: 'The API key has expired.' },
    });
    const error = await failureOf(
      client({ keyName: 'OCTOPUS_API_KEY' }).projects(),
    );
    expect(error).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('The API key has expired.'),
      hint: expect.stringContaining('OCTOPUS_API_KEY'),
    });
  });

  it('without a permission: the message names it', async () => {
    server.on('POST /api/Spaces-1/deployments', {
      status: 403,
      json: {
        ErrorMessage:
          'You do not have permission to perform this action. Please contact your Octopus administrator. Missing permission: DeploymentCreate',
        Errors: [],
      },
    });
    const error = await failureOf(client().createDeployment(deployment));
    expect(error).toMatchObject({
      code: 'unauthorized',
      message:
        "Octopus does not let us deploy Shop 1.0 to Development: the key's user lacks the permission DeploymentCreate.",
      details: { permissions: ['DeploymentCreate'] },
    });
    expect(server.seen).toHaveLength(2);
  });

  it('is in no message, and an empty or broken one is refused before anything is sent', async () => {
    server.on('GET /api/Spaces-1/projects', response => response.destroy());
    const error = await failureOf(client().projects());
    expect(error.code).toBe('unreachable');
    expect(shownOf(error)).not.toContain(key);
    for (const [apiKey, message] of [
      [' ', 'OCTOPUS_API_KEY is empty.'],
      ['API-1\nX: y', 'OCTOPUS_API_KEY is no API key of Octopus.'],
    ])
      expect(() => client({ apiKey })).toThrow(message);
    expect(() => client({ space: '' })).toThrow(
      'The space of Octopus is empty.',
    );
    expect(() => client({ url: 'octopus.example.com' })).toThrow(
      'must start with http',
    );
  });
});

describe('a server', () => {
  it('that says "too many" has done nothing: also what must not happen twice is asked again, and all others wait', async () => {
    let refused = 0;
    server.on('POST /api/Spaces-1/deployments', (response, request) => {
      if (refused++ < 2) {
        const header = refused === 1 ? { 'retry-after': '1' } : {};
        response.writeHead(429, header).end();
        return;
      }
      const { ReleaseId } = request.body as { ReleaseId: string };
      const made = {
        Id: `Deployments-of-${ReleaseId}`,
        TaskId: 'ServerTasks-7',
      };
      response.writeHead(201).end(JSON.stringify(made));
    });
    const api = client();
    const began = performance.now();
    expect(await api.createDeployment(deployment)).toEqual({
      deploymentId: 'Deployments-of-Releases-1',
      taskId: 'ServerTasks-7',
    });
    // Waited for longer than the deadline of a call: that one counts only what the server takes.
    expect(performance.now() - began).toBeGreaterThan(1_990);
    expect(api.requestCounts()).toMatchObject({ sent: 4, refused: 2 });
  });

  it('that asks for more patience than anybody has is said at once', async () => {
    server.on('GET /api/Spaces-1/projects', {
      status: 429,
      headers: { 'retry-after': '3600' },
      json: {},
    });
    expect(await failureOf(client().projects())).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('answers HTTP 429'),
      hint: expect.stringContaining('in 3600 s'),
    });
  });

  it('that stumbles is asked again for what may happen twice, and only for that', async () => {
    let asked = 0;
    server.on('GET /api/Spaces-1/projects', response => {
      asked += 1;
      if (asked === 1) response.destroy();
      else if (asked === 2) response.writeHead(503).end();
      else response.end(JSON.stringify(pageOf([project])));
    });
    expect(await client().projects()).toHaveLength(1);
    let made = 0;
    server.on('POST /api/Spaces-1/releases', response => {
      made += 1;
      response.destroy();
    });
    const release = { ...deployment, version: '1.0', packages: [] };
    const error = await failureOf(client().createRelease(release));
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(made).toBe(1);
  });

  it.each([
    ['never answers', () => {}],
    [
      'drips',
      (response: import('node:http').ServerResponse) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 40);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('that %s is given up at the deadline', async (_, answer) => {
    server.on('GET /api/Spaces-1/dashboard', answer);
    const began = performance.now();
    expect(
      await failureOf(client({ timeoutMs: 400 }).dashboard()),
    ).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('did not answer within'),
    });
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  it('that is down is said with its address', async () => {
    const { url } = server;
    const api = client();
    await server.stop();
    expect(await failureOf(api.environments())).toMatchObject({
      code: 'unreachable',
      message: `Octopus at ${url} does not answer: nothing listens there.`,
    });
  });

  it('is left at once by a caller who cancels, and the others go on', async () => {
    let answer = () => {};
    server.on('GET /api/spaces', response => {
      answer = () =>
        response.end(
          JSON.stringify(pageOf([{ Id: 'Spaces-1', Name: 'Default' }])),
        );
    });
    server.on('GET /api/Spaces-1/projects', [project]);
    const api = client();
    const cancel = new AbortController();
    const left = failureOf(api.projects({ signal: cancel.signal }));
    const stays = api.projects();
    await new Promise(resolve => setTimeout(resolve, 50));
    cancel.abort();
    expect(await left).toMatchObject({ code: 'cancelled' });
    answer();
    expect(await stays).toHaveLength(1);
  });

  it('that answers something else is no Octopus', async () => {
    server.on('GET /api/Spaces-1/projects', response =>
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<h1>Login</h1>'),
    );
    expect(await failureOf(client().projects())).toMatchObject({
      code: 'failed',
      message: expect.stringContaining('is no list of projects'),
    });
  });

  it('may be named as it stands in a browser', async () => {
    server.on('GET /api/Spaces-1/projects', [project]);
    for (const end of ['/', '/app#/Spaces-1/projects', '/api/'])
      expect(await client({ url: server.url + end }).projects()).toHaveLength(
        1,
      );
  });

  it('with a certificate of a private authority is trusted by that, also for calls of the library', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'octopus-'));
    const authority = await createAuthority('private');
    const secure = await startFakeOctopus(await authority.issue());
    try {
      secure.on('GET /api/Spaces-1/environments', [
        { Id: 'Environments-1', Name: 'Development', SortOrder: 0 },
      ]);
      const caFile = join(folder, 'ca.pem');
      writeFileSync(caFile, authority.cert);
      const trusting = client({ url: secure.url, caFile });
      expect(await trusting.environments()).toHaveLength(1);
      const wary = client({ url: secure.url });
      expect(await failureOf(wary.environments())).toMatchObject({
        message: expect.stringContaining('is not trusted'),
      });
    } finally {
      await secure.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
