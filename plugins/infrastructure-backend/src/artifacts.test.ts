import type { RunDocument } from '@nante/model';
import type {
  ActivityResponse,
  ArtifactUsageResponse,
  ArtifactsResponse,
} from '@nante/plugin-infrastructure-common';
import {
  type StandIns,
  startStandIns,
} from '@nante/plugin-infrastructure-node/standIns';
import { company, component } from './__testUtils__/company';
import { type Options, run, start } from './__testUtils__/start';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
}, 60_000);
afterAll(() => standIns?.stop());
afterEach(() => standIns.clearFaults());

async function given(options: Options = {}) {
  const backend = await start({
    config: standIns.config,
    entities: company,
    ...options,
    engine: { ...standIns.clients, ...options.engine },
  });
  const artifacts = async (query: string) =>
    (await backend.get(`/artifacts?${query}`)).body as ArtifactsResponse;
  return { ...backend, artifacts };
}

const shop = 'entityRef=component:default/shop';

describe('the artifacts of a component', () => {
  it('are one row a version, with what gets them, the releases that contain them, and where they run', async () => {
    const { artifacts } = await given();
    const { versions, found, project, sources } = await artifacts(shop);
    expect(found).toBe('convention');
    expect(project).toMatchObject({ name: 'Shop', release: { allowed: true } });
    expect(sources).toEqual([
      expect.objectContaining({ connection: 'nexus', ok: true }),
      expect.objectContaining({ connection: 'octopus', ok: true }),
    ]);
    const names = new Set(
      versions.flatMap(one => one.artifacts.map(({ name }) => name)),
    );
    expect([...names]).toContain('com.example:shop');
    // Neither somebody else's, nor one whose name only ends alike.
    expect([...names].filter(name => !/(^|[:/])shop$/.test(name))).toEqual([]);

    const deployed = versions.filter(one => one.deployedTo.length);
    expect(deployed.length).toBeGreaterThan(0);
    expect(deployed[0].releases.length).toBeGreaterThan(0);
    const [maven] = deployed[0].artifacts.filter(
      ({ format }) => format === 'maven2',
    );
    expect(maven).toMatchObject({
      connection: 'nexus',
      repository: 'maven-releases',
      pull: expect.stringContaining('/repository/maven-releases/'),
    });
    expect(maven.assets.length).toBeGreaterThan(0);

    const only = await artifacts(`${shop}&deployed=true`);
    expect(only.versions.length).toBeGreaterThan(0);
    expect(only.versions.every(one => one.deployedTo.length > 0)).toBe(true);
    expect(only.next).toBeUndefined();
  }, 30_000);

  it('of one with 2 000 versions are asked for one page at a time', async () => {
    await standIns.control('nexus', 'component-history', {
      repository: 'raw-hosted',
      name: 'tools/report.sh',
      versions: 1,
    });
    await standIns.control('nexus', 'component-history', {
      repository: 'helm-hosted',
      name: 'many',
      versions: 2_000,
    });
    const { artifacts } = await given({
      entities: [
        component('many', 'shop', {
          'nante.dev/artifacts': 'nexus/helm-hosted/many',
        }),
      ],
    });
    await standIns.forget('nexus');
    const first = await artifacts('entityRef=component:default/many');
    expect(await standIns.requests('nexus')).toBe(1);
    expect(first.found).toBe('annotation');
    expect(first.versions[0].version).toBe('1.0.1999');
    expect(first.next).toBeDefined();

    const second = await artifacts(
      `entityRef=component:default/many&page=${first.next}`,
    );
    expect(await standIns.requests('nexus')).toBe(2);
    const seen = new Set(first.versions.map(({ version }) => version));
    expect(second.versions.length).toBeGreaterThan(0);
    expect(second.versions.filter(one => seen.has(one.version))).toEqual([]);

    const some = await artifacts(
      'entityRef=component:default/many&text=1.0.19',
    );
    expect(some.versions.every(one => one.version.startsWith('1.0.19'))).toBe(
      true,
    );
    expect(some.versions.length).toBeGreaterThan(1);
    // Nexus itself would refuse to look for less than three characters.
    const [one, none] = [
      await artifacts('entityRef=component:default/many&text=1.'),
      await artifacts('entityRef=component:default/many&text=2'),
    ];
    expect(one.versions.length).toBeGreaterThan(1);
    expect(none.versions).toEqual([]);
  }, 60_000);

  it('may be deleted while they are shown, and a page of another list is refused', async () => {
    const { artifacts, get } = await given({
      entities: [
        component('many', 'shop', {
          'nante.dev/artifacts': 'nexus/helm-hosted/many',
        }),
      ],
    });
    const first = await artifacts('entityRef=component:default/many');
    const api = await standIns.clients.nexus('nexus');
    const gone = first.versions[0];
    await api.deleteComponent(gone.artifacts[0].componentId);
    const usage = await get(
      `/artifacts/usage?connection=nexus&repository=helm-hosted&format=helm&name=many&version=${gone.version}`,
    );
    expect(usage.status).toBe(200);
    expect(usage.body.releases).toEqual([]);
    for (let look = 0; look < 40; look++) {
      const again = await artifacts('entityRef=component:default/many');
      if (again.versions[0].version !== gone.version) break;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    expect(
      (await artifacts('entityRef=component:default/many')).versions[0].version,
    ).not.toBe(gone.version);

    const other = await get(
      '/artifacts?entityRef=component:default/many&page=bm9uc2Vuc2U',
    );
    expect([other.status, other.body.error.message]).toEqual([
      400,
      'page: the list has changed meanwhile; begin again without it',
    ]);
    expect(
      (await get('/artifacts?entityRef=component:default/nobody')).status,
    ).toBe(404);
  }, 60_000);

  it('are not there where Nexus does not answer, and the page says so', async () => {
    const { artifacts } = await given();
    await standIns.fault('nexus', { kind: 'status', status: 503 });
    const answer = await artifacts(shop);
    expect(answer.versions).toEqual([]);
    expect(answer.sources).toContainEqual(
      expect.objectContaining({
        connection: 'nexus',
        ok: false,
        error: expect.any(String),
      }),
    );
  }, 60_000);

  it('may be released by their owners only', async () => {
    const { artifacts } = await given({ member: true });
    expect((await artifacts(shop)).project?.release).toEqual({ allowed: true });
    expect(
      (await artifacts('entityRef=component:default/billing')).project?.release,
    ).toEqual({
      allowed: false,
      reason: 'Only billing and operators may do this with Billing.',
    });
  });
});

describe('where an artifact is used', () => {
  it('is in releases, deployments, targets and their owners', async () => {
    const { artifacts, get } = await given();
    const { versions } = await artifacts(`${shop}&deployed=true`);
    const { version, artifacts: all } = versions.find(one =>
      one.artifacts.some(({ format }) => format === 'maven2'),
    )!;
    const maven = all.find(({ format }) => format === 'maven2')!;
    const query = new URLSearchParams({
      connection: 'nexus',
      repository: maven.repository,
      format: maven.format,
      name: maven.name,
      version,
    });
    const usage = (await get(`/artifacts/usage?${query}`))
      .body as ArtifactUsageResponse;
    expect(usage.releases).toEqual([
      expect.objectContaining({
        projectName: 'Shop',
        componentRef: 'component:default/shop',
        owner: 'group:default/shop',
      }),
    ]);
    const { deployments } = usage.releases[0];
    expect(deployments.some(one => one.isCurrent)).toBe(true);
    expect(deployments[0].targets.length).toBeGreaterThan(0);
    expect(usage.incomplete).toBeUndefined();
  }, 30_000);
});

describe('what happened', () => {
  it('is one feed of runs and events of Octopus, newest first, page by page', async () => {
    const runs: RunDocument[] = [
      { ...run, id: 'request-1' },
      {
        ...run,
        id: 'request-2',
        kind: 'deploy',
        host: '',
        state: 'failed',
        createdAt: '2026-02-01T10:00:00.000Z',
        finishedAt: '2026-02-01T10:01:00.000Z',
        error: { code: 'failed', message: 'Step 2 failed' },
      },
    ];
    const { get } = await given({ engine: { listRuns: async () => runs } });
    const feed = async (query = '') =>
      (await get(`/activity${query}`)).body as ActivityResponse;
    const all = await feed('?limit=500');
    expect(new Set(all.entries.map(({ source }) => source))).toEqual(
      new Set(['run', 'octopus']),
    );
    const times = all.entries.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a, b) => b - a));

    const paged: string[] = [];
    let before = '';
    do {
      const page = await feed(
        `?limit=7${before && `&before=${encodeURIComponent(before)}`}`,
      );
      paged.push(...page.entries.map(({ id }) => id));
      before = page.next ?? '';
    } while (before);
    expect(paged).toEqual(all.entries.map(({ id }) => id));

    const ours = await feed('?source=run&kind=deploy');
    expect(ours.entries).toEqual([
      expect.objectContaining({
        id: 'run/request-2',
        result: 'failed',
        text: 'Deploy shop in dev: Step 2 failed',
        runId: 'request-2',
        entityRef: 'component:default/shop',
      }),
    ]);
    const ofShop = await feed('?entityRef=component:default/shop&limit=500');
    expect(ofShop.entries.length).toBeGreaterThan(2);
    expect(ofShop.entries.every(one => one.app === 'shop')).toBe(true);
    expect((await get('/activity?from=yesterday')).status).toBe(400);
  }, 30_000);

  it('still shows runs where Octopus is down, and to whom deployments are not shown', async () => {
    const engine = { listRuns: async () => [run] };
    await standIns.fault('octopus', { kind: 'status', status: 503 });
    const { get } = await given({ engine });
    const { entries, sources } = (await get('/activity'))
      .body as ActivityResponse;
    expect(entries.map(({ source }) => source)).toEqual(['run']);
    expect(sources[0]).toMatchObject({ ok: false });

    const less = await given({
      engine,
      deny: ['infrastructure.deployment.read'],
    });
    const { body } = await less.get('/activity');
    expect(body.entries).toHaveLength(1);
    expect(body.sources).toEqual([]);
  }, 60_000);
});
