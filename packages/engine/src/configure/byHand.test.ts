import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureByHand } from './byHand';

describe('Configuring a host', () => {
  it('can be done by hand: what a person typed stays text in the shell too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'by-hand-'));
    mkdirSync(join(folder, 'ansible'));
    const page = `it's "$(id)" {{ lookup('pipe', 'id') }} \\n %s`;
    const [write, run] = configureByHand(
      { name: 'ct-1', address: '10.0.0.6', user: 'root' },
      [{ name: 'nginx', arguments: { nginx_default_page: page } }],
      false,
    );
    execFileSync('sh', ['-c', write], { cwd: folder });
    const file = readFileSync(join(folder, 'ansible/software.json'), 'utf8');
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
      '(cd ansible && ansible-playbook -i 10.0.0.6, -u root -e @software.json site.yml)',
    );
  });
});
