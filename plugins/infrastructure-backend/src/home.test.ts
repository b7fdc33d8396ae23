import type { RunDocument } from '@nante/model';
import type { HomeResponse } from '@nante/plugin-infrastructure-common';
import {
  fakeGuest,
  fakeManagedHost,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import { document, pipelinesOn } from './__testUtils__/pipelines';
import type { Options } from './__testUtils__/start';

// Two cores are shared by many.
jest.setTimeout(30_000);

const now = new Date().toISOString();

async function homeOn(options: Options = {}) {
  const backend = await pipelinesOn(options);
  const home = async () => (await backend.get('/home')).body as HomeResponse;
  return { ...backend, home };
}

const failed = (id: string, more: Partial<RunDocument> = {}) =>
  document(id, {
    ...{ state: 'failed', host: 'web-1', createdAt: now, finishedAt: now },
    error: { code: 'failed', message: 'No space left' },
    ...more,
  });

describe('Home', () => {
  it("says what needs somebody, worst first: one's own and what failed last", async () => {
    const world = fakeWorld({
      managed: [
        fakeManagedHost(999, { name: 'web-2' }),
        fakeManagedHost(101, {
          name: 'bill-1',
          owner: 'group:default/billing',
        }),
      ],
    });
    const { home, github, documents } = await homeOn({ world });
    documents.push(
      failed('r-1'),
      failed('r-2', { host: 'web-9', owner: 'group:default/billing' }),
      failed('r-3', { kind: 'resize', repairedBy: 'r-4' }),
      failed('r-5', {
        kind: 'power',
        createdAt: '2020-01-01T00:00:00.000Z',
        finishedAt: undefined,
      }),
      document('r-6', { kind: 'snapshot', host: 'web-1', createdAt: now }),
      failed('r-7', { kind: 'snapshot' }),
    );
    const fake = github.start('acme/shop');
    github.begin(fake);
    github.end(fake, 0, 'failure', 'Build');
    const theirs = github.start('acme/billing');
    github.begin(theirs);
    github.end(theirs, 0, 'failure', 'Build');
    const seen = await home();
    expect(
      seen.attention.map(({ kind, title, path }) => [kind, title, path]),
    ).toEqual([
      ['run', 'provision of web-1 in dev failed', '/runs/r-1'],
      [
        'pipeline',
        'CI of shop failed',
        '/catalog/default/component/shop/pipeline',
      ],
      ['host', 'web-2', '/catalog/default/resource/lab-999/host'],
    ]);
    expect(seen.attention[0].detail).toBe('No space left');
    expect(seen.hosts.reduce((sum, { count }) => sum + count, 0)).toBe(1);
  });

  it('adds up what is free, a shared storage once', async () => {
    const { home } = await homeOn({
      world: fakeWorld({ guests: [fakeGuest(100)] }),
    });
    const [lab] = (await home()).capacity;
    expect(lab).toMatchObject({
      ...{ connection: 'lab', cpuTotal: 48 },
      ...{ memoryTotal: 3 * 2 ** 36, memoryUsed: 6 * 2 ** 33 },
      ...{ storageTotal: 2 ** 40, storageUsed: 2 ** 38 },
    });
  });

  it('shows operators what is still to be connected, and nobody else', async () => {
    const { home } = await homeOn();
    const { checklist } = await home();
    expect(checklist?.map(({ title, done }) => [title, done])).toEqual([
      ['Connect Proxmox', true],
      ['Connect GitHub', true],
      ['Connect Octopus', false],
      ['Connect Nexus', false],
      ['Run the first template', false],
    ]);
    expect(checklist?.[2].detail).toBe(
      'Add a connection of type octopus under infrastructure.connections.',
    );
    const member = await homeOn({ member: true });
    expect((await member.home()).checklist).toBeUndefined();
  });

  it('leaves out what somebody may not see, and says what does not answer', async () => {
    const world = fakeWorld({ proxmoxError: new Error('It is down') });
    const { home, documents } = await homeOn({ world });
    documents.push(failed('r-1'));
    const seen = await home();
    expect(seen.attention[0]).toMatchObject({
      ...{ kind: 'source', title: 'lab (proxmox)', path: '/checks' },
    });
    const blind = await homeOn({
      world,
      deny: [
        'infrastructure.host.read',
        'infrastructure.pipeline.read',
        'infrastructure.deployment.read',
      ],
    });
    blind.documents.push(failed('r-1'));
    const less = await blind.home();
    expect(less.attention.map(({ kind }) => kind)).toEqual(['run']);
    expect([less.hosts, less.capacity, less.sources]).toEqual([[], [], []]);
    expect(blind.github.count()).toBe(0);
  });
});
