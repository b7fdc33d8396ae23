/**
 * Stand-ins of Octopus and Nexus with real clients, for tests of whatever stands on the registry of deployments.
 *
 * @packageDocumentation
 */
export * from './testing/standIns';
