import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import { type Engine, createEngine } from '@nante/engine';
import {
  type SecretSource,
  createDopplerSource,
  createEnvironmentSource,
} from '@nante/clients';
import {
  type InfrastructureSettings,
  type SecretSettings,
  readInfrastructureConfig,
} from './config/readInfrastructureConfig';
import { createDeploymentRegistry } from './deployments/createDeploymentRegistry';
import type { DeploymentRegistry } from './deployments/deploymentTypes';
import { createHostRegistry } from './hosts/HostRegistry';
import type { HostRegistry } from './hosts/registryTypes';
import {
  type RunEvents,
  changesDeployments,
  createRunEvents,
} from './runs/RunEvents';
import { type Runner, createRunner } from './runs/Runner';
import { type SecretMask, createSecretMask } from './secrets/SecretMask';
import type { WorkflowFollower } from './workflows/followerTypes';
import { GithubFollower } from './workflows/GithubFollower';

/** Everything under `infrastructure:` in the app-config, checked once at start. */
export const infrastructureSettingsServiceRef =
  createServiceRef<InfrastructureSettings>({
    id: 'infrastructure.settings',
    scope: 'root',
    defaultFactory: async service =>
      createServiceFactory({
        service,
        deps: { config: coreServices.rootConfig },
        factory: ({ config }) => readInfrastructureConfig(config),
      }),
  });

/** The engine: one for the whole back end, so that one rate limit and one pool of connections serve all plugins. */
export const engineServiceRef = createServiceRef<Engine>({
  id: 'infrastructure.engine',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        settings: infrastructureSettingsServiceRef,
        logger: coreServices.rootLogger,
      },
      factory: ({ settings, logger }) => {
        const log = logger.child({ service: 'infrastructure.engine' });
        return createEngine({
          config: settings.shared,
          secrets: createSecretSource(settings.secrets),
          workDirectory: settings.workDirectory,
          terraformRoot: settings.terraformRoot,
          terraform: settings.terraform,
          ansible: settings.ansible,
          stateCaFile: settings.stateCaFile,
          sandboxGuests: settings.sandbox?.guests,
          log: (level, line) => log[level](line),
        });
      },
    }),
});

/** Runs in this process, for whoever shows or indexes them. */
export const runEventsServiceRef = createServiceRef<RunEvents>({
  id: 'infrastructure.run-events',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { logger: coreServices.rootLogger },
      factory: ({ logger }) =>
        createRunEvents(error =>
          logger.error(`A listener of run events failed: ${error}`),
        ),
    }),
});

/** Starts runs for the portal. Scaffolder actions use this rather than the engine, so that pages hear of the run. */
export const runnerServiceRef = createServiceRef<Runner>({
  id: 'infrastructure.runner',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { engine: engineServiceRef, events: runEventsServiceRef },
      factory: deps => createRunner(deps),
    }),
});

/** Hosts of all connections, joined with what the bucket knows of them. */
export const hostRegistryServiceRef = createServiceRef<HostRegistry>({
  id: 'infrastructure.host-registry',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        engine: engineServiceRef,
        settings: infrastructureSettingsServiceRef,
        events: runEventsServiceRef,
      },
      factory: ({ engine, settings, events }) => {
        const registry = createHostRegistry({
          engine,
          shared: settings.shared,
          async stateUrl() {
            const secrets = createSecretSource(settings.secrets);
            const values = await secrets.read(['STATE_S3_ENDPOINT']);
            // Only where it is: an address can carry a name and a password.
            return new URL(values.STATE_S3_ENDPOINT).origin;
          },
        });
        events.subscribe(event => {
          if (event.type === 'hosts') {
            registry.invalidate(event.change.connection);
          }
        });
        return registry;
      },
    }),
});

/** Projects, deployments, targets and artifacts of all connections, joined with what the bucket knows of our hosts. */
export const deploymentRegistryServiceRef =
  createServiceRef<DeploymentRegistry>({
    id: 'infrastructure.deployment-registry',
    scope: 'root',
    defaultFactory: async service =>
      createServiceFactory({
        service,
        deps: {
          engine: engineServiceRef,
          settings: infrastructureSettingsServiceRef,
          events: runEventsServiceRef,
          hosts: hostRegistryServiceRef,
        },
        factory: ({ engine, settings, events, hosts }) => {
          const registry = createDeploymentRegistry({
            ...{ engine, hosts },
            shared: settings.shared,
          });
          events.subscribe(event => {
            if (event.type === 'hosts') registry.invalidate();
            if (event.type === 'run' && changesDeployments(event.run)) {
              registry.invalidate();
            }
          });
          return registry;
        },
      }),
  });

/**
 * Follows runs of workflows: one for the whole back end, so that one budget of requests serves all plugins. The plugin
 * infrastructure hands it GitHub's events.
 */
export const workflowFollowerServiceRef = createServiceRef<WorkflowFollower>({
  id: 'infrastructure.workflow-follower',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        engine: engineServiceRef,
        settings: infrastructureSettingsServiceRef,
      },
      factory: ({ engine, settings }) =>
        new GithubFollower({
          engine,
          perMinute: settings.workflowRequestsPerMinute,
        }),
    }),
});

/** Takes our secrets out of what other systems wrote. */
export const secretMaskServiceRef = createServiceRef<SecretMask>({
  id: 'infrastructure.secret-mask',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { settings: infrastructureSettingsServiceRef },
      factory: ({ settings }) =>
        createSecretMask(createSecretSource(settings.secrets)),
    }),
});

function createSecretSource(settings: SecretSettings): SecretSource {
  if (settings.source === 'environment') return createEnvironmentSource();
  const { source, ...doppler } = settings;
  return createDopplerSource(doppler);
}
