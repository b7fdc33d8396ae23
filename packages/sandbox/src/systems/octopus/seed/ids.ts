/** Ids that tests and other parts may rely on. */
export const seededIds = {
  space: 'Spaces-1',
  otherSpace: 'Spaces-2',
  development: 'Environments-1',
  staging: 'Environments-2',
  production: 'Environments-3',
  lifecycle: 'Lifecycles-1',
  hotfix: 'Lifecycles-2',
  mavenFeed: 'Feeds-1001',
  dockerFeed: 'Feeds-1002',
  helmFeed: 'Feeds-1003',
  builtInFeed: 'feeds-builtin',
} as const;
