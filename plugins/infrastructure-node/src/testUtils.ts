/**
 * A fake Proxmox and bucket for tests of whatever stands on the registry.
 *
 * @packageDocumentation
 */
export * from './testing/fakeEngine';
