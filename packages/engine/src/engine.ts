import {
  infrastructureConfigSchema,
  NanteError,
  operationLockSchema,
} from '@nante/model';
import { createContext } from './context';
import { destroy } from './destroy/destroy';
import { readLedger } from './ledger/ledger';
import { planOnly } from './provision/planOnly';
import { checkRequest } from './provision/checkRequest';
import { provision } from './provision/provision';
import { readDocument, updateDocument } from './store/documents';
import { readAllHosts } from './store/hosts';
import { configKey, lockKey } from './store/keys';
import type { Engine, EngineOptions, ManagedHost } from './types';

/** Makes the engine that every door uses. Nothing is asked of any system before the first call. */
export function createEngine(options: EngineOptions): Engine {
  const context = createContext(options);
  const { runs } = context;
  return {
    config: () => context.config(),
    async publishConfig(config) {
      const parsed = infrastructureConfigSchema.safeParse(config);
      if (!parsed.success)
        throw new NanteError(
          'invalid-input',
          `The configuration is not valid: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
        );
      await updateDocument(
        await context.store(),
        configKey,
        infrastructureConfigSchema,
        current =>
          JSON.stringify(current) === JSON.stringify(parsed.data)
            ? undefined
            : parsed.data,
      );
    },
    proxmox: name => context.proxmox(name),
    async check(request, callOptions) {
      return (await checkRequest(context, request, callOptions)).checks;
    },
    plan: (request, callOptions) => planOnly(context, request, callOptions),
    provision: (request, runOptions) => provision(context, request, runOptions),
    destroy: (request, runOptions) => destroy(context, request, runOptions),
    async managedHosts(callOptions) {
      const [store, config] = [await context.store(), await context.config()];
      const all = await readAllHosts(store, callOptions);
      const found = await Promise.all(
        all.map(async ({ workspace, document }): Promise<ManagedHost[]> => {
          const entries = await readLedger(store, workspace, callOptions);
          return Object.entries(document.hosts).map(([name, desired]) => {
            const ledger = entries.findLast(
              entry =>
                entry.host === name && entry.requestId === desired.request_id,
            );
            return {
              app: document.app,
              environment: document.environment,
              name,
              connection:
                ledger?.connection ??
                config.environments[document.environment]?.connection ??
                '',
              desired,
              ledger,
              lastRunId: ledger?.runId,
            };
          });
        }),
      );
      return found.flat();
    },
    listRuns: listOptions => runs.list(listOptions),
    getRun: (id, callOptions) => runs.get(id, callOptions),
    runLog: (id, after, callOptions) => runs.log(id, after, callOptions),
    requestCancel: id => runs.requestCancel(id),
    async lockHolder(workspace) {
      const found = await readDocument(
        await context.store(),
        lockKey(workspace),
        operationLockSchema,
      );
      if (!found || found.value.state !== 'held') return undefined;
      const { holder, runId, link, acquiredAt } = found.value;
      return { holder, runId, link, since: acquiredAt };
    },
  };
}
