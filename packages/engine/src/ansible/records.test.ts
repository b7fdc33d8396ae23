import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { LedgerEntry } from '@nante/model';
import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import { cli } from '../__testUtils__/outcome';
import { readLedger, writeEntry } from '../ledger/ledger';
import { commitServer } from '../store/servers';

jest.setTimeout(120_000);

const script = resolve(__dirname, '../../../../ansible/inventory/records.py');
const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqSy4b2m0X3OiqQ';
const folder = mkdtempSync(join(tmpdir(), 'records-'));
const knownHosts = join(folder, 'keys', 'known_hosts');

let lab: Lab;
let bucket: Record<string, string>;

/** Runs the script as Ansible does, with no other environment than this. */
function records(args: string[], env: Record<string, string> = {}) {
  return new Promise<{
    status: number;
    stdout: string;
    stderr: string;
    json(): any;
  }>(done =>
    execFile(
      'python3',
      [script, ...args],
      {
        env: {
          ...{ NODE_ENV: 'test', PATH: process.env.PATH },
          ...{ NANTE_KNOWN_HOSTS: knownHosts, ...bucket, ...env },
        },
      },
      (error, stdout, stderr) =>
        done({
          status: Number(error?.code ?? 0),
          ...{ stdout, stderr, json: () => JSON.parse(stdout) },
        }),
    ),
  );
}

async function server(name: string, address: string, port: number) {
  await commitServer(lab.store, 'shop-dev', 'shop', 'dev', name, {
    ...{ request_id: 'request-2', owner: 'group:default/shop' },
    ...{ address, port, user: 'root' },
    roles: [
      {
        name: 'nginx',
        arguments: { nginx_default_page: "{{ lookup('pipe', 'id') }}" },
      },
    ],
  });
  const entry: Omit<LedgerEntry, 'updatedAt'> = {
    ...{ id: `ssh/dev/server/${address}:${port}`, system: 'ssh' },
    ...{ connection: 'dev', kind: 'server', host: name, undo: '' },
    ...{ outsideId: `${address}:${port}`, requestId: 'request-2' },
    ...{ runId: 'request-2', state: 'adopted', hostKeys: [hostKey] },
  };
  await writeEntry(lab.store, 'shop-dev', entry);
}

beforeAll(async () => {
  lab = await startLab();
  const { s3 } = lab.setting.endpoints;
  bucket = {
    STATE_S3_ENDPOINT: String(s3?.url),
    STATE_BUCKET: String(s3?.bucket),
    MINIO_ROOT_USER: String(s3?.accessKeyId),
    MINIO_ROOT_PASSWORD: String(s3?.secretAccessKey),
  };
  await lab.engine.provision(provisionRequest(), cli);
  await lab.engine.provision(
    provisionRequest({ kind: 'lxc', app: 'crm', name: 'db-1' }),
    cli,
  );
  await server('old-1', '10.9.0.5', 2222);
});

afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('The inventory of the records', () => {
  it('has the hosts of all workspaces in groups, and pins their keys', async () => {
    const { status, json } = await records(['--list']);
    expect(status).toBe(0);
    const { _meta: meta, ...groups } = json();
    expect(groups).toEqual({
      app_crm: { hosts: ['db-1.crm-dev'] },
      app_shop: { hosts: ['old-1.shop-dev', 'web-1.shop-dev'] },
      environment_dev: {
        hosts: ['db-1.crm-dev', 'old-1.shop-dev', 'web-1.shop-dev'],
      },
      kind_lxc: { hosts: ['db-1.crm-dev'] },
      kind_server: { hosts: ['old-1.shop-dev'] },
      kind_vm: { hosts: ['web-1.shop-dev'] },
      role_nginx: { hosts: ['old-1.shop-dev'] },
    });
    expect(meta.hostvars).toMatchObject({
      'web-1.shop-dev': {
        ansible_host: expect.stringMatching(/^10\.30\.0\.2\d\d$/),
        ansible_user: 'ops',
      },
      'db-1.crm-dev': { ansible_user: 'root', ansible_become: false },
      'old-1.shop-dev': {
        ...{ ansible_host: '10.9.0.5', ansible_port: 2222 },
        ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes`,
      },
    });
    expect(readFileSync(knownHosts, 'utf8')).toContain(
      `[10.9.0.5]:2222 ${hostKey}\n`,
    );
  });

  it('answers for one workspace and one host, and what a person typed is data', async () => {
    const one = { NANTE_WORKSPACE: 'shop-dev' };
    expect((await records(['--list'], one)).json().app_shop).toEqual({
      hosts: ['old-1', 'web-1'],
    });
    const host = (await records(['--host', 'old-1'], one)).json();
    expect(host.nante_roles[0].arguments).toEqual({
      nginx_default_page: { __ansible_unsafe: "{{ lookup('pipe', 'id') }}" },
    });
    expect((await records(['--host', 'nobody'], one)).json()).toEqual({});
  });

  it('leaves out what the ledger does not have, and says so', async () => {
    const entries = await readLedger(lab.store, 'shop-dev');
    const entry = entries.find(({ host }) => host === 'old-1')!;
    await writeEntry(lab.store, 'shop-dev', { ...entry, state: 'intended' });
    const { json, stderr } = await records(['--list']);
    expect(json().kind_server).toBeUndefined();
    expect(stderr).toContain('old-1 of shop-dev is left out: the ledger');
    await writeEntry(lab.store, 'shop-dev', { ...entry, state: 'adopted' });
  });

  it('is the same from a copy of the bucket in a folder, which has to be whole', async () => {
    const all = await lab.store.list('nante/');
    for (const { key } of all) {
      mkdirSync(join(folder, dirname(key)), { recursive: true });
      const found = await lab.store.get(key);
      writeFileSync(join(folder, key), String(found?.body));
    }
    const copy = { STATE_S3_ENDPOINT: '', NANTE_RECORDS: folder };
    expect((await records(['--list'], copy)).json()).toEqual(
      (await records(['--list'])).json(),
    );
    const file = join(folder, 'nante/shop-dev/servers.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"root"', '"root -oProxyCommand=id"'));
    expect(await records(['--list'], copy)).toMatchObject({
      ...{ status: 1, stdout: '' },
      stderr: expect.stringContaining('"old-1" of shop-dev has a wrong user.'),
    });
    writeFileSync(file, 'no JSON');
    expect((await records(['--list'], copy)).stderr).toContain(
      'servers.json of shop-dev cannot be read',
    );
  });

  it('says what is missing or refused, and never the password', async () => {
    const none = { STATE_BUCKET: '', MINIO_ROOT_USER: '' };
    expect(await records(['--list'], none)).toMatchObject({
      ...{ status: 1, stdout: '' },
      stderr: expect.stringContaining('STATE_BUCKET, MINIO_ROOT_USER;'),
    });
    const wrong = await records(['--list'], {
      MINIO_ROOT_PASSWORD: 'guessed-it',
    });
    expect(wrong.stderr).toMatch(/answers 403 for .*MINIO_ROOT_PASSWORD/);
    expect(wrong.stderr + wrong.stdout).not.toContain('guessed-it');
    const away = await records(['--list'], {
      STATE_S3_ENDPOINT: 'http://127.0.0.1:9',
    });
    expect(away.stderr).toContain('http://127.0.0.1:9 does not answer');
  });
});
