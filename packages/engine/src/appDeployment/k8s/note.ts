import { createHash } from 'node:crypto';
import type { Revision } from './helm';

/** What the description of a revision says of what we deployed with it. */
export interface DeployedNote {
  version: string;
  /** Of chart and values: the same says that nothing would change. */
  fingerprint: string;
}

const pattern = /^nante ([^ ]+) ([0-9a-f]{16})$/;

/** The description of a revision of ours; Helm keeps it with the release. */
export function noteText({ version, fingerprint }: DeployedNote): string {
  return `nante ${version} ${fingerprint}`;
}

/** Over all that a deployment consists of. */
export function fingerprintOf(parts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts))
    .digest('hex')
    .slice(0, 16);
}

/** What a revision of ours deployed, through rollbacks too; undefined for one that somebody else made. */
export function noteOf(
  revision: Revision,
  history: readonly Revision[],
): DeployedNote | undefined {
  const [, version, fingerprint] = pattern.exec(revision.description) ?? [];
  if (version) return { version, fingerprint };
  const [, number] = /^Rollback to (\d+)$/.exec(revision.description) ?? [];
  const origin = history.find(one => String(one.revision) === number);
  return origin && origin.revision < revision.revision
    ? noteOf(origin, history)
    : undefined;
}
