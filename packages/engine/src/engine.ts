import {
  infrastructureConfigSchema,
  NanteError,
  operationLockSchema,
} from '@nante/model';
import { checkRoleDefaults, describeRoles } from './ansible';
import { defaultsOf } from './configure/checkSite';
import { deployDocker } from './appDeployment/deployDocker';
import { deployK8s } from './appDeployment/deployK8s';
import { configure } from './configure/configure';
import { createContext } from './context';
import { deploy } from './deploy/deploy';
import { rollback } from './deploy/rollback';
import { destroy } from './destroy/destroy';
import { doctor } from './doctor/doctor';
import { readLedger } from './ledger/ledger';
import { managedRepositories } from './ledger/managedRepositories';
import { managedTargets } from './ledger/managedTargets';
import { unlock } from './lock/unlock';
import { onboard } from './onboard/onboard';
import { power } from './power/power';
import { createProject } from './project/createProject';
import { planOnly } from './provision/planOnly';
import { checkInput } from './provision/completeRequest';
import { provision } from './provision/provision';
import { observe } from './observe/observe';
import { createRepository } from './publish/createRepository';
import { publish } from './publish/publish';
import { deregister } from './register/deregister';
import { register } from './register/register';
import { createRelease } from './release/createRelease';
import { inspect } from './repair/inspect';
import { proposeChange } from './repository/proposeChange';
import { setUpRepository } from './repository/setUpRepository';
import { repair } from './repair/repair';
import { planResize } from './resize/planResize';
import { resize } from './resize/resize';
import { markInterrupted } from './runs/interrupted';
import { snapshot } from './snapshot/snapshot';
import { readDocument, updateDocument } from './store/documents';
import { readAllHosts } from './store/hosts';
import { readAllServers } from './store/servers';
import { configKey, lockKey } from './store/keys';
import { template } from './template/template';
import type {
  Engine,
  EngineOptions,
  ManagedHost,
  ManagedServer,
} from './types';

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
      const { ansible } = options;
      if (ansible)
        await checkRoleDefaults(ansible.project, defaultsOf(parsed.data));
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
    check: (request, callOptions) => checkInput(context, request, callOptions),
    plan: (request, callOptions) => planOnly(context, request, callOptions),
    provision: (request, runOptions) => provision(context, request, runOptions),
    destroy: (request, runOptions) => destroy(context, request, runOptions),
    configure: (request, runOptions) => configure(context, request, runOptions),
    power: (request, runOptions) => power(context, request, runOptions),
    planResize: (request, callOptions) =>
      planResize(context, request, callOptions),
    resize: (request, runOptions) => resize(context, request, runOptions),
    snapshot: (request, runOptions) => snapshot(context, request, runOptions),
    onboard: (request, runOptions) => onboard(context, request, runOptions),
    template: (request, runOptions) => template(context, request, runOptions),
    register: (request, runOptions) => register(context, request, runOptions),
    deregister: (request, runOptions) =>
      deregister(context, request, runOptions),
    createProject: (request, runOptions) =>
      createProject(context, request, runOptions),
    createRelease: (request, runOptions) =>
      createRelease(context, request, runOptions),
    deploy: (request, runOptions) => deploy(context, request, runOptions),
    rollback: (request, runOptions) => rollback(context, request, runOptions),
    publish: (request, runOptions) => publish(context, request, runOptions),
    createRepository: (request, runOptions) =>
      createRepository(context, request, runOptions),
    setUpRepository: (request, runOptions) =>
      setUpRepository(context, request, runOptions),
    proposeChange: (request, runOptions) =>
      proposeChange(context, request, runOptions),
    deployDocker: (request, runOptions) =>
      deployDocker(context, request, runOptions),
    deployK8s: (request, runOptions) => deployK8s(context, request, runOptions),
    managedRepositories: callOptions =>
      managedRepositories(context, callOptions),
    github: name => context.github(name),
    octopus: name => context.octopus(name),
    nexus: name => context.nexus(name),
    inspect: (runId, callOptions) => inspect(context, runId, callOptions),
    repair: (request, runOptions) => repair(context, request, runOptions),
    roles: async () =>
      options.ansible ? describeRoles(options.ansible.project) : [],
    async managedServers(callOptions) {
      const store = await context.store();
      const all = await readAllServers(store, callOptions);
      const found = await Promise.all(
        all.map(async ({ workspace, document }): Promise<ManagedServer[]> => {
          const entries = await readLedger(store, workspace, callOptions);
          return Object.entries(document.servers).map(([name, server]) => {
            const ledger = entries.findLast(
              entry => entry.host === name && entry.system === 'ssh',
            );
            return {
              app: document.app,
              environment: document.environment,
              name,
              server,
              ledger,
              lastRunId: ledger?.runId,
            };
          });
        }),
      );
      return found.flat();
    },
    async managedHosts(callOptions) {
      const [store, config] = [await context.store(), await context.config()];
      const all = await readAllHosts(store, callOptions);
      const found = await Promise.all(
        all.map(async ({ workspace, document }): Promise<ManagedHost[]> => {
          const entries = await readLedger(store, workspace, callOptions);
          return Object.entries(document.hosts).map(([name, desired]) => {
            const ledger = entries.findLast(
              entry =>
                entry.host === name &&
                entry.requestId === desired.request_id &&
                // Of the guest itself, not of what stands on it.
                !['tailscale', 'octopus'].includes(entry.system),
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
    managedTargets: callOptions => managedTargets(context, callOptions),
    async listRuns(listOptions) {
      const listed = await runs.list(listOptions);
      return Promise.all(
        listed.map(run => markInterrupted(context, run, listOptions)),
      );
    },
    async getRun(id, callOptions) {
      const run = await runs.get(id, callOptions);
      return run && markInterrupted(context, run, callOptions);
    },
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
    unlock: (request, callOptions) => unlock(context, request, callOptions),
    observe: callOptions => observe(context, callOptions),
    doctor: doctorOptions => doctor(context, doctorOptions),
  };
}
