export * from './types';
export { createEngine } from './engine';
export * from './ansible';
export {
  configureHost,
  type ConfigurableHost,
  type ConfigureOptions,
} from './configure/configureHost';
