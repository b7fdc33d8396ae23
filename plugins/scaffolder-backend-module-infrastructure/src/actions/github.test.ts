import {
  chmod,
  mkdir,
  mkdtemp,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { validate } from 'jsonschema';
import { infrastructureConfigSchema } from '@nante/model';
import { parse } from 'yaml';
import {
  runAction,
  shop,
  situation,
  type Situation,
} from '../__testUtils__/actions';
import { createGithubChangeAction } from './githubChangePropose';
import { examples as changeExamples } from './githubChangePropose.examples';
import { createGithubRepositoryAction } from './githubRepositoryCreate';
import { examples } from './githubRepositoryCreate.examples';

const may = ['infrastructure.repository.create'];
const asker = {
  requestId: 'task-0001',
  requestedBy: 'user:default/ada',
  operator: false,
};
const sourceRepository = {
  ...{ connection: 'github', repository: 'acme/shop', defaultBranch: 'main' },
  ...{ url: 'https://x/acme/shop', cloneUrl: 'https://x/acme/shop.git' },
  ...{ commit: 'abc', alreadyThere: false },
};
const pullRequest = {
  ...{ connection: 'github', repository: 'acme/shop', number: 7 },
  ...{ url: 'https://x/acme/shop/pull/7', branch: 'nante/pipeline' },
  ...{ files: ['a.txt'], alreadyThere: false },
};
const config = infrastructureConfigSchema.parse({
  connections: { github: { type: 'github', organization: 'acme' } },
  environments: {},
  sizes: {},
});

let workspacePath: string;
beforeAll(async () => {
  workspacePath = await mkdtemp(path.join(tmpdir(), 'nante-github-'));
  const folder = path.join(workspacePath, 'repository');
  await mkdir(path.join(folder, '.github', 'workflows'), { recursive: true });
  await writeFile(path.join(folder, '.github/workflows/ci.yml'), 'on: push\n');
  await writeFile(path.join(folder, 'run.sh'), '#!/bin/sh\n');
  await chmod(path.join(folder, 'run.sh'), 0o755);
  await mkdir(path.join(workspacePath, 'linked'));
  await symlink('/etc/passwd', path.join(workspacePath, 'linked', 'passwd'));
  await symlink('/etc', path.join(workspacePath, 'etc'));
  await mkdir(path.join(workspacePath, 'bytes'));
  await writeFile(
    path.join(workspacePath, 'bytes', 'logo.png'),
    Buffer.from([0xff, 0xfe]),
  );
});
afterAll(() => rm(workspacePath, { recursive: true }));

const given = (change: Situation = {}) =>
  situation({
    may,
    runner: {
      setUpRepository: async () => ({ sourceRepository }) as never,
      proposeChange: async () => ({ pullRequest }) as never,
    },
    engine: { config: async () => config, managedRepositories: async () => [] },
    ...change,
  });
const wish = {
  ...{ name: 'shop', app: 'shop', owner: 'group:default/shop' },
  sourcePath: 'repository',
};
const change = {
  ...{ repository: 'acme/shop', app: 'shop', branch: 'nante/pipeline' },
  ...{ title: 'Add a pipeline', sourcePath: 'repository' },
};
const annotated = (slug: string) => ({
  ...shop,
  metadata: {
    ...shop.metadata,
    annotations: { 'github.com/project-slug': slug },
  },
});

describe('github:repository:create', () => {
  it('makes what its examples say, from the folder of the workspace', async () => {
    for (const { example } of examples) {
      const { deps, setUpRepository } = given();
      const action = createGithubRepositoryAction(deps);
      const [{ input }] = parse(example).steps;
      expect(validate(input, action.schema!.input!).errors).toEqual([]);
      const { outputs } = await runAction(action, input, { workspacePath });
      const { sourcePath: _, ...rest } = input;
      expect(setUpRepository.mock.calls[0][0]).toMatchObject({
        ...{ ...rest, ...asker, app: 'shop', owner: 'group:default/shop' },
        folder: path.join(workspacePath, 'repository'),
        ...(input.protection && {
          protection: { ...input.protection, approvals: 0 },
        }),
      });
      expect(outputs).toEqual({
        ...{ runId: 'task-0001', repository: 'acme/shop' },
        ...{ url: 'https://x/acme/shop', commit: 'abc', alreadyThere: false },
        cloneUrl: 'https://x/acme/shop.git',
      });
    }
  });

  it('takes a description as it was written, and no other text that a template left unfilled', async () => {
    const { deps, setUpRepository } = given();
    const description = 'Runs $(id) `id` ${{ secrets.TOKEN }}';
    const act = (more: object) =>
      runAction(
        createGithubRepositoryAction(deps),
        { ...wish, ...more },
        { workspacePath },
      );
    await act({ description });
    expect(setUpRepository.mock.calls[0][0]).toMatchObject({ description });
    const { length } = setUpRepository.mock.calls;
    for (const more of [
      { commitMessage: '${{ steps.x.output.y }}' },
      { variables: { A: '${{ parameters.a }}' } },
      { name: '${{ parameters.name }}' },
    ])
      await expect(act(more)).rejects.toThrow('still holds the expression');
    expect(setUpRepository).toHaveBeenCalledTimes(length);
  });

  it.each([
    ['another name for the same app', { name: 'shop-ui' }, {}, undefined],
    [
      'a name that is not the app’s',
      { name: 'billing' },
      {},
      'Only operators may make the repository billing for shop',
    ],
    [
      'somebody without the permission',
      {},
      { may: [] },
      'You lack the permission infrastructure.repository.create',
    ],
    [
      'a group that does not own the app',
      {},
      { groups: ['group:default/other'] },
      'Only group:default/shop and operators',
    ],
    [
      'an app that the catalog does not have yet, for a group of one’s own',
      { name: 'fresh', app: 'fresh' },
      {},
      undefined,
    ],
    [
      'an app that the catalog does not have yet, for a group of others',
      { name: 'fresh', app: 'fresh', owner: 'group:default/other' },
      {},
      'Only group:default/other and operators',
    ],
    [
      'an operator, for whatever app',
      { name: 'billing', app: 'billing', owner: 'group:default/other' },
      { may: [...may, 'infrastructure.operate'], groups: [] },
      undefined,
    ],
  ])('decides who may: %s', async (_, more, who, refusal) => {
    const { deps, setUpRepository } = given(who);
    const outcome = await runAction(
      createGithubRepositoryAction(deps),
      { ...wish, ...more },
      { workspacePath },
    ).then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(outcome ?? '').toContain(refusal ?? '');
    expect(outcome === undefined).toBe(refusal === undefined);
    expect(setUpRepository).toHaveBeenCalledTimes(refusal ? 0 : 1);
  });

  it.each([
    ['..', 'lies outside of the workspace'],
    ['/etc', 'lies outside of the workspace'],
    ['etc', 'lies outside of the workspace'],
    ['repository/run.sh', 'is no folder'],
    ['none', 'is no folder'],
  ])('takes no folder but one of the workspace: %s', async (folder, words) => {
    const { deps, setUpRepository } = given();
    await expect(
      runAction(
        createGithubRepositoryAction(deps),
        { ...wish, sourcePath: folder },
        { workspacePath },
      ),
    ).rejects.toThrow(words);
    expect(setUpRepository).not.toHaveBeenCalled();
  });

  it('says what a dry run would make, and looks at nothing', async () => {
    const { deps, setUpRepository } = given();
    const { logged, outputs } = await runAction(
      createGithubRepositoryAction(deps),
      wish,
      { isDryRun: true },
    );
    expect(logged).toEqual(['Would make the repository shop for shop']);
    expect(outputs).toMatchObject({ repository: 'acme/shop' });
    expect(setUpRepository).not.toHaveBeenCalled();
    await expect(
      runAction(
        createGithubRepositoryAction(deps),
        { ...wish, variables: { 'bad name': 'x' } },
        { isDryRun: true },
      ),
    ).rejects.toThrow('use upper case letters');
  });
});

describe('github:change:propose', () => {
  it('asks for what its examples say, with the files of the folder', async () => {
    for (const { example } of changeExamples) {
      const { deps, proposeChange, auditor } = given({
        entities: [annotated('acme/shop')],
      });
      const action = createGithubChangeAction(deps);
      const [{ input }] = parse(example).steps;
      expect(validate(input, action.schema!.input!).errors).toEqual([]);
      const { outputs } = await runAction(action, input, { workspacePath });
      const { sourcePath: _, ...rest } = input;
      expect(proposeChange.mock.calls[0][0]).toMatchObject({
        ...{ ...rest, ...asker, app: 'shop', overwrite: false },
        files: {
          '.github/workflows/ci.yml': 'on: push\n',
          'run.sh': '#!/bin/sh\n',
        },
        executables: ['run.sh'],
      });
      expect(outputs).toEqual({
        ...{ runId: 'task-0001', number: 7, alreadyThere: false },
        pullRequestUrl: 'https://x/acme/shop/pull/7',
      });
      const told = JSON.stringify(auditor.createEvent.mock.calls);
      expect(told).toContain('run.sh');
      expect(told).not.toContain('#!/bin/sh');
    }
  });

  it.each([
    ['named by the component', { entities: [annotated('Acme/Shop')] }, true],
    ['named by nobody', {}, false],
    ['of another component', { entities: [annotated('acme/other')] }, false],
    [
      'made here for the app',
      {
        engine: {
          config: async () => config,
          managedRepositories: async () => [
            {
              ...{ app: 'shop', connection: 'github', runId: 'r' },
              ...{ repository: 'acme/shop', repositoryId: '1' },
            },
          ],
        },
      },
      true,
    ],
    [
      'made here for another app',
      {
        engine: {
          config: async () => config,
          managedRepositories: async () => [
            {
              ...{ app: 'billing', connection: 'github', runId: 'r' },
              ...{ repository: 'acme/shop', repositoryId: '1' },
            },
          ],
        },
      },
      false,
    ],
    [
      'whatever it is, for an operator',
      { may: [...may, 'infrastructure.operate'], groups: [] },
      true,
    ],
    [
      'of another group',
      {
        groups: ['group:default/other'],
        entities: [annotated('acme/shop')],
      },
      false,
    ],
  ])(
    'is for a repository that is the app’s own: %s',
    async (_, who: Situation, isAllowed) => {
      const { deps, proposeChange } = given(who);
      const outcome = await runAction(
        createGithubChangeAction(deps),
        { ...change, repository: 'shop' },
        { workspacePath },
      ).then(
        () => 'asked',
        (error: Error) => error.message,
      );
      expect(outcome).toMatch(
        isAllowed ? /^asked$/u : /operators may propose/u,
      );
      expect(proposeChange).toHaveBeenCalledTimes(isAllowed ? 1 : 0);
    },
  );

  it.each([
    [{ sourcePath: 'linked' }, 'passwd is a symbolic link'],
    [{ sourcePath: 'bytes' }, 'logo.png are no texts'],
    [{ sourcePath: '../..' }, 'lies outside of the workspace'],
    [{ title: 'Add ${{ parameters.x }}' }, 'still holds the expression'],
    [{ branch: '../main' }, 'use letters, digits'],
  ])('asks for nothing where %j', async (more, words) => {
    const { deps, proposeChange } = given({
      entities: [annotated('acme/shop')],
    });
    await expect(
      runAction(
        createGithubChangeAction(deps),
        { ...change, ...more },
        { workspacePath },
      ),
    ).rejects.toThrow(words);
    expect(proposeChange).not.toHaveBeenCalled();
  });

  it('says what a dry run would ask for', async () => {
    const { deps, proposeChange } = given();
    const { logged } = await runAction(createGithubChangeAction(deps), change, {
      isDryRun: true,
    });
    expect(logged).toEqual([
      'Would ask acme/shop to take nante/pipeline: Add a pipeline',
    ]);
    expect(proposeChange).not.toHaveBeenCalled();
  });
});
