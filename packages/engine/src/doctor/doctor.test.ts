import { dirname } from 'node:path';
import type { Diagnosis } from '@nante/model';
import { ansibleProject } from '../__testUtils__/labGuest';
import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import { failure } from '../__testUtils__/outcome';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

describe('the doctor', () => {
  it('finds all of a whole setting right, per environment and kind, and changes nothing', async () => {
    const before = await lab.store.list('');
    const found = await lab.engine.doctor();
    const bad = found.filter(({ state }) => state !== 'ok');
    // This engine was given neither Ansible nor keys.
    expect(bad.map(({ id, state }) => [id, state])).toEqual([
      ['ansible', 'warning'],
      ['secrets-login', 'warning'],
    ]);
    expect(found.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'terraform',
        'bucket-conditions',
        'configuration',
        'proxmox-pve',
        'rights-dev-vm',
        'image-prod-lxc',
      ]),
    );
    expect(await lab.store.list('')).toEqual(before);
    const text = JSON.stringify(found);
    expect(text).not.toContain(lab.setting.endpoints.s3?.secretAccessKey);
    const { provision } = lab.setting.endpoints.proxmox?.tokens as Record<
      string,
      string
    >;
    expect(text).not.toContain(provision.split('=')[1]);
  });

  it('says who gives a token the rights that this request lacks, and how', async () => {
    const found = await lab.engineWith({ token: 'read' }).doctor({
      request: provisionRequest({ environment: 'dev', size: 'large' }),
    });
    const of = (id: string) => found.find(check => check.id === id);
    expect(of('rights-dev-lxc')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('VM.Allocate on /vms/20000'),
      who: 'whoever administers Proxmox',
      how: expect.stringContaining('pveum acl modify'),
    });
    expect(of('request-size')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('Only operators'),
    });
    expect(of('rights-prod-vm')).toBeUndefined();
  });

  it('says the command that makes a template where there is none', async () => {
    await lab.fault('proxmox', { kind: 'template-gone' });
    const found = await lab.engine.doctor({ environment: 'dev' });
    expect(found.find(({ id }) => id === 'image-dev-lxc')).toMatchObject({
      state: 'failed',
      who: expect.stringContaining('NanteTemplates'),
      how: expect.stringContaining(
        'nante template --kind lxc --environment dev',
      ),
    });
  });

  it('says whether what has to survive a job on a runner does', async () => {
    const { workDirectory } = lab.setting;
    const before = { ...process.env };
    const runner = async (env: NodeJS.ProcessEnv) => {
      Object.assign(process.env, { GITHUB_ACTIONS: 'true', ...env });
      try {
        const found = await lab.engine.doctor({ environment: 'dev' });
        return found.find(({ id }) => id === 'runner');
      } finally {
        process.env = { ...before };
      }
    };
    expect(await runner({ RUNNER_NAME: 'rack-1' })).toMatchObject({
      state: 'ok',
      message: expect.stringContaining('rack-1'),
    });
    expect(await runner({ RUNNER_TEMP: dirname(workDirectory) })).toMatchObject(
      { state: 'failed', how: expect.stringContaining('--work-directory') },
    );
    expect(await runner({ RUNNER_ENVIRONMENT: 'github-hosted' })).toMatchObject(
      { state: 'warning' },
    );
  });

  it('goes on where a system does not answer, and names it', async () => {
    await lab.fault('proxmox', { kind: 'status', status: 500 });
    const found = await lab.engine.doctor({ environment: 'dev' });
    const of = (id: string) => found.find(check => check.id === id);
    expect(of('bucket-conditions')?.state).toBe('ok');
    expect(of('proxmox-pve')).toMatchObject({
      state: 'failed',
      who: expect.any(String),
      how: expect.any(String),
    });
    expect(of('proxmox-dev-vm')?.state).toBe('failed');
    expect(
      await failure(lab.engine.doctor({ environment: 'mars' })),
    ).toMatchObject({ code: 'invalid-input' });
  });

  it('looks at tailnet, OpenObserve and the defaults of roles, and makes nothing there', async () => {
    const site = await startLab({ site: true });
    try {
      const { tailscale } = site.setting.endpoints;
      const ansible = { bin: '/nowhere', project: ansibleProject };
      const { config } = site.setting;
      const engine = site.engineWith({
        ansible,
        config: { ...config, roleDefaults: { base_setup_timezone: 'Etc/UTC' } },
      });
      const of = (found: Diagnosis[], id: string) =>
        found.find(check => check.id === id);
      await fetch(`${tailscale?.control}/requests`, { method: 'DELETE' });
      const well = await engine.doctor({ environment: 'dev' });
      for (const id of [
        ...['secrets-tailnet', 'secrets-telemetry', 'mesh-tailnet'],
        ...['telemetry-telemetry', 'role-defaults'],
      ])
        expect([id, of(well, id)?.state]).toEqual([id, 'ok']);
      const asked = await (
        await fetch(`${tailscale?.control}/requests`)
      ).json();
      expect(Object.keys(asked.byRoute).sort()).toEqual([
        'GET /api/v2/tailnet/{tailnet}/devices',
        'GET /api/v2/tailnet/{tailnet}/keys',
        'POST /api/v2/oauth/token',
      ]);

      const { oauthClientId, oauthClientSecret } =
        tailscale?.readOnly as Record<string, string>;
      await site.fault('openobserve', { kind: 'refuse-credentials' });
      const ill = await site
        .engineWith({
          ansible,
          config: { ...config, roleDefaults: { base_setup_colour: 'red' } },
          secrets: {
            TS_OAUTH_CLIENT_ID: oauthClientId,
            TS_OAUTH_SECRET: oauthClientSecret,
          },
        })
        .doctor({ environment: 'dev' });
      for (const [id, message, how] of [
        ['mesh-tailnet', 'list the keys', 'scopes auth_keys and devices:core'],
        ['telemetry-telemetry', 'refuses our user', 'OO_USER and OO_PASS'],
        ['role-defaults', 'base_setup_colour', 'roleDefaults'],
      ])
        expect(of(ill, id)).toMatchObject({
          state: 'failed',
          message: expect.stringContaining(message),
          who: expect.any(String),
          how: expect.stringContaining(how),
        });
      const shared = await site
        .engineWith({
          secrets: { TS_OAUTH_SECRET: undefined, TS_AUTHKEY: 'a-shared-key' },
        })
        .doctor({ environment: 'dev' });
      expect(of(shared, 'secrets-tailnet')).toMatchObject({
        state: 'warning',
        message: expect.stringContaining('their devices stay'),
      });
      expect(of(shared, 'mesh-tailnet')?.state).toBe('unknown');
      expect(JSON.stringify([well, ill, shared])).not.toContain(
        tailscale?.oauthClientSecret,
      );
    } finally {
      await site.stop();
    }
  });
});
