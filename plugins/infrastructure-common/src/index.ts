export * from './annotations';
export * from './api';
export * from './hosts';
export * from './permissions';
