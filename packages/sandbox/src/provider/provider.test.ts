import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseStamp, stampDescription, stampTags } from '@nante/model';
import { createProviderService, type ProviderService } from './index';
import { startTinyProxmox } from './__fixtures__/tinyProxmox';

const root = resolve(__dirname, '../../../../terraform');
const present = spawnSync('terraform', ['version']).status === 0;
if (!present) {
  // eslint-disable-next-line no-console
  console.warn(
    'terraform is not on the PATH: the tests of the stand-in provider are skipped',
  );
}
const describeWithTerraform = present ? describe : describe.skip;
const apiToken = 'terraform@pve!run=00000000-0000-0000-0000-000000000000';

jest.setTimeout(120_000);

describeWithTerraform('the stand-in provider', () => {
  let folder: string;
  let directory: string;
  let proxmox: Awaited<ReturnType<typeof startTinyProxmox>>;
  let service: ProviderService;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nante-test-'));
    directory = join(folder, 'terraform');
    proxmox = await startTinyProxmox(folder);
    service = await createProviderService({
      proxmox: { url: proxmox.url, ca: proxmox.ca },
      dataDir: folder,
      log: () => {},
    });
    cpSync(root, directory, {
      recursive: true,
      filter: path => !/\.terraform|\.tfstate/.test(path),
    });
    writeFileSync(
      join(directory, 'backend_override.tf'),
      'terraform {\n  backend "local" {}\n}\n',
    );
  });

  afterEach(async () => {
    await service.stop();
    await proxmox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function post(body: object) {
    return service.control(
      new Request('http://127.0.0.1/', {
        method: 'POST',
        body: JSON.stringify(body),
      }),
      '/',
    );
  }

  /** Runs Terraform once with a server of its own, as the engine does. */
  async function run(args: string[], cancel?: Promise<unknown>) {
    const started = await post({ endpoint: proxmox.url, apiToken });
    const { id, reattach } = (await started.json()) as {
      id: string;
      reattach: object;
    };
    const child = spawn('terraform', args, {
      cwd: directory,
      env: {
        ...process.env,
        TF_REATTACH_PROVIDERS: JSON.stringify(reattach),
        TF_IN_AUTOMATION: '1',
        TF_CLI_CONFIG_FILE: '/dev/null',
      },
    });
    let output = '';
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (output += chunk));
    void cancel?.then(() => child.kill('SIGINT'));
    const exitCode = await new Promise<number | null>(done => {
      child.on('close', done);
    });
    await service.control(
      new Request('http://127.0.0.1/', { method: 'DELETE' }),
      `/${id}`,
    );
    return { exitCode, output };
  }

  function hosts(
    change: (document: {
      hosts: Record<string, Record<string, unknown>>;
    }) => void = () => {},
  ) {
    const document = JSON.parse(
      readFileSync(join(root, 'examples/vm.tfvars.json'), 'utf8'),
    );
    const containers = JSON.parse(
      readFileSync(join(root, 'examples/lxc.tfvars.json'), 'utf8'),
    );
    Object.assign(document.hosts, containers.hosts);
    change(document);
    writeFileSync(join(directory, 'hosts.json'), JSON.stringify(document));
  }

  const file = '-var-file=hosts.json';
  const apply = ['apply', '-auto-approve', '-no-color', '-input=false', file];
  const replan = [
    'plan',
    '-no-color',
    '-input=false',
    '-detailed-exitcode',
    file,
  ];

  it('makes, changes and destroys hosts with the real Terraform, and plans nothing in between', async () => {
    hosts();
    expect(await run(['init', '-no-color', '-input=false'])).toMatchObject({
      exitCode: 0,
    });
    expect(await run(['validate', '-no-color'])).toMatchObject({ exitCode: 0 });

    const made = await run(apply);
    expect(made.output).toContain('2 added, 0 changed, 0 destroyed');
    const { output: text } = await run(['output', '-json', 'hosts']);
    expect(JSON.parse(text)).toEqual({
      'web-1': {
        kind: 'vm',
        node: 'pve1',
        vm_id: 4101,
        address: '10.30.0.101',
        user: 'deploy',
      },
      'cache-1': {
        kind: 'lxc',
        node: 'pve2',
        vm_id: 4102,
        address: '10.30.0.15',
        user: 'root',
      },
    });
    const stamp = {
      app: 'shop',
      environment: 'dev',
      host: 'web-1',
      requestId: '4f1c2a9e',
    };
    const config = proxmox.guests.get('4101')?.config;
    expect(config?.description).toBe(stampDescription(stamp));
    expect(parseStamp(String(config?.description))).toEqual(stamp);
    expect(config?.tags).toBe([...stampTags(stamp), 'web'].sort().join(';'));
    expect(config).toMatchObject({
      cores: 2,
      memory: 2048,
      ipconfig0: 'ip=dhcp',
      ciuser: 'deploy',
      net0: expect.stringContaining('tag=30'),
    });
    expect(config?.scsi0).toContain('size=20G');
    expect(decodeURIComponent(String(config?.sshkeys))).toMatch(
      /^ssh-ed25519 /,
    );
    expect(await run(replan)).toMatchObject({ exitCode: 0 });

    hosts(document => {
      Object.assign(document.hosts['web-1'], {
        cores: 4,
        memory_mb: 4096,
        disk_gb: 30,
        tags: ['web', 'gold'],
      });
    });
    const changed = await run([...apply, '-target=module.vm["web-1"]']);
    expect(changed.output).toContain('0 added, 1 changed, 0 destroyed');
    expect(proxmox.guests.get('4101')).toMatchObject({
      status: 'running',
      config: { cores: 4, memory: 4096 },
    });
    expect(await run(replan)).toMatchObject({ exitCode: 0 });

    hosts(document => {
      delete document.hosts['web-1'];
    });
    const removed = await run([...apply, '-target=module.vm["web-1"]']);
    expect(removed.output).toContain('0 added, 0 changed, 1 destroyed');
    expect([...proxmox.guests.keys()]).toEqual(['9000', '4102']);
    // A run for one host stores no outputs of the others, so the list of hosts is all that is left to do.
    const rest = await run(replan);
    expect(rest.output).toMatch(/without changing any real\s+infrastructure/);

    proxmox.guests.delete('4102');
    const gone = await run(replan);
    expect(gone.exitCode).toBe(2);
    expect(gone.output).toContain('1 to add, 0 to change, 0 to destroy');
  });

  it('imports a guest that was made elsewhere', async () => {
    hosts();
    await run(['init', '-no-color', '-input=false']);
    await run(apply);
    await run([
      'state',
      'rm',
      'module.vm["web-1"].proxmox_virtual_environment_vm.this',
    ]);
    const imported = await run([
      'import', '-no-color', '-input=false', file,
      'module.vm["web-1"].proxmox_virtual_environment_vm.this', 'pve1/4101',
    ]); // prettier-ignore
    expect(imported.output).toContain('Import successful');
  });

  it('refuses every Proxmox but its own, and what it does not do', async () => {
    const refused = await post({
      endpoint: 'https://pve.example.com:8006',
      apiToken,
    });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      error: expect.stringContaining('refuses https://pve.example.com:8006'),
    });
    expect((await post({})).status).toBe(400);

    hosts();
    await run(['init', '-no-color', '-input=false']);
    writeFileSync(
      join(directory, 'provider.tf'),
      'provider "proxmox" {\n  endpoint = "https://pve.example.com:8006"\n}\n',
    );
    const foreign = await run(replan);
    expect(foreign.exitCode).toBe(1);
    expect(foreign.output).toContain('works with its own sandbox only');
    expect(proxmox.calls).toEqual([]);

    writeFileSync(join(directory, 'provider.tf'), 'provider "proxmox" {}\n');
    const module = join(directory, 'modules/vm/main.tf');
    writeFileSync(
      module,
      readFileSync(module, 'utf8').replace(
        '  cpu {',
        '  watchdog {}\n\n  cpu {',
      ),
    );
    const unserved = await run(['validate', '-no-color']);
    expect(unserved.output).toContain('does not do watchdog');
  });

  it('keeps what was begun when a run is cancelled', async () => {
    await proxmox.stop();
    proxmox = await startTinyProxmox(folder, 4_000);
    await service.stop();
    service = await createProviderService({
      proxmox: { url: proxmox.url, ca: proxmox.ca },
      dataDir: join(
        folder,
        'a-folder-with-a-name-so-long-that-no-socket-in-it-could-have-a-path-of-107-bytes-or-less',
      ),
      log: () => {},
    });
    hosts(document => {
      delete document.hosts['cache-1'];
    });
    await run(['init', '-no-color', '-input=false']);
    const resized = new Promise<void>(done => {
      const timer = setInterval(() => {
        if (!proxmox.calls.some(call => call.endsWith('/resize'))) return;
        clearInterval(timer);
        done();
      }, 50);
    });
    const cancelled = await run(apply, resized);
    expect(cancelled.exitCode).toBe(1);
    expect(cancelled.output).toContain('context canceled');
    const state = JSON.parse(
      readFileSync(join(directory, 'terraform.tfstate'), 'utf8'),
    );
    expect(state.resources[0].instances[0]).toMatchObject({
      status: 'tainted',
      attributes: { id: '4101' },
    });
  });
});
