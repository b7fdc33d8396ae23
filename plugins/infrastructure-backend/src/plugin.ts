import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import {
  deploymentRegistryServiceRef,
  engineServiceRef,
  hostRegistryServiceRef,
  infrastructureSettingsServiceRef,
  runEventsServiceRef,
  runnerServiceRef,
} from '@nante/plugin-infrastructure-node';
import { announceRuns } from './announce';
import { ComponentLinks } from './deployments/ComponentLinks';
import { DeploymentStarter } from './deployments/DeploymentStarter';
import { addResourceTypes } from './resourceTypes';
import { publishConfig } from './publishConfig';
import { Access } from './router/access';
import { createRouter } from './router/createRouter';
import { RunIndex } from './runs/RunIndex';

/** The HTTP API of the infrastructure pages, under `/api/infrastructure`. */
export const infrastructurePlugin = createBackendPlugin({
  pluginId: 'infrastructure',
  register(reg) {
    reg.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        deployments: deploymentRegistryServiceRef,
        engine: engineServiceRef,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        registry: hostRegistryServiceRef,
        runEvents: runEventsServiceRef,
        runner: runnerServiceRef,
        settings: infrastructureSettingsServiceRef,
        signals: signalsServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init(deps) {
        const { engine, lifecycle, logger, registry, runEvents, settings } =
          deps;
        const links = new ComponentLinks(deps);
        addResourceTypes(deps.permissionsRegistry, {
          registry,
          links,
          deployments: deps.deployments,
        });

        const runs = new RunIndex({ engine, events: runEvents });
        const { deployments, runner } = deps;
        deps.httpRouter.use(
          createRouter({
            access: new Access(deps),
            auditor: deps.auditor,
            ...{ auth: deps.auth, catalog: deps.catalog },
            ...{ deployments, engine, links, registry, runs, settings },
            events: deps.events,
            starter: new DeploymentStarter({
              ...{ engine, links, runner, runs },
              registry: deployments,
              shared: settings.shared,
              // Its page says so too.
              onFailure: (runId, error) =>
                logger.info(`The run ${runId} did not succeed: ${error}`),
            }),
          }),
        );

        const stopAnnouncing = announceRuns(deps);
        const stopped = new AbortController();
        lifecycle.addStartupHook(() => {
          // Not awaited: the portal starts when the bucket is down.
          void publishConfig(engine, settings.shared, logger, stopped.signal);
        });
        lifecycle.addShutdownHook(() => {
          stopped.abort();
          stopAnnouncing();
        });
      },
    });
  },
});
