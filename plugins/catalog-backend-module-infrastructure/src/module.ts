import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
} from '@backstage/backend-plugin-api';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import {
  deploymentRegistryServiceRef,
  engineServiceRef,
  hostRegistryServiceRef,
  infrastructureSettingsServiceRef,
} from '@nante/plugin-infrastructure-node';
import { InfrastructureEntityProvider } from './InfrastructureEntityProvider';
import { RepositoryGuard } from './RepositoryGuard';

/** Brings every host of every connection into the catalog, and holds repositories that we made to what they were made for. */
export const catalogModuleInfrastructure = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'infrastructure',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        deployments: deploymentRegistryServiceRef,
        engine: engineServiceRef,
        events: eventsServiceRef,
        logger: coreServices.logger,
        processing: catalogProcessingExtensionPoint,
        registry: hostRegistryServiceRef,
        scheduler: coreServices.scheduler,
        settings: infrastructureSettingsServiceRef,
      },
      async init({ config, processing, scheduler, settings, ...deps }) {
        const schedule = config.getOptionalConfig(
          'infrastructure.catalog.schedule',
        );
        const taskRunner = scheduler.createScheduledTaskRunner({
          frequency: { seconds: 60 },
          timeout: { seconds: 30 },
          // The catalog has to answer before it can be asked what it holds.
          initialDelay: { seconds: 2 },
          ...(schedule &&
            readSchedulerServiceTaskScheduleDefinitionFromConfig(schedule)),
        });
        processing.addProcessor(new RepositoryGuard(deps));
        processing.addEntityProvider(
          new InfrastructureEntityProvider({
            ...deps,
            defaultOwner: settings.catalog.defaultOwner,
            taskRunner,
          }),
        );
      },
    });
  },
});
