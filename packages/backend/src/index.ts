import { createBackend } from '@backstage/backend-defaults';

const backend = createBackend();

backend.add(import('@backstage/plugin-app-backend'));

// Who somebody is. The sandbox's sign-in stays off unless the sandbox's own configuration is loaded.
backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('@backstage/plugin-auth-backend-module-github-provider'));
backend.add(import('./signIn/sandboxSignIn'));

// What somebody may do.
backend.add(import('@backstage/plugin-permission-backend'));
backend.add(import('./policy/policyModule'));

backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(
  import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'),
);
backend.add(import('@backstage/plugin-catalog-backend-module-logs'));

backend.add(import('@backstage/plugin-scaffolder-backend'));

backend.add(import('@backstage/plugin-search-backend'));
backend.add(import('@backstage/plugin-search-backend-module-pg'));
backend.add(import('@backstage/plugin-search-backend-module-catalog'));

backend.add(import('@backstage/plugin-user-settings-backend'));
backend.add(import('@backstage/plugin-notifications-backend'));
backend.add(import('@backstage/plugin-signals-backend'));
backend.add(import('@backstage/plugin-events-backend'));
// Events of GitHub at /api/events/http/github, once their signature is right; without a secret nobody can send any.
backend.add(import('@backstage/plugin-events-backend-module-github'));

backend.add(import('@nante/plugin-infrastructure-backend'));
backend.add(import('@nante/plugin-catalog-backend-module-infrastructure'));
backend.add(import('@nante/plugin-scaffolder-backend-module-infrastructure'));

backend.start();
