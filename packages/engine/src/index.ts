export * from './types';
export { createEngine } from './engine';
export * from './ansible';
