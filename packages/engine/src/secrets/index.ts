export * from './terraformEnvironment';
export { createRedactor, type Redactor } from '../process/redactor';
