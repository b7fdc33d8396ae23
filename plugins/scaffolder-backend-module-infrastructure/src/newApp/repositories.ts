import { NanteError } from '@nante/model';

/** What a pipeline publishes. */
export type ArtifactFormat = 'maven2' | 'docker' | 'helm';

/** Where it is published unless the site calls it otherwise. */
const usualNames: Record<ArtifactFormat, string> = {
  maven2: 'maven-releases',
  docker: 'docker-hosted',
  helm: 'helm-hosted',
};

/**
 * The repository of Nexus that an app publishes to: the one of the usual name, else the only hosted one of that format.
 * Members make none, so that one that is missing is an operator's to make.
 *
 * @throws NanteError `not-found` that says which is missing and how it is made
 */
export function chooseRepository(
  repositories: readonly { name: string; format: string; type: string }[],
  format: ArtifactFormat,
): string {
  const hosted = repositories.filter(
    one => one.format === format && one.type === 'hosted',
  );
  const usual = usualNames[format];
  const found =
    hosted.find(({ name }) => name === usual) ??
    (hosted.length === 1 ? hosted[0] : undefined);
  if (found) return found.name;
  throw new NanteError(
    'not-found',
    hosted.length === 0
      ? `Nexus has no hosted repository of the format ${format}.`
      : `Nexus has ${hosted.length} hosted repositories of the format ${format}, and none is called ${usual}.`,
    {
      hint: `An operator makes it: nante repository create --name ${usual} --format ${format}.`,
    },
  );
}

/**
 * The feed of Octopus that hands out what lies in a Maven repository: the one that points to it, else the only Maven feed.
 *
 * @throws NanteError `not-found` that says what to add in Octopus
 */
export function chooseMavenFeed(
  feeds: readonly { name: string; type: string; url?: string }[],
  repository: string,
): string {
  const maven = feeds.filter(({ type }) => type === 'Maven');
  const end = `/repository/${repository}`;
  const found =
    maven.find(({ url }) => url?.replace(/\/+$/, '').endsWith(end)) ??
    (maven.length === 1 ? maven[0] : undefined);
  if (found) return found.name;
  throw new NanteError(
    'not-found',
    `Octopus has no Maven feed of the repository ${repository}.`,
    {
      hint: `Whoever runs Octopus adds it under Deploy > Manage > External Feeds: type Maven, its address ends with ${end}/.`,
    },
  );
}
