export * from './annotations';
export * from './componentAnnotations';
export * from './api';
export * from './hosts';
export * from './permissions';
export * from './deployments';
export * from './artifacts';
export * from './activity';
