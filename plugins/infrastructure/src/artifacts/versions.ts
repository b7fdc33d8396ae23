import type { ArtifactVersion } from '@nante/plugin-infrastructure-common';

/** A digest or checksum as it is read: its kind and its first digits. */
export function shortDigest(digest: string): string {
  const [kind, digits] = digest.includes(':')
    ? digest.split(':', 2)
    : ['sha256', digest];
  return `${kind}:${digits.slice(0, 12)}…`;
}

/**
 * Versions that were on the first page and are no longer anywhere: what new versions pushed off its end is not counted.
 *
 * @param before - first page as it was
 * @param after - first page as it is
 */
export function removedVersions(before: string[], after: string[]): string[] {
  const now = new Set(after);
  const known = new Set(before);
  const added = after.filter(version => !known.has(version)).length;
  const stays = before.slice(0, before.length - added);
  return stays.filter(version => !now.has(version));
}

/** First page and the pages after it, each version once. */
export function joined(
  first: ArtifactVersion[],
  more: ArtifactVersion[],
): ArtifactVersion[] {
  const seen = new Set(first.map(({ version }) => version));
  return [...first, ...more.filter(({ version }) => !seen.has(version))];
}

/** Bytes of all files of an artifact. */
export function sizeOf(artifact: ArtifactVersion['artifacts'][number]): number {
  return artifact.assets.reduce((sum, { size }) => sum + size, 0);
}
