export { cleanSandbox } from './clean';
export { chooseDriver, describeDrivers, type GuestDriver } from './guests';
export { missingTools } from './guests/nspawn/requirements';
export { startSandbox } from './sandbox';
export type { Sandbox, SandboxOptions } from './sandbox';
export type { Endpoints, SystemEndpoint } from './endpoints';
export type { GuestKind } from './systems';
export type { SystemName } from './standIn';
