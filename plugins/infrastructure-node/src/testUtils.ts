/**
 * A fake Proxmox, bucket and GitHub for tests of whatever stands on the registry and the follower.
 *
 * @packageDocumentation
 */
export * from './testing/fakeEngine';
export * from './testing/fakeGithub';
