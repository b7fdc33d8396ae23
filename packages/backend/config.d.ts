export interface Config {
  infrastructure?: {
    roles?: {
      /** Entity refs of groups or people that may do everything, for example `group:default/platform`. */
      operators?: string[];
      /** Entity refs of groups or people that may request hosts for their own groups; everybody else only looks. */
      members?: string[];
    };
  };
  auth?: {
    providers?: {
      /** Sign-in without a password as one of the seeded people; only together with `infrastructure.sandbox`. */
      sandbox?: object;
    };
  };
}
