import { existsSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createRedactor } from '../process';
import { checkRoles } from './arguments';
import { describeRoles } from './describeRoles';
import { keysOf, knownHosts } from './hostKeys';
import { checkHosts, inventoryDocument, variablesDocument } from './inventory';
import { removePlayLeftovers, runPlaybook } from './playbook';
import { fillPrivateFolder, privatePaths } from './privateFolder';
import { markUnsafe } from './unsafe';

const project = join(__dirname, '__fixtures__/project');
const repository = join(__dirname, '../../../../ansible');

/** What Ansible makes of a marked value. */
function read(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(read);
  if (value === null || typeof value !== 'object') return value;
  if ('__ansible_unsafe' in value) return value.__ansible_unsafe;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, one]) => [key, read(one)]));
}

/** Strings that stand outside a mark. */
function bare(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  if (Object.keys(value).join() === '__ansible_unsafe') return [];
  return Object.values(value).flatMap(bare);
}

describe('What a person typed', () => {
  it('reaches Ansible as it is, and every string of it as data', () => {
    const key = fc
      .string()
      .filter(
        text => !/^__ansible_|\{[{%#]/.test(text) && text !== '__proto__',
      );
    const values = fc.letrec(tie => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary' }),
        fc.constant("{{ lookup('pipe', 'id') }}"),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(key, tie('value'), { noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(values, value => {
        const marked = JSON.parse(JSON.stringify(markUnsafe(value)));
        expect(bare(marked)).toEqual([]);
        expect(read(marked)).toEqual(value);
      }),
    );
    for (const name of ['__ansible_vault', '__ansible_unsafe', 'a{{ b }}'])
      expect(() => markUnsafe([{ [name]: 'x' }])).toThrow(/cannot be the name/);
  });

  it('stands in the variables file alone; the inventory only points there', () => {
    const value = "{{ lookup('pipe', 'id') }}";
    const hosts = checkHosts([
      {
        name: 'web-1',
        address: '10.0.0.5',
        user: 'root',
        variables: { note: value },
      },
    ]);
    expect(JSON.stringify(inventoryDocument(hosts))).not.toContain('lookup');
    expect(variablesDocument({ all: value }, hosts)).toEqual({
      all: { __ansible_unsafe: value },
      nante_host_variables: { 'web-1': { note: { __ansible_unsafe: value } } },
    });
  });

  it('is refused before anything starts when it is no host, variable, playbook or tag, all at once', async () => {
    expect(() =>
      checkHosts([
        { name: 'web 1', address: '-oProxyCommand=id', user: 'a;b' },
        { name: 'web-2', address: '{{ x }}', user: 'ops', port: 0 },
        {
          name: 'web-3',
          address: '::1',
          user: 'ops',
          variables: { ansible_user: 'x' },
        },
      ]),
    ).toThrow(
      /"web 1" name.*"web 1" address.*"web 1" user.*"web-2" address.*"web-2" port.*"web-3" variables/,
    );
    const play = (change: object) =>
      runPlaybook({
        ansible: { bin: '/nowhere', project },
        playbook: 'note.yml',
        inventory: [{ name: 'web-1', address: '10.0.0.5', user: 'ops' }],
        privateKey: 'none',
        workDirectory: '/nowhere',
        redactor: createRedactor(),
        ...change,
      });
    for (const [change, message] of [
      [{ playbook: '../site.yml' }, 'no playbook "../site.yml"'],
      [
        { variables: { ansible_ssh_common_args: '' } },
        'ansible_ssh_common_args',
      ],
      [{ limit: ['web-2'] }, 'web-2'],
      [{ limit: [] }, 'no host at all'],
      [{ tags: ['--help'] }, '"--help"'],
      [{ inventory: [] }, 'no host to play on'],
    ] as const)
      await expect(play(change)).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(message),
      });
  });
});

describe('Roles and their arguments', () => {
  it('are checked all at once: unknown roles, missing and unknown arguments, wrong types and choices', async () => {
    const wrong = checkRoles(project, [
      { name: '../note', arguments: {} },
      {
        name: 'note',
        arguments: {
          note_lines: 'many',
          note_style: 'shy',
          note_quiet: 'perhaps',
          note_colour: 'red',
          note_password: 'kept by nobody',
          note_readers: [{ age: 3 }, 'eve', { name: 'ann', age: 'old', x: 1 }],
        },
      },
    ]);
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid-input',
      details: {
        problems: [
          { role: '../note', problem: 'is no role here; there are note' },
          ...[
            ['note_text', 'is missing'],
            ['note_lines', 'has to be a whole number'],
            ['note_style', 'has to be one of plain, loud'],
            ['note_quiet', 'has to be yes or no'],
            ['note_colour', 'is unknown'],
            [
              'note_password',
              'is a secret, which is kept nowhere: it comes by its name in docs/secrets.md',
            ],
            ['note_readers[0].name', 'is missing'],
            ['note_readers[1]', 'has to be a set of named values'],
            ['note_readers[2].age', 'has to be a whole number'],
            ['note_readers[2].x', 'is unknown'],
          ].map(([argument, problem]) => ({ role: 'note', argument, problem })),
        ],
      },
    });
  });

  it('are described to whoever chooses, save those that are secrets', async () => {
    const [note] = await describeRoles(project);
    expect(note.arguments.map(({ name }) => name)).toEqual([
      ...['note_text', 'note_lines', 'note_style', 'note_quiet'],
      'note_readers',
    ]);
  });

  it('of this repository are taken when they are right', async () => {
    const right = checkRoles(repository, [
      {
        name: 'base_setup',
        arguments: { base_setup_timezone: 'Europe/Zurich' },
      },
      {
        name: 'nginx',
        arguments: {
          nginx_http_port: '8080',
          nginx_sites: [{ name: 'shop', server_names: ['shop.example.test'] }],
        },
      },
    ]);
    await expect(right).resolves.toBeUndefined();
  });
});

describe('What a play keeps to itself', () => {
  it('lies where only this user reads it, and is found and removed after a kill', async () => {
    const workDirectory = join(tmpdir(), `gone-${process.pid}`);
    const paths = privatePaths(workDirectory);
    const content = { knownHosts: '', inventory: {}, variables: {} };
    await fillPrivateFolder(paths, { ...content, privateKey: 'a key' });
    expect(statSync(paths.path).mode & 0o777).toBe(0o700);
    expect(statSync(paths.privateKey).mode & 0o777).toBe(0o600);
    expect(readFileSync(paths.privateKey, 'utf8')).toBe('a key\n');
    expect(await removePlayLeftovers(workDirectory)).toBe(true);
    expect(existsSync(paths.path)).toBe(false);
  });
});

describe('Host keys', () => {
  it('are taken from a scan best first, and written for the port they were seen at', () => {
    const hostKeys = keysOf([
      '# 10.0.0.5:22 SSH-2.0-OpenSSH_9.2p1',
      '10.0.0.5 ssh-rsa AAAAB3Nz',
      '10.0.0.5 ssh-ed25519 AAAAC3Nz',
      '10.0.0.5 ssh-dss AAAA',
    ]);
    expect(hostKeys).toEqual(['ssh-ed25519 AAAAC3Nz', 'ssh-rsa AAAAB3Nz']);
    const base = { name: 'web-1', address: '10.0.0.5', user: 'ops', hostKeys };
    expect(
      knownHosts(checkHosts([base, { ...base, name: 'b', port: 2222 }])),
    ).toBe(
      '10.0.0.5 ssh-ed25519 AAAAC3Nz\n10.0.0.5 ssh-rsa AAAAB3Nz\n[10.0.0.5]:2222 ssh-ed25519 AAAAC3Nz\n[10.0.0.5]:2222 ssh-rsa AAAAB3Nz\n',
    );
  });
});
