import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bootContainer,
  createLabKey,
  eventually,
  labSkipped,
  labTitle,
  serveToGuests,
} from '../guests/__testUtils__/lab';
import { createNspawnDriver } from '../guests/nspawn/driver';
import type { SystemServer } from '../hosting/systemServer';
import { loadOrCreateSshKey } from '../seed/sshKey';
import type { StandIn } from '../standIn';
import { createOctopus } from '../systems/octopus';
import { createPackages } from '../systems/packages';

// A VLAN that a sandbox on the same machine does not use.
const vlan = 1160;
const dataDir = mkdtempSync(join(tmpdir(), 'tentacle-'));
const inLab = labSkipped ? describe.skip : describe;

jest.setTimeout(180_000);

interface Machine {
  Id: string;
  Name: string;
  HealthStatus: string;
  StatusSummary: string;
  Endpoint: { Thumbprint: string; Uri: string };
}

inLab(labTitle('the stand-in of Tentacle in a guest'), () => {
  const guests = createNspawnDriver({ dataDir, log() {} });
  const servers: SystemServer[] = [];
  let octopus: StandIn | undefined;

  async function serve(standIn: StandIn) {
    const server = await serveToGuests(standIn, guests);
    servers.push(server);
    return `${server.guestUrl}`;
  }

  afterAll(async () => {
    for (const server of servers) await server.stop();
    await octopus?.stop();
    await guests.clean();
    rmSync(dataDir, { recursive: true });
  });

  it('comes by apt, listens or polls as a service, registers itself, and is gone again without a trace', async () => {
    const key = await createLabKey(dataDir);
    await guests.prepare(() => {});
    const parts = { seed: 1, log() {} };
    const apt = await serve(await createPackages({ dataDir, ...parts }));
    octopus = await createOctopus(
      { dataDir: join(dataDir, 'octopus'), ...parts },
      {
        sshFolder: join(dataDir, 'ssh'),
        hasRealGuests: true,
        guestAddress: new URL(apt).hostname,
      },
    );
    const url = await serve(octopus);
    const { apiKey, adminKey, serverThumbprint, pollingUrl } =
      octopus.credentials as Record<string, string>;
    const ask = async (path: string, body?: unknown) =>
      (
        await fetch(`${url}/api/Spaces-1/${path}`, {
          method: body ? 'POST' : 'GET',
          headers: { 'X-Octopus-ApiKey': apiKey },
          body: body ? JSON.stringify(body) : undefined,
        })
      ).json();
    const machine = async (name: string): Promise<Machine | undefined> =>
      (await ask(`machines?name=${name}`)).Items[0];
    const healthOf = async (name: string) => {
      const { Id } = (await machine(name))!;
      const task = await ask('tasks', {
        Name: 'Health',
        Description: 'Check',
        Arguments: { MachineIds: [Id] },
      });
      return eventually('end of the check', async () => {
        const now = await ask(`tasks/${task.Id}`);
        return now.IsCompleted ? machine(name) : undefined;
      });
    };

    const { publicKey } = loadOrCreateSshKey(join(dataDir, 'ssh'));
    const address = await bootContainer(guests, {
      ...{ vmid: 161, hostname: 'tentacle-lab', vlan, memoryMb: 512 },
      mac: 'BC:24:11:00:11:61',
      publicKey: `${key.publicKey}\n${publicKey}`,
    });
    const guest = (...commands: string[]) =>
      key.ssh(`root@${address}`, `set -e; ${commands.join('; ')}`);
    const T = '/opt/octopus/tentacle/Tentacle';
    await guest(
      'rm -f /etc/apt/sources.list.d/*',
      `echo "deb [trusted=yes] ${apt} stable main" > /etc/apt/sources.list`,
      'apt-get -qq update',
      'apt-get -qq install tentacle >/dev/null 2>&1',
    );
    await expect(guest(`${T} help | head -1`)).resolves.toContain('stand-in');
    await expect(guest(`${T} show-thumbprint --instance app1`)).rejects.toThrow(
      'create-instance',
    );

    await guest(
      `${T} create-instance --instance app1 --config /etc/octopus/app1/tentacle-app1.config`,
      `${T} new-certificate --instance app1 --if-blank`,
      `${T} configure --instance app1 --app /home/Octopus/Applications --port 10933 --noListen False --reset-trust`,
      `${T} configure --instance app1 --trust ${serverThumbprint}`,
    );
    const print = `${T} show-thumbprint --instance app1 --format json`;
    const { Thumbprint } = JSON.parse(await guest(print));
    await guest(`${T} new-certificate --instance app1 --if-blank`);
    expect(JSON.parse(await guest(print)).Thumbprint).toBe(Thumbprint);
    await expect(
      guest(
        'mv /usr/bin/sudo /usr/bin/sudo.away',
        `${T} service --instance app1 --install --start || { mv /usr/bin/sudo.away /usr/bin/sudo; exit 1; }`,
      ),
    ).rejects.toThrow('Install sudo');
    await guest(`${T} service --instance app1 --install --start`);
    const registering = `${T} register-with --instance app1 --server ${url} --apiKey ${adminKey} --space Default --name app1 --publicHostName ${address} --env Development --role web --role docker`;
    await guest(registering);
    await expect(guest(registering)).rejects.toThrow('--force');
    await guest(`${registering} --policy Quiet --force`);
    expect(await machine('app1')).toMatchObject({
      Endpoint: { Uri: `https://${address}:10933/`, Thumbprint },
    });
    const found = await ask(
      `machines/discover?host=${address}&type=TentaclePassive`,
    );
    expect(found.Endpoint.Thumbprint).toBe(Thumbprint);
    expect(await healthOf('app1')).toMatchObject({ HealthStatus: 'Healthy' });

    // Another certificate is another Tentacle.
    await guest(
      `${T} new-certificate --instance app1`,
      'systemctl restart app1',
    );
    const other = await eventually('the other certificate', async () => {
      const now = await healthOf('app1');
      return now.StatusSummary.includes('is another one') ? now : undefined;
    });
    expect(other.HealthStatus).toBe('Unavailable');

    const { hostname, port } = new URL(pollingUrl);
    await guest(
      `${T} create-instance --instance app2`,
      `${T} new-certificate --instance app2 --if-blank`,
      `${T} configure --instance app2 --noListen True --reset-trust`,
      `${T} configure --instance app2 --trust ${serverThumbprint}`,
      `${T} server-comms --instance app2 --style TentacleActive --host ${hostname} --port ${port}`,
      `${T} service --instance app2 --install --start`,
    );
    const shown = JSON.parse(
      await guest(`${T} show-configuration --instance app2`),
    ).Tentacle;
    const polled = shown.Communication.TrustedOctopusServers.find(
      ({ SubscriptionId }: { SubscriptionId: string | null }) => SubscriptionId,
    );
    await ask('machines', {
      Name: 'app2',
      EnvironmentIds: ['Environments-1'],
      Roles: ['web'],
      Endpoint: {
        CommunicationStyle: 'TentacleActive',
        Uri: polled.SubscriptionId,
        Thumbprint: shown.CertificateThumbprint,
      },
    });
    const health = await eventually('a Tentacle that polls', async () => {
      const now = await healthOf('app2');
      return now.HealthStatus === 'Healthy' ? now : undefined;
    });
    expect(health).toMatchObject({ HealthStatus: 'Healthy' });
    await guest(`${T} service --instance app2 --stop`);
    expect(await healthOf('app2')).toMatchObject({
      HealthStatus: 'Unavailable',
      StatusSummary: expect.stringContaining('polls'),
    });

    await guest(
      `${T} deregister-from --instance app2 --server ${url} --apiKey ${adminKey}`,
      ...['app1', 'app2'].flatMap(instance => [
        `${T} service --instance ${instance} --stop --uninstall`,
        `${T} delete-instance --instance ${instance}`,
      ]),
      'apt-get -qq remove tentacle >/dev/null 2>&1',
    );
    expect(await machine('app2')).toBeUndefined();
    await expect(
      guest('ls /etc/systemd/system /opt/octopus 2>&1 || true'),
    ).resolves.not.toMatch(/app1|app2|Tentacle/);
  });
});
