export * from './types';
export { createEngine } from './engine';
export * from './ansible';
export * from './setting';
export { createRedactor, type Redactor } from './secrets';
