import {
  ANNOTATION_ARTIFACTS,
  ANNOTATION_OCTOPUS_PROJECT,
  ANNOTATION_REPOSITORY,
} from './annotations';

/** Annotations of the community's plugins, which are read too. */
const community = {
  project: 'octopus.com/project-id',
  image: 'nexus-repository-manager/docker.image-name',
  mavenGroup: 'nexus-repository-manager/maven.group-id',
  mavenArtifact: 'nexus-repository-manager/maven.artifact-id',
} as const;

/** Where Backstage found the source of a component. */
const ANNOTATION_SOURCE = 'backstage.io/source-location';

/** Names of all annotations that link a component to its project, its artifacts and its repository. */
export const COMPONENT_ANNOTATIONS: readonly string[] = [
  ANNOTATION_OCTOPUS_PROJECT,
  ANNOTATION_ARTIFACTS,
  ANNOTATION_REPOSITORY,
  ANNOTATION_SOURCE,
  ...Object.values(community),
];

/** What a component says of its project, its artifacts and its repository. */
export interface ComponentAnnotations {
  /** `<connection>/<name, slug or id>`. */
  project?: string;
  /** Of the community's plugin: an id without a connection. */
  foreignProject?: string;
  /** `<connection>/<repository>/<name>` each. */
  artifacts: string[];
  /** Names of artifacts, by the community's annotations. */
  foreignArtifacts: string[];
  /** `owner/name` of its repository. */
  repository?: string;
  /** Address of its source, which may be in a repository. */
  source?: string;
}

/** Reads a component's annotations. */
export function readComponentAnnotations(
  annotations: Record<string, string> = {},
): ComponentAnnotations {
  const group = annotations[community.mavenGroup];
  const artifact = annotations[community.mavenArtifact];
  const repository = annotations[ANNOTATION_REPOSITORY]?.trim();
  const source = annotations[ANNOTATION_SOURCE]?.trim();
  return {
    ...(repository && { repository }),
    ...(source && { source: source.replace(/^url:/, '') }),
    project: annotations[ANNOTATION_OCTOPUS_PROJECT]?.trim() || undefined,
    foreignProject: annotations[community.project]?.trim() || undefined,
    artifacts: split(annotations[ANNOTATION_ARTIFACTS]),
    foreignArtifacts: [
      ...split(annotations[community.image]),
      ...(group && artifact ? [`${group}:${artifact}`] : []),
    ],
  };
}

function split(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);
}
