export { cleanSandbox } from './clean';
export { describeDrivers } from './guests';
export { startSandbox } from './sandbox';
export type { Sandbox, SandboxOptions } from './sandbox';
export type { Endpoints, SystemEndpoint } from './endpoints';
export type { GuestKind } from './systems';
export type { SystemName } from './standIn';
