import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chartSource } from './chartSource';
import { readKubeconfig } from './kubeconfig';
import { noteOf, noteText } from './note';
import { valuesTree } from './values';

const kubeconfig = (user: object) =>
  JSON.stringify({
    contexts: [
      { name: 'one', context: { cluster: 'c', user: 'u' } },
      { name: 'two', context: { cluster: 'c', user: 'u' } },
    ],
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443' } }],
    users: [{ name: 'u', user }],
    'current-context': 'one',
  });

describe('a kubeconfig', () => {
  it('says where the cluster is and what must not be shown', () => {
    expect(
      readKubeconfig(
        kubeconfig({ token: 'secret-token', 'client-key-data': 'a2V5' }),
        'K8S_KUBECONFIG',
        undefined,
      ),
    ).toEqual({
      context: 'one',
      server: 'https://10.0.0.1:6443',
      secrets: ['secret-token', 'a2V5'],
    });
  });

  it.each([
    ['no YAML', '{{', undefined, 'is no kubeconfig'],
    ['another context', kubeconfig({}), 'three', 'has no context "three"'],
    [
      'a sign-in by a program',
      kubeconfig({ exec: { command: 'aws' } }),
      undefined,
      'signs in by a program',
    ],
  ])(
    'with %s is refused, and nothing of it is repeated',
    (_, text, context, message) => {
      expect(() => readKubeconfig(text, 'K8S_KUBECONFIG', context)).toThrow(
        message,
      );
    },
  );
});

describe('values', () => {
  it('become a tree, with what Helm would take apart on its command line', () => {
    expect(
      JSON.stringify(
        valuesTree({
          'image.tag': '1,2',
          'image.digest': '{x}',
          replicas: 2,
          on: true,
        }),
      ),
    ).toBe('{"image":{"tag":"1,2","digest":"{x}"},"replicas":2,"on":true}');
  });

  it('touch nothing of JavaScript by a name such as __proto__', () => {
    const tree = valuesTree({ 'constructor.prototype.evil': 'yes' });
    expect(({} as Record<string, unknown>).evil).toBeUndefined();
    expect(JSON.stringify(tree)).toContain('evil');
  });

  it('that contradict each other are refused', () => {
    expect(() => valuesTree({ image: 'a', 'image.tag': 'b' })).toThrow(
      'contradicts',
    );
  });
});

describe('the note of a revision', () => {
  const revision = (number: number, description: string) => ({
    ...{ revision: number, status: 'superseded', chart: 'app-1.0.0' },
    description,
  });
  const note = { version: '1.2.0', fingerprint: '0123456789abcdef' };

  it('is found again, through a rollback too', () => {
    const history = [
      revision(1, noteText(note)),
      revision(2, 'Upgrade failed'),
      revision(3, 'Rollback to 1'),
    ];
    expect(noteOf(history[0], history)).toEqual(note);
    expect(noteOf(history[2], history)).toEqual(note);
  });

  it('is none where somebody else deployed', () => {
    const history = [
      revision(1, 'Install complete'),
      revision(2, 'Rollback to 1'),
    ];
    expect(noteOf(history[1], history)).toBeUndefined();
  });
});

describe('a chart', () => {
  let folder: string;
  const open = {
    release: 'shop',
    signal: new AbortController().signal,
    nexus: () => Promise.reject(new Error('not asked')),
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'charts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('of a folder has another checksum when a file of it changes', async () => {
    const path = join(folder, 'chart');
    mkdirSync(path);
    writeFileSync(join(path, 'Chart.yaml'), 'name: shop');
    const chart = { type: 'folder', path } as const;
    const first = await chartSource(chart, folder, open);
    writeFileSync(join(path, 'values.yaml'), 'a: 1');
    const second = await chartSource(chart, folder, open);
    expect(first.path).toBe(path);
    expect(second.sha256).not.toBe(first.sha256);
  });

  it('is made of manifests, whose braces stay what they are', async () => {
    const path = join(folder, 'manifests');
    mkdirSync(path);
    writeFileSync(join(path, 'a.yaml'), 'data: "{{ .Values.x }}"');
    const made = await chartSource({ type: 'manifests', path }, folder, open);
    expect(
      readFileSync(join(made.path, 'manifests/0000-a.yaml'), 'utf8'),
    ).toContain('{{ .Values.x }}');
    expect(
      readFileSync(join(made.path, 'templates/manifests.yaml'), 'utf8'),
    ).not.toContain('.Values');
  });

  it.each([
    [
      'a folder without a chart',
      (path: string) => mkdirSync(path),
      'no Chart.yaml',
    ],
    [
      'a link out of the repository',
      (path: string) => symlinkSync('/etc', path),
      'is a link',
    ],
    ['a folder that is not there', () => {}, 'There is no'],
  ])('that is %s is refused', async (_, prepare, message) => {
    const path = join(folder, 'chart');
    prepare(path);
    await expect(
      chartSource({ type: 'folder', path }, folder, open),
    ).rejects.toThrow(message);
  });
});
