import { createHash } from 'node:crypto';
import { tagsRefused } from './errors';

/**
 * The policy of the tailnet: everybody reaches everybody, and who may give which tag. `tag:nante` is the tag of the OAuth
 * client; it owns itself and the tags of the environments, so that a host may bear both. `tag:office` is the admins' alone.
 */
export const policy = {
  tagOwners: {
    'tag:nante': ['autogroup:admin', 'tag:nante'],
    'tag:dev': ['tag:nante'],
    'tag:staging': ['tag:nante'],
    'tag:prod': ['tag:nante'],
    'tag:server': ['tag:nante'],
    'tag:office': ['autogroup:admin'],
  } as Record<string, string[]>,
  acls: [{ action: 'accept', src: ['*'], dst: ['*:*'] }],
  ssh: [
    {
      action: 'accept',
      src: ['autogroup:admin'],
      dst: ['tag:nante'],
      users: ['root', 'autogroup:nonroot'],
    },
  ],
};

/** The policy as a file. */
export const policyText = `${JSON.stringify(policy, null, 2)}\n`;

/** Its `ETag`. */
export const policyEtag = `"${createHash('sha256').update(policyText).digest('hex')}"`;

/** Who wants to give tags: a person, who is an admin here, or something that bears tags itself. */
export type TagGiver = 'admin' | { tags: string[] };

/**
 * Tags may be given by their owners: exactly those that the giver bears, or such as these own.
 *
 * @param forbidden - tags that a fault takes from everybody
 * @throws TailscaleError 400 with those that may not
 */
export function checkTags(
  tags: string[],
  giver: TagGiver,
  forbidden: (tag: string) => boolean = () => false,
): void {
  const same =
    giver !== 'admin' &&
    [...giver.tags].sort().join() === [...tags].sort().join();
  const owners = giver === 'admin' ? ['autogroup:admin'] : giver.tags;
  const refused = tags.filter(tag => {
    const known = policy.tagOwners[tag];
    if (!known || forbidden(tag)) return true;
    // An admin may give every tag that the policy has.
    return !(
      same ||
      giver === 'admin' ||
      known.some(owner => owners.includes(owner))
    );
  });
  if (refused.length > 0) throw tagsRefused(refused);
}
