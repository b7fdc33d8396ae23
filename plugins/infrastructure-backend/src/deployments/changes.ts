import type { PackageChange } from '@nante/model';
import type { ReleaseCommit } from '@nante/plugin-infrastructure-common';
import type {
  PackageOfRelease,
  OctopusRelease,
} from '@nante/plugin-infrastructure-node';

/** What differs between two sets of packages, by package. */
export function packageChanges(
  from: PackageOfRelease[],
  to: PackageOfRelease[],
): PackageChange[] {
  const key = ({ step, packageId }: PackageOfRelease) =>
    `${step}\u0000${packageId}`;
  const before = new Map(from.map(item => [key(item), item]));
  const after = new Map(to.map(item => [key(item), item]));
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].flatMap(one => {
    const [old, fresh] = [before.get(one), after.get(one)];
    return old?.version === fresh?.version
      ? []
      : [
          {
            packageId: (old ?? fresh)!.packageId,
            from: old?.version,
            to: fresh?.version,
          },
        ];
  });
}

/** Commits of a release that the one before did not have; each once. */
export function newCommits(
  before: Pick<OctopusRelease, 'builds'> | undefined,
  release: Pick<OctopusRelease, 'builds'>,
): ReleaseCommit[] {
  const old = new Set(
    before?.builds.flatMap(build => build.commits.map(({ id }) => id)),
  );
  const found = new Map<string, ReleaseCommit>();
  for (const build of release.builds) {
    const own = build.commit
      ? [{ id: build.commit, comment: '', url: build.commitUrl }]
      : [];
    for (const commit of [...build.commits, ...own]) {
      if (!old.has(commit.id) && !found.has(commit.id)) {
        found.set(commit.id, commit);
      }
    }
  }
  return [...found.values()];
}
