import { NanteError } from '@nante/model';
import { ProxmoxApi } from './api';
import { defaults } from './defaults';
import type { Operation, Progress, Resource } from './guest';
import { lxc } from './lxc';
import { complete, pathToWire, unserved } from './plan';
import {
  conform,
  providerSchema,
  resourceSchemas,
  schemaToWire,
  type ResourceType,
} from './schema';
import { fromWire, known, text, toWire, type ObjectValue } from './values';
import { vm } from './vm';

interface Diagnostic {
  severity: 'ERROR' | 'WARNING';
  summary: string;
  detail: string;
}

type Wire = { msgpack?: Uint8Array } | null;

/** What a server needs to know about the sandbox that it was made for. */
export interface ServiceOptions {
  /** Address of the Proxmox stand-in; every other one is refused. */
  endpoint: string;
  /** Its certificate authority, PEM. */
  ca: string;
  /** What stands for PROXMOX_VE_ENDPOINT and PROXMOX_VE_API_TOKEN: the server does not see Terraform's environment. */
  environment: { endpoint?: string; apiToken?: string };
  log(line: string): void;
}

const resources: Record<ResourceType, Resource> = {
  proxmox_virtual_environment_vm: vm,
  proxmox_virtual_environment_container: lxc,
};

function find(type: string): { type: ResourceType; resource: Resource } {
  if (!(type in resources))
    throw new NanteError(
      'invalid-input',
      `the stand-in provider does not know ${type}`,
    );
  return {
    type: type as ResourceType,
    resource: resources[type as ResourceType],
  };
}

function failure(error: unknown): Diagnostic {
  const words = error instanceof Error ? error.message : String(error);
  const hint = NanteError.is(error) ? (error.hint ?? '') : '';
  return { severity: 'ERROR', summary: words, detail: hint };
}

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined;
}

/** True when the address is the sandbox's own, whatever the path. */
export function isSandbox(endpoint: string, sandbox: string): boolean {
  return (
    originOf(endpoint) !== undefined && originOf(endpoint) === originOf(sandbox)
  );
}

/** Why an address is refused, in words for the person who runs Terraform. */
export function refusal(endpoint: string, sandbox: string): string {
  return `This is the stand-in provider of the sandbox at ${originOf(sandbox)}; it refuses ${endpoint}. Use the real provider bpg/proxmox for any other Proxmox: unset TF_REATTACH_PROVIDERS.`;
}

/**
 * The provider behind one server: Terraform configures and stops it as a whole, so each run gets its own.
 *
 * @returns the calls by name, and the end of it all
 */
export function createService(options: ServiceOptions) {
  let api: ProxmoxApi | undefined;
  const stopped = new AbortController();

  function operation(diagnostics: Diagnostic[]): Operation {
    if (!api) throw new NanteError('failed', 'the provider was not configured');
    return {
      api,
      signal: stopped.signal,
      warn: (summary, detail) =>
        diagnostics.push({ severity: 'WARNING', summary, detail }),
    };
  }

  function configure(config: ObjectValue): void {
    const endpoint =
      text(config.endpoint) || (options.environment.endpoint ?? '');
    const token =
      text(config.api_token) || (options.environment.apiToken ?? '');
    if (!endpoint)
      throw new NanteError(
        'invalid-input',
        'no endpoint: set PROXMOX_VE_ENDPOINT',
      );
    if (!isSandbox(endpoint, options.endpoint)) {
      throw new NanteError(
        'refused',
        'This provider works with its own sandbox only',
        {
          hint: refusal(endpoint, options.endpoint),
        },
      );
    }
    if (!/^[^!\s]+@[^!\s]+![^=\s]+=[A-Za-z0-9-]+$/.test(token)) {
      throw new NanteError(
        'invalid-input',
        'no API token: set PROXMOX_VE_API_TOKEN to user@realm!name=secret',
      );
    }
    api?.close();
    api = new ProxmoxApi({ endpoint, token, ca: options.ca });
  }

  const handlers = {
    async GetProviderSchema() {
      return {
        provider: schemaToWire(providerSchema),
        resource_schemas: Object.fromEntries(
          Object.entries(resourceSchemas).map(([name, schema]) => [
            name,
            schemaToWire(schema),
          ]),
        ),
      };
    },

    async ValidateProviderConfig() {
      return {};
    },

    async ConfigureProvider({ config }: { config: Wire }) {
      configure(fromWire(config) ?? {});
      return {};
    },

    async StopProvider() {
      options.log('stop asked for');
      stopped.abort(new Error('context canceled'));
      return {};
    },

    async ValidateResourceConfig({
      type_name,
      config,
    }: {
      type_name: string;
      config: Wire;
    }) {
      const { type, resource } = find(type_name);
      const names = unserved(
        resourceSchemas[type].block,
        fromWire(config) ?? {},
        resource.served,
      );
      if (names.length === 0) return {};
      throw new NanteError(
        'invalid-input',
        `The stand-in provider does not do ${names.join(', ')}`,
        {
          hint: 'Leave it out in the sandbox, or use the real provider bpg/proxmox.',
        },
      );
    },

    async UpgradeResourceState({
      type_name,
      raw_state,
    }: {
      type_name: string;
      raw_state: { json: Uint8Array };
    }) {
      const { type } = find(type_name);
      const state = JSON.parse(Buffer.from(raw_state.json).toString('utf8'));
      return {
        upgraded_state: toWire(conform(resourceSchemas[type].block, state)),
      };
    },

    async ReadResource({
      type_name,
      current_state,
    }: {
      type_name: string;
      current_state: Wire;
    }) {
      const { type, resource } = find(type_name);
      const state = fromWire(current_state);
      const diagnostics: Diagnostic[] = [];
      const read =
        state && (await resource.read(operation(diagnostics), state));
      return {
        new_state: toWire(
          read ? conform(resourceSchemas[type].block, read) : null,
        ),
        diagnostics,
      };
    },

    async PlanResourceChange(request: {
      type_name: string;
      prior_state: Wire;
      proposed_new_state: Wire;
    }) {
      const { type, resource } = find(request.type_name);
      const proposed = fromWire(request.proposed_new_state);
      if (!proposed)
        return { planned_state: toWire(null), legacy_type_system: true };
      const prior = fromWire(request.prior_state) ?? undefined;
      const planned = complete(
        resourceSchemas[type].block,
        proposed,
        defaults[type],
        prior,
      );
      // What the stand-in does not do stays as the real provider left it in the state.
      for (const name of Object.keys(prior ?? {})) {
        if (!resource.served.has(name)) planned[name] = prior?.[name] ?? null;
      }
      const replace = resource.plan(prior, planned);
      return {
        planned_state: toWire(conform(resourceSchemas[type].block, planned)),
        requires_replace: replace.map(pathToWire),
        legacy_type_system: true,
      };
    },

    async ApplyResourceChange(request: {
      type_name: string;
      prior_state: Wire;
      planned_state: Wire;
    }) {
      const { type, resource } = find(request.type_name);
      const schema = resourceSchemas[type].block;
      const prior = fromWire(request.prior_state);
      const planned = fromWire(request.planned_state);
      const diagnostics: Diagnostic[] = [];
      const progress: Progress = { state: prior ?? undefined };
      const answer = (state: ObjectValue | undefined) => ({
        new_state: toWire(
          state ? conform(schema, known(state) as ObjectValue) : null,
        ),
        diagnostics,
        legacy_type_system: true,
      });
      try {
        const work = operation(diagnostics);
        if (prior && planned)
          return answer(await resource.update(work, prior, planned));
        if (planned)
          return answer(await resource.create(work, planned, progress));
        if (prior) await resource.delete(work, prior);
        return answer(undefined);
      } catch (error) {
        diagnostics.push(failure(error));
        // Terraform has the words: what Proxmox answered may repeat what it was sent, and nobody masks our log.
        options.log(`${type}: it failed, as Terraform was told`);
        return answer(progress.state);
      }
    },

    async ImportResourceState({
      type_name,
      id,
    }: {
      type_name: string;
      id: string;
    }) {
      const { type } = find(type_name);
      const match = /^([^/\s]+)\/(\d+)$/.exec(id);
      if (!match)
        throw new NanteError(
          'invalid-input',
          `unexpected import id "${id}", expected node/vmid`,
        );
      const state = {
        id: match[2],
        node_name: match[1],
        vm_id: Number(match[2]),
      };
      // As with the real provider: an imported container has no timeouts in its state until the next change.
      const filled =
        type === 'proxmox_virtual_environment_vm'
          ? complete(
              resourceSchemas[type].block,
              state,
              defaults[type],
              undefined,
            )
          : state;
      return {
        imported_resources: [
          {
            type_name,
            state: toWire(
              conform(
                resourceSchemas[type].block,
                known(filled) as ObjectValue,
              ),
            ),
          },
        ],
      };
    },
  };

  return {
    /** Names of the calls. */
    names: Object.keys(handlers),
    /** Answers one call; what goes wrong becomes a diagnostic, so that Terraform shows it as it is. */
    async handle(name: string, request: object): Promise<object> {
      try {
        const handler = handlers[name as keyof typeof handlers] as (
          request: object,
        ) => Promise<object>;
        return await handler(request);
      } catch (error) {
        return { diagnostics: [failure(error)] };
      }
    },
    /** Ends all waits and closes the connections. */
    close(): void {
      stopped.abort(new Error('context canceled'));
      api?.close();
    },
  };
}
