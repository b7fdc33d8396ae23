import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import {
  runAction,
  runExamples,
  shop,
  situation,
} from '../__testUtils__/actions';
import { createPublishAction } from './publish';
import { examples } from './publish.examples';
import { createRepositoryAction } from './repositoryCreate';
import { examples as repositoryExamples } from './repositoryCreate.examples';

const may = ['infrastructure.artifact.create'];
const asker = {
  requestId: 'task-0001',
  requestedBy: 'user:default/ada',
  operator: false,
};

let workspacePath: string;
beforeAll(async () => {
  workspacePath = await mkdtemp(path.join(tmpdir(), 'nante-publish-'));
  await mkdir(path.join(workspacePath, 'build'));
  for (const name of ['shop.zip', 'shop-1.4.0.tgz'])
    await writeFile(path.join(workspacePath, 'build', name), name);
  await symlink('/etc', path.join(workspacePath, 'etc'));
  await symlink('/etc/passwd', path.join(workspacePath, 'passwd'));
});
afterAll(() => rm(workspacePath, { recursive: true }));

const maven = {
  ...{ app: 'shop', repository: 'maven-releases', format: 'maven2' },
  ...{ file: 'build/shop.zip', group: 'com.example', version: '1.0.0' },
};

describe('nexus:publish', () => {
  it('publishes what its examples say, by the absolute path of the file', async () => {
    const artifact = { pull: 'https://nexus.example.test/x' };
    for (const { example } of examples) {
      const { deps, publish } = situation({
        may,
        runner: {
          publish: async () =>
            ({ artifact: { ...artifact, alreadyThere: true } }) as never,
        },
      });
      const [{ input }] = parse(example).steps;
      const { outputs } = await runAction(createPublishAction(deps), input, {
        workspacePath,
      });
      expect(publish.mock.calls[0][0]).toMatchObject({
        ...{ ...input, ...asker, app: 'shop', name: 'shop' },
        file: path.join(workspacePath, input.file),
      });
      expect(outputs).toEqual({
        ...{ runId: 'task-0001', ...artifact, alreadyThere: true },
      });
    }
  });

  it.each([
    ['../outside', 'lies outside of the workspace'],
    ['/etc/passwd', 'lies outside of the workspace'],
    ['build/../../etc/passwd', 'lies outside of the workspace'],
    ['passwd', 'is reached by a symbolic link'],
    ['etc/hostname', 'is reached by a symbolic link'],
    ['build', 'is no file'],
    ['build/none', 'is not in the workspace'],
    ['', 'lies outside of the workspace'],
  ])('takes no file but one of the workspace: %j %s', async (file, message) => {
    const { deps, publish } = situation({ may });
    await expect(
      runAction(
        createPublishAction(deps),
        { ...maven, file },
        { workspacePath },
      ),
    ).rejects.toThrow(message);
    expect(publish).not.toHaveBeenCalled();
  });

  it.each([
    [maven, true],
    [{ ...maven, name: 'billing' }, false],
    [{ ...maven, name: 'ui' }, true],
    [{ ...maven, name: 'ui', group: 'org.example' }, false],
    [{ ...maven, format: 'docker', name: 'team/shop' }, true],
    [{ ...maven, format: 'docker', name: 'shop/billing' }, false],
    [{ ...maven, format: 'npm', name: '@example/shop' }, true],
    [{ ...maven, format: 'raw', group: undefined, name: 'notes.txt' }, true],
    [{ ...maven, format: 'raw', group: 'shop/docs' }, true],
    [{ ...maven, format: 'raw', group: 'billing/shop' }, false],
  ])('is for artifacts of the component: %j %s', async (input, isOwn) => {
    const annotations = {
      'nante.dev/artifacts': 'nexus/maven-releases/com.example:ui',
    };
    const { metadata } = shop;
    const { deps, publish } = situation({
      may,
      entities: [{ ...shop, metadata: { ...metadata, annotations } }],
    });
    const outcome = await runAction(createPublishAction(deps), input, {
      workspacePath,
    }).then(
      () => 'published',
      (error: Error) => error.message,
    );
    expect(outcome).toMatch(isOwn ? /^published$/ : /^Only operators may pub/);
    expect(publish).toHaveBeenCalledTimes(isOwn ? 1 : 0);
  });

  it('says what a dry run would publish, without a look at the workspace', async () => {
    const { deps, publish } = situation({ may });
    const { logged } = await runAction(createPublishAction(deps), maven, {
      isDryRun: true,
    });
    expect(logged).toEqual([
      'Would publish build/shop.zip as com.example:shop to maven-releases',
    ]);
    expect(publish).not.toHaveBeenCalled();
  });
});

describe('nexus:repository:create', () => {
  it('makes what its examples say, for operators alone', async () => {
    const url = 'https://nexus.example.test/repository/team-releases/';
    const done = await runExamples(createRepositoryAction, repositoryExamples, {
      may: ['infrastructure.operate'],
      runner: {
        createRepository: async () =>
          ({ repository: { url, alreadyThere: false } }) as never,
      },
    });
    for (const { input, createRepository, outputs } of done) {
      expect(createRepository.mock.calls[0][0]).toMatchObject({
        ...{ ...input, ...asker, operator: true, blobStore: 'default' },
      });
      expect(outputs).toEqual({
        ...{ runId: 'task-0001', url, alreadyThere: false },
      });
    }
    const member = situation({ may });
    await expect(
      runAction(createRepositoryAction(member.deps), done[0].input),
    ).rejects.toThrow('Only operators may make repositories; ask one of them.');
    expect(member.createRepository).not.toHaveBeenCalled();
  });
});
