import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTailscaleClient, type TailscaleApi } from '@nante/clients';
import type { RunDocument } from '@nante/model';
import {
  destroyRequest,
  provisionRequest,
  startLab,
  type Lab,
} from '../__testUtils__/lab';
import {
  ansibleBin,
  ansibleProject,
  inLab,
  labSkipped,
  labTitle,
} from '../__testUtils__/labGuest';
import { cli, detailsOf } from '../__testUtils__/outcome';
import { makeSshKey } from '../__testUtils__/sshKey';
import type { Engine } from '../types';

jest.setTimeout(300_000);

let lab: Lab;
let engine: Engine;
let tailnet: TailscaleApi;
let folder: string;

beforeAll(async () => {
  if (labSkipped) return;
  folder = mkdtempSync(join(tmpdir(), 'mesh-'));
  const { privateKey, publicKey } = makeSshKey(folder);
  lab = await startLab({
    // A VLAN that no other test and no sandbox on the same machine uses.
    ...{ guests: 'nspawn', vlan: 1188, agentTimeoutMs: 30_000, site: true },
  });
  const { config, endpoints } = lab.setting;
  engine = lab.engineWith({
    ansible: { bin: ansibleBin, project: ansibleProject },
    ...{ privateKey, publicKey },
    config: {
      ...config,
      roleDefaults: {
        ...{ ...config.roleDefaults, base_setup_alloy_scrape_seconds: 5 },
        base_setup_upgrades: 'none',
      },
    },
  });
  tailnet = createTailscaleClient({
    url: endpoints.tailscale?.url,
    clientId: String(endpoints.tailscale?.oauthClientId),
    clientSecret: String(endpoints.tailscale?.oauthClientSecret),
  });
}, 600_000);

afterAll(async () => {
  await lab?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
}, 60_000);

const roles = [{ name: 'base_setup', arguments: {} }];

/** Keys and devices that an act made or removed, and what else it changed in the tailnet. */
async function meshChanges(act: () => Promise<unknown>): Promise<string[]> {
  const url = `${lab.setting.endpoints.tailscale?.control}/requests`;
  await fetch(url, { method: 'DELETE' });
  await act();
  const { byRoute } = (await (await fetch(url)).json()) as {
    byRoute: Record<string, number>;
  };
  return Object.keys(byRoute)
    .filter(
      route =>
        /^(POST|DELETE) \/api\/v2\/(tailnet|device)/.test(route) &&
        !route.includes('oauth'),
    )
    .sort();
}

const named = async (host: string) =>
  (await tailnet.devices()).filter(({ hostname }) => hostname === host);

inLab(labTitle('A booted host of a site'), () => {
  it.each(['vm', 'lxc'] as const)(
    'joins the mesh and is heard of at the end of its run, stays as it is the next time, and is gone from the mesh with its destruction: %s',
    async kind => {
      const name = `${kind}-1`;
      const request = provisionRequest({ name, kind, roles });
      let run: RunDocument = await engine.provision(request, cli);
      const [device] = await named(name);
      expect(device).toMatchObject({
        tags: expect.arrayContaining(['tag:nante', 'tag:dev']),
        online: true,
      });
      expect(run.arrivals).toEqual([
        {
          host: name,
          mesh: { name: device.name, addresses: device.addresses },
          metricAt: expect.stringMatching(/Z$/),
          logAt: expect.stringMatching(/Z$/),
        },
      ]);
      expect(detailsOf(run).observe).toMatch(/^succeeded: .* first metric/);
      const [observed] = await engine.observe();
      expect(observed).toMatchObject({
        ...{ host: name, mesh: { state: 'online', name: device.name } },
        telemetry: { state: 'reporting' },
      });

      const again = (dryRun: boolean) =>
        engine.configure(
          {
            ...{
              requestId: `again-${kind}-${dryRun}`,
              operator: false,
              dryRun,
            },
            ...{ requestedBy: 'user:default/mia', names: [name] },
            ...{ app: 'shop', environment: 'dev' },
          },
          cli,
        );
      const changes = await meshChanges(async () => {
        for (const dryRun of [true, false]) {
          run = await again(dryRun);
          expect(run.configuration?.recap).toMatchObject([
            { changed: 0, failed: 0 },
          ]);
        }
      });
      expect(changes).toEqual([]);
      expect(run.arrivals?.[0].mesh?.name).toBe(device.name);

      const { oauthClientSecret } = lab.setting.endpoints.tailscale!;
      const lines = await engine.runLog(request.requestId, -1);
      const said = JSON.stringify([run, lines]);
      for (const secret of [
        oauthClientSecret,
        lab.setting.endpoints.openobserve?.password,
        'tskey-auth',
      ])
        expect(said).not.toContain(secret);

      const gone = await engine.destroy(destroyRequest({ name }), cli);
      expect(gone.leftovers).toEqual([]);
      expect(await named(name)).toEqual([]);
    },
  );
});
