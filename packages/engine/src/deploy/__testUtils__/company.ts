import { setTimeout as sleep } from 'node:timers/promises';
import type { OctopusApi, OctopusMachine } from '@nante/clients';
import {
  connectionNamed,
  type CreateProjectRequest,
  type DeployRequest,
  type InfrastructureConfig,
  type ReleaseRequest,
  type RollbackRequest,
} from '@nante/model';
import { startLab, type Lab } from '../../__testUtils__/lab';

/** A sandbox with Octopus and Nexus, whose restricted environment prod stands for Production. */
export interface Company {
  lab: Lab;
  octopus: OctopusApi;
  /** Puts a package of Maven into the Nexus that Octopus looks into. */
  publish(artifact: string, version: string, content?: Buffer): Promise<void>;
  /** Makes a target with the tag `hello`, and waits until Octopus has looked at it. */
  target(
    name: string,
    environment?: string,
    host?: string,
  ): Promise<OctopusMachine>;
  /** Calls of an act that may have changed something in Octopus, by method and path. */
  changes(act: () => Promise<unknown>): Promise<string[]>;
  /** Takes all faults away; tests ask more often than a server of Octopus allows, so its limit is far away. */
  calm(): Promise<void>;
  /** Number of deployments of a project in Octopus. */
  deployments(project: string): Promise<number>;
  stop(): Promise<void>;
}

/** Where the tests' project is deployed to. */
export const hello = { app: 'hello', project: 'Hello' };

export async function startCompany(
  options: Parameters<typeof startLab>[0] = {},
): Promise<Company> {
  const lab = await startLab({ ...options, deployments: true });
  lab.setting.config = withProduction(lab.setting.config);
  lab.engine = lab.engineWith({});
  await calm(lab);
  const octopus = await lab.engine.octopus('octopus');
  const { endpoints } = lab.setting;
  const counts = `${endpoints.octopus?.control}/requests`;
  return {
    lab,
    octopus,
    async publish(artifact, version, content = Buffer.from(`PK ${version}`)) {
      // Nexus looks at the first bytes alone, and nobody unpacks it onto a record.
      const { url, username, password } = endpoints.nexus!;
      const form = new FormData();
      form.set('maven2.groupId', 'com.example');
      form.set('maven2.artifactId', artifact);
      form.set('maven2.version', version);
      form.set('maven2.generate-pom', 'true');
      form.set('maven2.packaging', 'zip');
      form.set('maven2.asset1.extension', 'zip');
      form.set('maven2.asset1', new Blob([new Uint8Array(content)]), 'a.zip');
      const login = Buffer.from(`${username}:${password}`).toString('base64');
      const answer = await fetch(
        `${url}/service/rest/v1/components?repository=maven-releases`,
        {
          method: 'POST',
          headers: { authorization: `Basic ${login}` },
          body: form,
        },
      );
      if (!answer.ok) throw new Error(await answer.text());
    },
    async target(name, environment = 'Development', host = '10.30.0.77') {
      const environments = await octopus.environments();
      const accounts = await octopus.accounts();
      const made = await octopus.createMachine({
        name,
        environmentIds: environments.flatMap(one =>
          one.name === environment ? [one.id] : [],
        ),
        roles: ['hello'],
        endpoint: {
          ...{ style: 'ssh', host, port: 22, fingerprint: 'SHA256:test' },
          accountId: accounts.find(one => one.name === 'automation-ops')!.id,
        },
      });
      for (;;) {
        const machine = await octopus.machine(made.id);
        if (machine && machine.health !== 'Unknown') return machine;
        await sleep(50);
      }
    },
    async changes(act) {
      await fetch(counts, { method: 'DELETE' });
      await act();
      const { byRoute } = (await (await fetch(counts)).json()) as {
        byRoute: Record<string, number>;
      };
      return Object.entries(byRoute).flatMap(([route, count]) =>
        route.startsWith('GET') ? [] : Array<string>(count).fill(route),
      );
    },
    async deployments(project) {
      const { id } = (await octopus.findProject(project))!;
      const { total } = await octopus.deployments({ projectId: id, take: 1 });
      return total;
    },
    calm: () => calm(lab),
    stop: () => lab.stop(),
  };
}

const perMinute = 100_000;

async function calm(lab: Lab): Promise<void> {
  await lab.clearFaults();
  await lab.fault('octopus', { kind: 'rate-limit', perMinute });
}

function withProduction(config: InfrastructureConfig): InfrastructureConfig {
  const named = { octopus: 'octopus', octopusEnvironment: 'Production' };
  const prod = { ...config.environments.prod, ...named };
  const octopus = {
    ...connectionNamed(config, 'octopus', 'octopus')!,
    requestsPerMinute: perMinute,
  };
  return {
    ...config,
    connections: { ...config.connections, octopus },
    environments: { ...config.environments, prod },
  };
}

const id = () => `request-${Math.random().toString(36).slice(2)}`;
const who = { requestedBy: 'user:default/mia', operator: false };
const common = () => ({ ...who, ...hello, requestId: id(), dryRun: false });
const waiting = { timeoutMinutes: 1, cancelOnTimeout: false };

export const projectRequest = (
  change: Partial<CreateProjectRequest> = {},
): CreateProjectRequest => ({
  ...common(),
  group: 'Default Project Group',
  ...change,
});

export const releaseRequest = (
  version: string,
  change: Partial<ReleaseRequest> = {},
): ReleaseRequest => ({ ...common(), version, packages: {}, ...change });

export const deployRequest = (
  version: string,
  change: Partial<DeployRequest> = {},
): DeployRequest => ({
  ...{ ...common(), ...waiting, environment: 'dev', version, force: false },
  ...change,
});

export const rollbackRequest = (
  change: Partial<RollbackRequest> = {},
): RollbackRequest => ({
  ...{ ...common(), ...waiting, environment: 'dev' },
  ...change,
});
