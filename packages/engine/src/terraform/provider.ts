import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { ProviderSource } from '../types';

/** Where the provider comes from, for the log of a run. */
export function providerOrigin(source: ProviderSource): string {
  switch (source.type) {
    case 'mirror':
      return `, from the mirror ${source.directory}`;
    case 'registry':
      return '';
    default:
      return ', of the sandbox';
  }
}

/**
 * Refuses the stand-in for anything but the sandbox: it pretends to be the real provider, and must never work on machines
 * that somebody needs.
 */
export function assertProviderAllowed(
  source: ProviderSource,
  proxmoxUrl: string,
): void {
  if (source.type !== 'stand-in') return;
  if (originOf(source.sandboxUrl) === originOf(proxmoxUrl)) return;
  throw new NanteError(
    'refused',
    `The stand-in provider is for the sandbox only, and ${proxmoxUrl} is not the sandbox.`,
    {
      hint: 'Let terraform download bpg/proxmox, or name a mirror of it in the configuration.',
    },
  );
}

/**
 * Writes Terraform's own configuration for a workspace.
 *
 * @returns environment variables that make Terraform read it; the machine's own configuration stays in force where the
 *   provider comes from a registry
 */
export async function cliConfiguration(
  source: ProviderSource,
  file: string,
  workDirectory: string,
): Promise<Record<string, string>> {
  if (source.type === 'registry') {
    const cache = join(workDirectory, 'plugin-cache');
    await mkdir(cache, { recursive: true });
    // Without the second, Terraform insists on a lock file with the hashes of every platform before it uses the cache.
    return {
      TF_PLUGIN_CACHE_DIR: cache,
      TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: '1',
    };
  }
  const lines =
    source.type === 'mirror'
      ? [
          'provider_installation {',
          '  filesystem_mirror {',
          `    path    = ${quote(source.directory)}`,
          '    include = ["registry.terraform.io/bpg/*", "registry.opentofu.org/bpg/*"]',
          '  }',
          '}',
        ]
      : ['# The provider already listens: see TF_REATTACH_PROVIDERS.'];
  await writeFile(file, `${lines.join('\n')}\n`);
  return { TF_CLI_CONFIG_FILE: file };
}

/** A stand-in provider server of one Terraform command. */
export interface StandInServer {
  environment: Record<string, string>;
  stop(): Promise<void>;
}

const startedSchema = z.looseObject({
  id: z.string().optional(),
  reattach: z.union([z.string(), z.record(z.string(), z.unknown())]),
});

/**
 * Starts one stand-in server: its configuration and its "stop" are global to a server, so each command gets its own.
 *
 * @param target - address and token that a real provider would find in its environment
 */
export async function startStandIn(
  control: string,
  target: { endpoint: string; apiToken: string },
): Promise<StandInServer> {
  const signal = AbortSignal.timeout(10_000);
  const response = await fetch(control, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(target),
    signal,
  }).catch(cause => {
    throw new NanteError(
      'unreachable',
      `The sandbox does not answer at ${control}, so there is no stand-in provider.`,
      { hint: 'Start the sandbox again.', cause },
    );
  });
  const started = startedSchema.safeParse(await response.json());
  if (!response.ok || !started.success)
    throw new NanteError(
      'failed',
      `The sandbox could not start a stand-in provider: status ${response.status}.`,
    );
  const { id, reattach } = started.data;
  const value =
    typeof reattach === 'string' ? reattach : JSON.stringify(reattach);
  return {
    environment: { TF_REATTACH_PROVIDERS: value },
    async stop() {
      if (id === undefined) return;
      // The sandbox ends servers that nobody uses anyway; a failure here must not spoil the run.
      await fetch(`${control}/${id}`, {
        method: 'DELETE',
        signal: AbortSignal.timeout(5_000),
      }).catch(() => {});
    },
  };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** A string of Terraform's language without templates. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[$%]\{/g,
    match => `${match[0]}${match}`,
  );
}
