import type { ArtifactFormat } from '@nante/model';
import type { Allowed, SourceAge } from './deployments';

/** One version of a component's artifacts: image, chart and package of the same version are one row. */
export interface ArtifactVersion {
  version: string;
  artifacts: {
    connection: string;
    repository: string;
    format: ArtifactFormat | 'other';
    /** `com.example:hello`, `team/app`, `@scope/name`, `chart`, or a path. */
    name: string;
    componentId: string;
    assets: { path: string; size: number; sha256?: string; url: string }[];
    /** docker: digest of the manifest, where the index tells. */
    digest?: string;
    /** Command or address that gets it. */
    pull: string;
    /** ISO time. */
    publishedAt?: string;
    uploader?: string;
    /** Which of our runs published it, and from what. */
    provenance?: { runId: string; commit?: string; buildUrl?: string };
  }[];
  /** Releases that contain it. */
  releases: {
    connection: string;
    projectName: string;
    version: string;
    id: string;
  }[];
  /** Where it runs now. */
  deployedTo: {
    environment: string;
    connection: string;
    deploymentId: string;
    releaseVersion: string;
  }[];
}

/** `GET /artifacts?entityRef=component:default/shop&page=TOKEN&text=1.2&format=docker&deployed=true` */
export interface ArtifactsResponse {
  versions: ArtifactVersion[];
  /** Token of the next page; pages are fetched only when they are asked for. */
  next?: string;
  /** How the artifacts were found: by annotation, or by the component's name. */
  found: 'annotation' | 'convention' | 'nothing';
  /** Project whose releases are named. */
  project?: {
    connection: string;
    id: string;
    name: string;
    /** Whether the signed-in person may make releases of it. */
    release?: Allowed;
  };
  sources: SourceAge[];
}

/** `GET /artifacts/usage?connection=&repository=&format=&name=&version=`: from an artifact to what uses it. */
export interface ArtifactUsageResponse {
  /** Why there may be more than is shown, one sentence. */
  incomplete?: string;
  releases: {
    connection: string;
    projectId: string;
    projectName: string;
    releaseVersion: string;
    componentRef?: string;
    owner?: string;
    deployments: {
      deploymentId: string;
      environment: string;
      at: string;
      /** It is what runs there now. */
      isCurrent: boolean;
      targets: {
        name: string;
        machineId: string;
        hostRef?: string;
        hostName?: string;
        owner?: string;
      }[];
    }[];
  }[];
  sources: SourceAge[];
}
