export * from './types';
export { createEngine } from './engine';
