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
  secretMaskServiceRef,
  workflowFollowerServiceRef,
} from '@nante/plugin-infrastructure-node';
import { announceRuns, takeWorkflowEvents } from './announce';
import { ComponentLinks } from './deployments/ComponentLinks';
import { DeploymentStarter } from './deployments/DeploymentStarter';
import { HomePage } from './home/HomePage';
import { TemplateDurations } from './home/TemplateDurations';
import { PipelineActions } from './pipelines/PipelineActions';
import { PipelinePages } from './pipelines/PipelinePages';
import { Repositories } from './pipelines/Repositories';
import { WorkflowFleet } from './pipelines/WorkflowFleet';
import { addResourceTypes } from './resourceTypes';
import { publishConfig } from './publishConfig';
import { Access } from './router/access';
import { createRouter } from './router/createRouter';
import { RunIndex } from './runs/RunIndex';
import { StartedRuns } from './runs/StartedRuns';

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
        discovery: coreServices.discovery,
        engine: engineServiceRef,
        events: eventsServiceRef,
        follower: workflowFollowerServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        registry: hostRegistryServiceRef,
        runEvents: runEventsServiceRef,
        runner: runnerServiceRef,
        secrets: secretMaskServiceRef,
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
        const { deployments, follower, runner } = deps;
        const { shared } = settings;
        const started = new StartedRuns({
          runs,
          // Its page says so too.
          onFailure: (runId, error) =>
            logger.info(`The run ${runId} did not succeed: ${error}`),
        });
        const repositories = new Repositories({
          ...{ engine, links, shared, follower },
        });
        const known = { engine, links, repositories, runs, shared };
        deps.httpRouter.use(
          createRouter({
            access: new Access(deps),
            auditor: deps.auditor,
            ...{ auth: deps.auth, catalog: deps.catalog },
            ...{ deployments, engine, links, registry, runs, settings },
            events: deps.events,
            starter: new DeploymentStarter({
              ...{ engine, links, runner, runs, shared, started },
              registry: deployments,
            }),
            pipelines: new PipelinePages({
              ...{ ...known, deployments, follower },
              secrets: deps.secrets,
            }),
            pipelineActions: new PipelineActions(known),
            fleet: new WorkflowFleet({ ...known, runner, started }),
            home: new HomePage({ ...known, deployments, registry }),
            durations: new TemplateDurations(deps),
          }),
        );

        const stopAnnouncing = announceRuns(deps);
        const stopListening = takeWorkflowEvents({
          ...deps,
          onChange: repository => repositories.invalidate(repository),
        });
        const stopped = new AbortController();
        lifecycle.addStartupHook(() => {
          // Not awaited: the portal starts when the bucket is down.
          void publishConfig(engine, settings.shared, logger, stopped.signal);
        });
        lifecycle.addShutdownHook(() => {
          stopped.abort();
          stopAnnouncing();
          stopListening();
        });
      },
    });
  },
});
