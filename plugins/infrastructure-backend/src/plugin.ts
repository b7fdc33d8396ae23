import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { infrastructurePermissions } from '@nante/plugin-infrastructure-common';
import {
  engineServiceRef,
  hostRegistryServiceRef,
  infrastructureSettingsServiceRef,
  runEventsServiceRef,
} from '@nante/plugin-infrastructure-node';
import { announceRuns } from './announce';
import { hostPermissionResourceRef, isHostOwner } from './permissions';
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
        settings: infrastructureSettingsServiceRef,
        signals: signalsServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init(deps) {
        const { engine, lifecycle, logger, registry, runEvents, settings } =
          deps;
        deps.permissionsRegistry.addResourceType({
          resourceRef: hostPermissionResourceRef,
          permissions: infrastructurePermissions,
          rules: [isHostOwner],
          getResources: async refs => {
            const hosts = await registry.hosts();
            return refs.map(ref => hosts.find(host => host.entityRef === ref));
          },
        });

        deps.httpRouter.use(
          createRouter({
            access: new Access(deps),
            auditor: deps.auditor,
            engine,
            events: deps.events,
            registry,
            runs: new RunIndex({ engine, events: runEvents }),
            settings,
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
