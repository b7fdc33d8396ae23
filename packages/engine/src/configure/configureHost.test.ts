import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedactor } from '../process';
import { configureByHand } from './byHand';
import { configureHost, type ConfigureOptions } from './configureHost';

const options: ConfigureOptions = {
  host: {
    name: 'web-1',
    desired: {
      kind: 'vm',
      vm_id: 3001,
      user: 'ops',
      network: {
        bridge: 'vmbr0',
        vlan: 30,
        address: 'dhcp',
        gateway: null,
        nameservers: [],
        domain: null,
      },
    },
    ledger: { state: 'created', outsideId: '3001' },
    result: { address: '10.0.0.5' },
  },
  roles: [{ name: 'nginx', arguments: {} }],
  ansible: { bin: '/nowhere', project: join(__dirname, '../../../../ansible') },
  privateKey: 'none',
  workDirectory: '/nowhere',
  redactor: createRedactor(),
};
const { host } = options;

describe('Configuring a host', () => {
  it('is refused before anything is touched when roles, records or address do not fit', async () => {
    for (const [change, code, message] of [
      [{ roles: [] }, 'invalid-input', 'no role to apply'],
      [
        { roles: [{ name: 'no_such_role', arguments: {} }] },
        'invalid-input',
        '"no_such_role" is no role here; there are base_setup, nginx',
      ],
      [
        { host: { ...host, ledger: undefined } },
        'refused',
        'ledger does not say that web-1 is there as vm 3001',
      ],
      [
        { host: { ...host, ledger: { state: 'created', outsideId: '3002' } } },
        'refused',
        'ledger does not say',
      ],
      [
        { host: { ...host, result: undefined } },
        'refused',
        'address of web-1 is not known',
      ],
      [{}, 'invalid-input', 'SSH host key of web-1 is not known'],
    ] as const)
      await expect(
        configureHost({ ...options, ...change } as ConfigureOptions),
      ).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
  });

  it('can be done by hand: what a person typed stays text in the shell too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'by-hand-'));
    const page = `it's "$(id)" {{ lookup('pipe', 'id') }} \\n %s`;
    const [, write, run] = configureByHand(
      { name: 'ct-1', address: '10.0.0.6', user: 'root' },
      [{ name: 'nginx', arguments: { nginx_default_page: page } }],
      false,
    );
    execFileSync('sh', ['-c', write], { cwd: folder });
    const file = readFileSync(join(folder, 'software.json'), 'utf8');
    rmSync(folder, { recursive: true });
    expect(JSON.parse(file)).toEqual({
      nante_roles: [
        {
          name: { __ansible_unsafe: 'nginx' },
          arguments: { nginx_default_page: { __ansible_unsafe: page } },
        },
      ],
      ansible_become: false,
    });
    expect(run).toBe(
      'ansible-playbook -i 10.0.0.6, -u root -e @software.json site.yml',
    );
  });
});
