import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type GithubApi,
  type NexusApi,
  type OctopusApi,
  createGithubClient,
  createNexusClient,
  createOctopusClient,
} from '@nante/clients';
import {
  type InfrastructureConfig,
  infrastructureConfigSchema,
} from '@nante/model';
import { startSandbox } from '@nante/sandbox';
import { fakeConfig } from '../testing/fakeEngine';

/** Stand-ins of Octopus and Nexus, with real clients. */
export interface StandIns {
  /** `fakeConfig` with both: dev is Development, prod is Production. `copy` is another space, partly with the same names. */
  config: InfrastructureConfig;
  /** What an engine answers. */
  clients: {
    octopus(connection: string): Promise<OctopusApi>;
    nexus(connection: string): Promise<NexusApi>;
  };
  /** Requests that a stand-in got since the last `forget`. */
  requests(system: 'octopus' | 'nexus'): Promise<number>;
  forget(system: 'octopus' | 'nexus'): Promise<void>;
  fault(
    system: 'octopus' | 'nexus',
    fault: Record<string, unknown>,
  ): Promise<void>;
  clearFaults(): Promise<void>;
  /** Calls of the control interface, such as `company`. */
  control(
    system: 'octopus' | 'nexus',
    path: string,
    body: unknown,
  ): Promise<void>;
  /** A call of a person with all rights, below the space. */
  octopusCall(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** The environments of `fakeConfig` with their environments of Octopus. */
const deploymentConfig = infrastructureConfigSchema.parse({
  ...fakeConfig,
  connections: {
    ...fakeConfig.connections,
    octopus: { type: 'octopus' },
    nexus: { type: 'nexus' },
  },
  environments: {
    dev: {
      ...fakeConfig.environments.dev,
      octopus: 'octopus',
      octopusEnvironment: 'Development',
    },
    prod: {
      ...fakeConfig.environments.prod,
      octopus: 'octopus',
      octopusEnvironment: 'Production',
    },
  },
});

/**
 * Starts both.
 *
 * @param options - `spaces`: connections and the spaces that they are, beside `octopus`; `requestsPerMinute`: of our clients
 */
export async function startStandIns(
  options: {
    spaces?: Record<string, string>;
    requestsPerMinute?: number;
  } = {},
): Promise<StandIns> {
  const folder = mkdtempSync(join(tmpdir(), 'nante-node-'));
  const sandbox = await startSandbox({
    dataDir: folder,
    systems: ['nexus', 'octopus'],
  });
  const { octopus, nexus } = sandbox.endpoints;
  if (!octopus || !nexus) throw new Error('The sandbox lacks a system');
  const endpoints = { octopus, nexus };
  const spaces: Record<string, string> = {
    octopus: 'Default',
    ...options.spaces,
  };
  const clients = new Map(
    Object.entries(spaces).map(([name, space]) => [
      name,
      createOctopusClient({
        url: octopus.url,
        caFile: octopus.ca,
        apiKey: String(octopus.apiKey),
        space,
        requestsPerMinute: options.requestsPerMinute ?? 100_000,
        timeoutMs: 5_000,
      }),
    ]),
  );
  const artifacts = createNexusClient({
    url: nexus.url,
    caFile: nexus.ca,
    username: String(nexus.username),
    password: String(nexus.password),
  });
  const steer = async (
    system: 'octopus' | 'nexus',
    method: string,
    path: string,
    body?: unknown,
  ) => {
    const answer = await fetch(`${endpoints[system].control}/${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  };
  return {
    config: infrastructureConfigSchema.parse({
      ...deploymentConfig,
      connections: {
        ...deploymentConfig.connections,
        ...Object.fromEntries(
          Object.keys(options.spaces ?? {}).map(name => [
            name,
            { type: 'octopus' },
          ]),
        ),
      },
    }),
    clients: {
      async octopus(name) {
        const client = clients.get(name);
        if (!client) throw new Error(`The test has no Octopus ${name}`);
        return client;
      },
      nexus: async () => artifacts,
    },
    async requests(system) {
      const answer = await steer(system, 'GET', 'requests');
      return ((await answer.json()) as { total: number }).total;
    },
    async forget(system) {
      await steer(system, 'DELETE', 'requests');
    },
    async fault(system, fault) {
      await steer(system, 'POST', 'faults', fault);
    },
    async clearFaults() {
      await steer('octopus', 'DELETE', 'faults');
      await steer('nexus', 'DELETE', 'faults');
    },
    async control(system, path, body) {
      await steer(system, 'POST', path, body);
    },
    async octopusCall(method, path, body) {
      const answer = await fetch(`${octopus.url}/api/Spaces-1/${path}`, {
        method,
        headers: {
          'content-type': 'application/json',
          'x-octopus-apikey': String(octopus.adminKey),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
      const text = await answer.text();
      return text ? JSON.parse(text) : undefined;
    },
    async stop() {
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The stand-in of GitHub, with the real client. */
export interface GithubStandIn {
  client: GithubApi;
  stop(): Promise<void>;
}

/** Starts it. Nothing runs its workflows. */
export async function startGithub(): Promise<GithubStandIn> {
  const folder = mkdtempSync(join(tmpdir(), 'nante-node-'));
  const sandbox = await startSandbox({ dataDir: folder, systems: ['github'] });
  const { github } = sandbox.endpoints;
  if (!github) throw new Error('The sandbox has no GitHub');
  return {
    client: createGithubClient({
      url: String(github.apiUrl),
      token: String(github.token),
    }),
    async stop() {
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
