export interface Config {
  app?: {
    signIn?: {
      /**
       * How people sign in: `sandbox` (one of the seeded people, only where the sandbox's configuration is loaded), or
       * the id of a provider under `auth.providers`: `github`, `gitlab`, `google`, `microsoft`, `okta`, `onelogin`.
       * @visibility frontend
       */
      provider?: string;
    };
  };
}
