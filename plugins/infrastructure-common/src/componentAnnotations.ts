import {
  ANNOTATION_ARTIFACTS,
  ANNOTATION_OCTOPUS_PROJECT,
} from './annotations';

/** Annotations of the community's plugins, which are read too. */
const community = {
  project: 'octopus.com/project-id',
  image: 'nexus-repository-manager/docker.image-name',
  mavenGroup: 'nexus-repository-manager/maven.group-id',
  mavenArtifact: 'nexus-repository-manager/maven.artifact-id',
} as const;

/** Names of all annotations that link a component to its project and its artifacts. */
export const COMPONENT_ANNOTATIONS: readonly string[] = [
  ANNOTATION_OCTOPUS_PROJECT,
  ANNOTATION_ARTIFACTS,
  ...Object.values(community),
];

/** What a component says of its project and its artifacts. */
export interface ComponentAnnotations {
  /** `<connection>/<name, slug or id>`. */
  project?: string;
  /** Of the community's plugin: an id without a connection. */
  foreignProject?: string;
  /** `<connection>/<repository>/<name>` each. */
  artifacts: string[];
  /** Names of artifacts, by the community's annotations. */
  foreignArtifacts: string[];
}

/** Reads a component's annotations. */
export function readComponentAnnotations(
  annotations: Record<string, string> = {},
): ComponentAnnotations {
  const group = annotations[community.mavenGroup];
  const artifact = annotations[community.mavenArtifact];
  return {
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
