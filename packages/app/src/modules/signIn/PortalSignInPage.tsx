import { SignInPage } from '@backstage/core-components';
import {
  configApiRef,
  githubAuthApiRef,
  gitlabAuthApiRef,
  googleAuthApiRef,
  microsoftAuthApiRef,
  oktaAuthApiRef,
  oneloginAuthApiRef,
  useApi,
} from '@backstage/frontend-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import { Alert } from '@backstage/ui';
import { SandboxSignInPage } from './SandboxSignInPage';

const providers = {
  github: { title: 'GitHub', apiRef: githubAuthApiRef },
  gitlab: { title: 'GitLab', apiRef: gitlabAuthApiRef },
  google: { title: 'Google', apiRef: googleAuthApiRef },
  microsoft: { title: 'Microsoft', apiRef: microsoftAuthApiRef },
  okta: { title: 'Okta', apiRef: oktaAuthApiRef },
  onelogin: { title: 'OneLogin', apiRef: oneloginAuthApiRef },
};

/** Sign-in with the provider that `app.signIn.provider` names. Nobody comes in as a guest. */
export function PortalSignInPage(props: SignInPageProps) {
  const id = useApi(configApiRef).getOptionalString('app.signIn.provider');
  if (id === 'sandbox') return <SandboxSignInPage {...props} />;

  const provider = providers[id as keyof typeof providers];
  if (!provider) {
    return (
      <Alert
        status="danger"
        icon
        m="6"
        title="Nobody can sign in yet"
        description={`Set app.signIn.provider in the app-config to one of: ${Object.keys(providers).join(', ')}. It is "${id ?? ''}" now.`}
      />
    );
  }
  return (
    <SignInPage
      {...props}
      provider={{
        id: `${id}-auth-provider`,
        title: provider.title,
        message: `Sign in with ${provider.title}`,
        apiRef: provider.apiRef,
      }}
    />
  );
}
