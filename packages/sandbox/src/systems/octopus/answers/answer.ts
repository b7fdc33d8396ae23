/** What Octopus answers of a document: its fields and where more of it is found. */
export type Answer = Record<string, unknown>;

/** A retention policy that drops nothing. */
export const forever = {
  Unit: 'Days',
  QuantityToKeep: 0,
  ShouldKeepForever: true,
};

/** Link to a document of a space. */
export function linkTo(
  { Id, SpaceId }: { Id: string; SpaceId: string },
  route: string,
): string {
  return `/api/${SpaceId}/${route}/${Id}`;
}
