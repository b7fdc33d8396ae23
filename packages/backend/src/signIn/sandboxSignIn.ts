import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  authProvidersExtensionPoint,
  createProxyAuthenticator,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';

interface Person {
  name: string;
}

const authenticator = createProxyAuthenticator({
  defaultProfileTransform: async (person: Person) => ({
    profile: { displayName: person.name },
  }),
  initialize: () => undefined,
  async authenticate({ req }) {
    const person = req.query.person;
    if (typeof person !== 'string' || !/^[a-z]{1,20}$/.test(person)) {
      throw new InputError(
        'Choose one of the seeded people, for example ?person=ada',
      );
    }
    return { result: { name: person } };
  },
});

/**
 * Sign-in of the sandbox: whoever asks is one of the seeded people, without a password. It exists only while the
 * sandbox's configuration is loaded, and a production process refuses to start with it.
 */
export default createBackendModule({
  pluginId: 'auth',
  moduleId: 'sandbox-sign-in',
  register(reg) {
    reg.registerInit({
      deps: {
        providers: authProvidersExtensionPoint,
        config: coreServices.rootConfig,
      },
      async init({ providers, config }) {
        if (!config.has('auth.providers.sandbox')) return;
        if (
          process.env.NODE_ENV === 'production' ||
          !config.has('infrastructure.sandbox')
        ) {
          throw new Error(
            'auth.providers.sandbox signs anybody in without a password and belongs to the sandbox alone: remove it from this configuration',
          );
        }
        providers.registerProvider({
          providerId: 'sandbox',
          factory: createProxyAuthProviderFactory({
            authenticator,
            // Only people of the catalog: an unknown name is refused there.
            signInResolver: ({ result }, context) =>
              context.signInWithCatalogUser({
                entityRef: { kind: 'User', name: result.name },
              }),
          }),
        });
      },
    });
  },
});
