export * from './types';
export { createEngine } from './engine';
export * from './ansible';
export {
  configureHost,
  type ConfigurableHost,
  type ConfigureOptions,
  type ConfigureResult,
} from './configure/configureHost';
