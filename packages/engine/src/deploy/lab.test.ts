import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunDocument } from '@nante/model';
import { provisionRequest } from '../__testUtils__/lab';
import {
  ansibleBin,
  ansibleProject,
  inLab,
  labSkipped,
  labTitle,
} from '../__testUtils__/labGuest';
import { cli, failure } from '../__testUtils__/outcome';
import type { Engine } from '../types';
import {
  deployRequest,
  projectRequest,
  releaseRequest,
  rollbackRequest,
  startCompany,
  type Company,
} from './__testUtils__/company';

jest.setTimeout(240_000);

let company: Company;
let engine: Engine;
let address: string;

beforeAll(async () => {
  if (labSkipped) return;
  // A VLAN that no other test and no sandbox on the same machine uses.
  company = await startCompany({
    ...{ guests: 'nspawn', vlan: 1161, agentTimeoutMs: 30_000 },
  });
  const { lab } = company;
  engine = lab.engineWith({
    ansible: { bin: ansibleBin, project: ansibleProject },
    ...lab.automation,
  });
  const run = await engine.provision(
    provisionRequest({
      ...{ kind: 'lxc', name: 'greet-1', app: 'greet' },
      target: { style: 'ssh', roles: ['greet'] },
      sshKeys: [lab.automation!.publicKey],
    }),
    cli,
  );
  address = `${run.result.address}`;
}, 600_000);

afterAll(() => company?.stop(), 60_000);

const greet = { app: 'greet', project: 'Greet' };
const page = () =>
  fetch(`http://${address}:8080/`).then(
    answer => answer.text(),
    () => 'no answer',
  );

/** A package whose script makes a service of its page; a broken one serves nothing. */
function packageOf(text: string, isBroken = false): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'greet-'));
  const program = isBroken
    ? '/bin/false'
    : '/usr/bin/python3 -m http.server 8080 --directory $PWD';
  const script = `set -eu
cat >/etc/systemd/system/greet.service <<UNIT
[Service]
ExecStart=${program}
UNIT
systemctl daemon-reload
systemctl restart greet
echo "serves ${text}"
`;
  try {
    writeFileSync(join(folder, 'index.html'), text);
    writeFileSync(join(folder, 'PostDeploy.sh'), script);
    const files = ['index.html', 'PostDeploy.sh'];
    const make = ['-m', 'zipfile', '-c', 'greet.zip', ...files];
    execFileSync('python3', make, { cwd: folder });
    return readFileSync(join(folder, 'greet.zip'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function release(version: string, content: Buffer): Promise<void> {
  await company.publish('greet', version, content);
  const asked = releaseRequest(version, { ...greet, packageVersion: version });
  await engine.createRelease(asked, cli);
}
const textsOf = async ({ id }: Pick<RunDocument, 'id'>) =>
  (await engine.runLog(id, -1)).map(({ text }) => text).join('\n');

inLab(labTitle('A booted host'), () => {
  it('gets v1; v2 is broken and the health check says so; rolled back it serves v1 again', async () => {
    const process = {
      ...{ kind: 'package' as const, feed: 'Nexus Maven' },
      ...{ packageId: 'com.example:greet', approvals: [] },
      healthCheck: { port: 8080, path: '/', timeoutSeconds: 5 },
    };
    await engine.createProject(projectRequest({ ...greet, process }), cli);
    await release('1.0.0', packageOf('v1'));
    const first = await engine.deploy(deployRequest('1.0.0', greet), cli);
    expect(first.deployment).toMatchObject({
      ...{ state: 'Success', targets: ['greet-1.dev.greet'] },
    });
    expect(await page()).toBe('v1');
    const said = await textsOf(first);
    expect(said).toContain('serves v1');
    expect(said).toContain('http://localhost:8080/ answers 200');
    expect(said).not.toContain('(pretended)');

    await release('2.0.0', packageOf('v2', true));
    const broken = deployRequest('2.0.0', greet);
    expect(await failure(engine.deploy(broken, cli))).toMatchObject({
      code: 'failed',
      message: expect.stringContaining(
        'http://localhost:8080/ does not answer 2xx within 5 s',
      ),
    });
    expect(await page()).toBe('no answer');

    const back = await engine.rollback(rollbackRequest(greet), cli);
    expect(back.deployment).toMatchObject({
      ...{ version: '1.0.0', previousVersion: '2.0.0', state: 'Success' },
      changes: [{ packageId: 'com.example:greet', from: '2.0.0', to: '1.0.0' }],
    });
    expect(await page()).toBe('v1');
  });

  it('that has it already is left alone', async () => {
    const began = performance.now();
    const calls = await company.changes(async () => {
      const run = await engine.deploy(deployRequest('1.0.0', greet), cli);
      expect(run.deployment?.alreadyThere).toBe(true);
    });
    expect(calls).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
