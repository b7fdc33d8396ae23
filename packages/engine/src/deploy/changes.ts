import type { OctopusProcess, OctopusRelease } from '@nante/clients';
import type { PackageChange } from '@nante/model';

type Selected = OctopusRelease['packages'][number];

/**
 * Packages that differ between two releases.
 *
 * @param process - of the project as it is now; it knows which package an action means
 */
export function packageChanges(
  process: Pick<OctopusProcess, 'packages'>,
  from: Pick<OctopusRelease, 'packages'> | undefined,
  to: Pick<OctopusRelease, 'packages'>,
): PackageChange[] {
  const keyOf = ({ action, reference }: Selected) => `${action}\n${reference}`;
  const before = new Map((from?.packages ?? []).map(one => [keyOf(one), one]));
  const after = new Map(to.packages.map(one => [keyOf(one), one]));
  const keys = new Set([...after.keys(), ...before.keys()]);
  return [...keys].flatMap(key => {
    const [old, next] = [before.get(key), after.get(key)];
    if (old?.version === next?.version) return [];
    const { action, reference } = (next ?? old)!;
    const known = process.packages.find(
      used => used.action === action && used.reference === reference,
    );
    return [
      {
        packageId: known?.packageId ?? (reference || action),
        ...(old && { from: old.version }),
        ...(next && { to: next.version }),
      },
    ];
  });
}

/** Changes in one line, for a person. */
export function changesText(changes: readonly PackageChange[]): string {
  if (changes.length === 0) return 'no package changes';
  return changes
    .map(
      ({ packageId, from = '(none)', to = '(none)' }) =>
        `${packageId} ${from} → ${to}`,
    )
    .join(', ');
}
