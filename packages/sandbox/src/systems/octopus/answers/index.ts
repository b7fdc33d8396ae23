export * from './deployments';
export * from './infrastructure';
export * from './projects';
