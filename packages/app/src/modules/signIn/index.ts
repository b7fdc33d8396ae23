import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { SignInPageBlueprint } from '@backstage/plugin-app-react';

const signInPage = SignInPageBlueprint.make({
  params: {
    loader: () => import('./PortalSignInPage').then(m => m.PortalSignInPage),
  },
});

/** The page somebody sees who isn't signed in. */
export const signInModule = createFrontendModule({
  pluginId: 'app',
  extensions: [signInPage],
});
