import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandResultSchema, type CommandResult } from '@nante/model';
import { startSandbox, type Endpoints } from '@nante/sandbox';
import { runCli } from '../cli';

/** What one call printed, and how it ended. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  /** The document of `--json`. */
  result: CommandResult;
}

export interface CallOptions {
  env?: NodeJS.ProcessEnv;
  isTTY?: boolean;
  /** Told every piece of text, with a way to press Ctrl-C. */
  onText?: (text: string, press: () => void) => void;
}

/** Calls the program in this process, with an environment of its own. */
export async function call(
  args: readonly string[],
  { env = {}, isTTY = false, onText }: CallOptions = {},
): Promise<Outcome> {
  const texts = { stdout: '', stderr: '' };
  const listeners = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>();
  const press = () => listeners.forEach(listener => listener('SIGINT'));
  const stream = (name: keyof typeof texts) => ({
    isTTY,
    write(text: string) {
      texts[name] += text;
      onText?.(text, press);
    },
  });
  const code = await runCli(
    args,
    {
      env: { PATH: process.env.PATH, HOME: tmpdir(), ...env },
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      onSignal(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      timing: {
        heartbeatMs: 300,
        lockTtlMs: 2_000,
        lockWaitMs: 1_500,
        cancelGraceMs: 20_000,
        agentTimeoutMs: 3_000,
      },
    },
    __dirname,
  );
  return {
    code,
    ...texts,
    get result() {
      return commandResultSchema.parse(JSON.parse(texts.stdout));
    },
  };
}

/** Systems that can be told to misbehave. */
const faulty = [
  ...(['proxmox', 's3', 'tailscale', 'openobserve'] as const),
  ...(['octopus', 'nexus'] as const),
] as const;
type Faulty = (typeof faulty)[number];

/** A sandbox that the program is pointed at. */
export interface Place {
  endpoints: Endpoints;
  folder: string;
  /** Calls a verb there. */
  nante(args: readonly string[], options?: CallOptions): Promise<Outcome>;
  /** How many calls of an act may have changed something in Proxmox. */
  mutatingCalls(act: () => Promise<unknown>): Promise<number>;
  fault(system: Faulty, fault: object): Promise<void>;
  clearFaults(): Promise<void>;
  /** Values that must never be shown. */
  secrets: string[];
  stop(): Promise<void>;
}

const environment = (vlan: number, restricted: boolean) => ({
  title: `VLAN ${vlan}`,
  connection: 'lab',
  vlan,
  subnet: `10.${vlan}.0.0/24`,
  gateway: `10.${vlan}.0.1`,
  addressing: {
    type: 'pool',
    from: `10.${vlan}.0.201`,
    to: `10.${vlan}.0.220`,
  },
  sizes: ['small'],
  otherVlans: [32, 33],
  restricted,
});

/** The configuration of the sandbox's company. */
export const configuration = {
  connections: { lab: { type: 'proxmox' } },
  environments: { dev: environment(30, false), prod: environment(50, true) },
  sizes: { small: { title: 'Small', cores: 1, memoryMb: 1024, diskGb: 10 } },
};

/** The same company with a tailnet and an OpenObserve for dev. */
const siteConfiguration = {
  ...configuration,
  connections: {
    ...configuration.connections,
    tailnet: { type: 'tailscale' },
    telemetry: { type: 'openobserve' },
  },
  environments: {
    ...configuration.environments,
    dev: {
      ...configuration.environments.dev,
      ...{ mesh: 'tailnet', meshTags: ['tag:dev'], telemetry: 'telemetry' },
    },
  },
};

/** The same company with an Octopus and a Nexus. */
const deploymentConfiguration = {
  ...configuration,
  connections: {
    ...configuration.connections,
    octopus: { type: 'octopus' },
    nexus: { type: 'nexus' },
  },
  environments: {
    dev: {
      ...configuration.environments.dev,
      ...{ octopus: 'octopus', octopusEnvironment: 'Development' },
    },
    prod: {
      ...configuration.environments.prod,
      ...{ octopus: 'octopus', octopusEnvironment: 'Production' },
    },
  },
};

/**
 * Starts a sandbox with guests that are records.
 *
 * @param options.push - publish a configuration there, by the program itself
 * @param options.site - with a tailnet and an OpenObserve, which dev names
 * @param options.deployments - with an Octopus, which dev and prod name, and a Nexus
 */
export async function startPlace({
  push = true,
  site = false,
  deployments = false,
} = {}): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'nante-cli-'));
  const dataDir = join(folder, 'sandbox');
  const sandbox = await startSandbox({
    dataDir,
    systems: [
      ...(['proxmox', 's3', 'doppler'] as const),
      ...(site ? (['tailscale', 'openobserve'] as const) : []),
      ...(deployments ? (['nexus', 'octopus'] as const) : []),
    ],
  });
  // Only that it is there counts: nothing is played here.
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'ansible-playbook'), '');
  const { endpoints } = sandbox;
  const controlOf = (system: Faulty) => endpoints[system]?.control;
  const tokens = endpoints.proxmox?.tokens as Record<string, string>;
  const place: Place = {
    endpoints,
    folder,
    nante: (args, options = {}) =>
      call(args, {
        ...options,
        env: {
          NANTE_ENDPOINTS: join(dataDir, 'endpoints.json'),
          NANTE_WORK_DIRECTORY: join(folder, 'work'),
          NANTE_ANSIBLE_BIN: bin,
          ...options.env,
        },
      }),
    async mutatingCalls(act) {
      const url = `${controlOf('proxmox')}/requests`;
      await fetch(url, { method: 'DELETE' });
      await act();
      const counts = await (await fetch(url)).json();
      return (counts as { mutating: number }).mutating;
    },
    async fault(system, fault) {
      const response = await fetch(`${controlOf(system)}/faults`, {
        method: 'POST',
        body: JSON.stringify(fault),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    async clearFaults() {
      for (const system of faulty.filter(name => endpoints[name]))
        await fetch(`${controlOf(system)}/faults`, { method: 'DELETE' });
    },
    secrets: [
      String(endpoints.s3?.secretAccessKey),
      String(endpoints.doppler?.token),
      ...(site
        ? [
            String(endpoints.openobserve?.password),
            String(endpoints.tailscale?.oauthClientSecret),
          ]
        : []),
      ...(deployments
        ? [String(endpoints.octopus?.apiKey), String(endpoints.nexus?.password)]
        : []),
      ...Object.values(tokens).map(token => token.split('=')[1]),
    ],
    async stop() {
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (!push) return place;
  const file = join(folder, 'config.json');
  const asked = deployments ? deploymentConfiguration : configuration;
  writeFileSync(file, JSON.stringify(site ? siteConfiguration : asked));
  const pushed = await place.nante(['config', 'push', file]);
  if (pushed.code !== 0) throw new Error(pushed.stderr);
  return place;
}

export const key =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqSy4b2m0X3OiqQb2b2Pb1iSUG0M6f1o0p2zJ8f7sA1 me@example';

/** Arguments of a request. */
export function host(
  verb: string,
  change: Record<string, string> = {},
): string[] {
  const inputs = {
    name: 'web-1',
    app: 'shop',
    environment: 'dev',
    ...(verb === 'provision' || verb === 'plan'
      ? { owner: 'group:default/shop', size: 'small', 'ssh-key': key }
      : {}),
    ...change,
  };
  return [
    verb,
    ...Object.entries(inputs).flatMap(([name, value]) => [`--${name}`, value]),
  ];
}

/** Content of a file that a call may have written. */
export const read = (file: string) => readFileSync(file, 'utf8');
