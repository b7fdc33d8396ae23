import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ObjectStore } from '@nante/clients';
import type { TakeOverGuards } from '../lock/operationLock';
import { liveChild } from '../terraform/child';
import type { WorkspacePaths } from '../terraform/root';
import {
  describeStateLock,
  isOwnLock,
  readStateLock,
} from '../terraform/stateLock';

/** What this machine and the bucket know of a workspace's last holder. */
export function takeOverGuards(
  store: ObjectStore,
  workspace: string,
  paths: WorkspacePaths,
): TakeOverGuards {
  return {
    childRuns: async () => Boolean(await liveChild(paths)),
    async foreignStateLock() {
      const info = await readStateLock(store, workspace);
      if (!info || (await isOwnLock(info, paths))) return undefined;
      return describeStateLock(info);
    },
    hasStrandedState: ({ machine, path }) =>
      machine === hostname() && existsSync(path),
  };
}
