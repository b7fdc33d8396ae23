import type { RunnerOptions } from '@nante/plugin-infrastructure-node';
import { NanteError, type ProposeChangeRequest } from '@nante/model';
import type { WorkflowFleetResponse } from '@nante/plugin-infrastructure-common';
import { component } from './__testUtils__/company';
import {
  caller,
  claimed,
  document,
  older,
  pipelinesOn,
  release,
} from './__testUtils__/pipelines';
import { type Options } from './__testUtils__/start';
import { raiseUses, usesOf } from './pipelines/callers';

// Two cores are shared by many.
jest.setTimeout(30_000);

/** A fleet with one repository of each state, and the changes that were asked for. */
async function fleetOn(options: Options = {}) {
  const asked: ProposeChangeRequest[] = [];
  const backend = await pipelinesOn({
    entities: [
      ...claimed,
      component('legacy', 'shop', { 'github.com/project-slug': 'acme/legacy' }),
      component('bare', 'shop', { 'github.com/project-slug': 'acme/bare' }),
      component('gone', 'shop', { 'github.com/project-slug': 'acme/gone' }),
    ],
    ...options,
    engine: {
      managedRepositories: async () => [
        {
          ...{ app: 'tool', connection: 'github', repository: 'acme/tool' },
          ...{ repositoryId: '7', runId: 'r' },
        },
      ],
      proposeChange: async (
        request: ProposeChangeRequest,
        { onRun }: RunnerOptions,
      ) => {
        asked.push(request);
        const made = document(request.requestId, { kind: 'propose-change' });
        onRun?.(made);
        return made;
      },
      ...options.engine,
    },
  });
  const { github } = backend;
  github.push('acme/legacy', {
    '.github/workflows/ci.yml': caller('main', ''),
  });
  github.push('acme/bare', { 'README.md': 'nothing' });
  github.push('acme/tool', {
    '.github/workflows/ci.yml': caller(older, '# v0.1.0'),
  });
  github.push('nante/nante', { a: '1' });
  const read = async () =>
    (await backend.get('/workflow-fleet')).body as WorkflowFleetResponse;
  return { ...backend, asked, read };
}

describe('the fleet of callers', () => {
  it('shows which repository calls which version, and what changed since', async () => {
    const { read, github } = await fleetOn();
    const seen = await read();
    expect(seen.current).toEqual({
      ...release,
      url: 'https://github.example/nante/nante/releases/tag/v0.2.0',
    });
    expect(
      seen.repositories.map(({ repository, state, owner }) => [
        ...[repository, state, owner],
      ]),
    ).toEqual([
      ['acme/bare', 'none', 'group:default/shop'],
      ['acme/billing', 'current', 'group:default/billing'],
      ['acme/gone', 'unknown', 'group:default/shop'],
      ['acme/legacy', 'floating', 'group:default/shop'],
      ['acme/shop', 'behind', 'group:default/shop'],
      ['acme/tool', 'behind', undefined],
    ]);
    expect(seen.changes).toEqual({ 'v0.1.0': ['A change'] });
    expect(seen.sources).toMatchObject([{ connection: 'github', ok: true }]);
    const asked = github.count();
    await read();
    expect(github.count()).toBe(asked);
  });

  it('says of what could not be read that it is unknown', async () => {
    const { read, github } = await fleetOn();
    github.error = new NanteError('unreachable', 'GitHub does not answer');
    const seen = await read();
    expect(new Set(seen.repositories.map(({ state }) => state))).toEqual(
      new Set(['unknown']),
    );
    expect(seen.sources).toMatchObject([{ ok: false }]);
    expect(seen.changes).toEqual({});
  });
});

describe('a pull request that raises the version', () => {
  it('names our release in every caller, and leaves the rest as it is', async () => {
    const { post, asked } = await fleetOn({ member: true });
    const answer = await post('/workflow-fleet/raise', {
      ...{ connection: 'github', repository: 'acme/shop' },
    });
    expect(answer.status).toBe(202);
    expect(asked).toEqual([
      expect.objectContaining({
        requestId: answer.body.runId,
        ...{ app: 'shop', repository: 'acme/shop', overwrite: true },
        branch: 'nante/workflows-v0.2.0',
        requestedBy: 'user:default/mock',
        files: {
          '.github/workflows/ci.yml': caller(release.commit, '# v0.2.0'),
        },
        body: expect.stringContaining('- `A change`'),
      }),
    ]);
  });

  it('is for whoever owns the component, and of something that is behind', async () => {
    const { post, read, asked } = await fleetOn({ member: true });
    const { repositories } = await read();
    const raised = async (repository: string) => {
      const answer = await post('/workflow-fleet/raise', {
        ...{ connection: 'github', repository },
      });
      return [answer.status, answer.body.error?.message];
    };
    expect(await raised('acme/billing')).toEqual([
      403,
      'Only billing and operators may do this with billing.',
    ]);
    expect(await raised('acme/tool')).toEqual([
      403,
      repositories.find(one => one.repository === 'acme/tool')!.mayRaise.reason,
    ]);
    expect((await raised('acme/secret'))[0]).toBe(404);
    expect(await raised('acme/bare')).toEqual([
      400,
      'acme/bare names no older version of our workflows on its default branch',
    ]);
    expect(asked).toEqual([]);
  });
});

describe('a caller', () => {
  const text = [
    'jobs:',
    '  ci: # uses: nante/nante/.github/workflows/a.yml@main',
    "    uses: 'Nante/nante/.github/workflows/reusable-ci.yml@main' # v0.1.0 pinned by hand\r",
    '  other:',
    '    uses: acme/tools/.github/workflows/x.yml@v1 # v1.2.3',
    '  steps:',
    '    steps:',
    '      - uses: nante/nante/.github/actions/nante@v0.1.0',
    '      - run: |',
    '          uses: nante/nante/.github/workflows/in-a-script.yml@main',
    '',
  ].join('\n');

  it('is raised where YAML says that it uses ours, byte for byte otherwise', () => {
    const { commit } = release;
    expect(raiseUses(text, release).split('\n')).toEqual([
      ...text.split('\n').slice(0, 2),
      `    uses: 'Nante/nante/.github/workflows/reusable-ci.yml@${commit}' # v0.2.0 pinned by hand\r`,
      ...text.split('\n').slice(3, 7),
      `      - uses: nante/nante/.github/actions/nante@${commit} # v0.2.0`,
      ...text.split('\n').slice(8),
    ]);
    expect(raiseUses(raiseUses(text, release), release)).toBe(
      raiseUses(text, release),
    );
    expect(raiseUses('jobs: [', release)).toBe('jobs: [');
  });

  it('calls ours, and others', () => {
    const file = { file: 'ci.yml', text };
    expect(
      usesOf(file, release).map(({ workflow, state, version }) => [
        ...[workflow, state, version],
      ]),
    ).toEqual([
      ['reusable-ci.yml', 'floating', 'v0.1.0'],
      ['x.yml', 'foreign', 'v1.2.3'],
    ]);
    expect(usesOf(file, undefined)[0].state).toBe('foreign');
  });
});
