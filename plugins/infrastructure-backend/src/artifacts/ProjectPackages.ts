import type {
  ArtifactVersion,
  SourceAge,
} from '@nante/plugin-infrastructure-common';
import type {
  DeploymentRegistry,
  KnownRelease,
  ProcessPackage,
} from '@nante/plugin-infrastructure-node';
import type { SpaceReader } from '../deployments/SpaceReader';
import { type ArtifactName, isPackage } from './naming';

type Wanted = ArtifactName & { version: string };
type PackageOf = (ProcessPackage & { feedType: string })[];

/** What a project deploys, and so which of its releases contain an artifact. */
export class ProjectPackages {
  readonly connection: string;
  readonly project: { id: string; name: string };
  readonly age: SourceAge;
  readonly #reader: SpaceReader;
  readonly #packages: PackageOf;

  private constructor(
    reader: SpaceReader,
    project: { id: string; name: string },
    packages: PackageOf,
    age: SourceAge,
  ) {
    this.connection = reader.space.name;
    this.project = project;
    this.age = age;
    this.#reader = reader;
    this.#packages = packages;
  }

  /** Reads the process of a project; without it no release is found, and the age says why. */
  static async read(
    registry: Pick<DeploymentRegistry, 'packagesOf' | 'feedsOf'>,
    reader: SpaceReader,
    project: { id: string; name: string },
  ): Promise<ProjectPackages> {
    const { name, age } = reader.space;
    try {
      const [packages, feeds] = await Promise.all([
        registry.packagesOf(name, project.id),
        registry.feedsOf(name),
      ]);
      const known = packages.map(one => ({
        ...one,
        feedType: feeds.get(one.feedId)?.type ?? '',
      }));
      return new ProjectPackages(reader, project, known, age);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return new ProjectPackages(reader, project, [], {
        ...age,
        ok: false,
        error: age.error ?? `Its process can not be read: ${reason}`,
      });
    }
  }

  /** Releases that contain one of some artifacts, newest first. */
  releasesWith(wanted: Wanted[]): ArtifactVersion['releases'] {
    return this.releases(wanted).map(({ id, version }) => ({
      connection: this.connection,
      projectName: this.project.name,
      version,
      id,
    }));
  }

  /** As `releasesWith`, with all that is known of each. */
  releases(wanted: Wanted[]): KnownRelease[] {
    return this.#reader.space.history
      .releasesOf(this.project.id)
      .filter(release => this.#contains(release, wanted));
  }

  /** Where one of some artifacts runs now. */
  environmentsWith(wanted: Wanted[]): ArtifactVersion['deployedTo'] {
    return this.#current().flatMap(({ environment, release, deploymentId }) =>
      this.#contains(release, wanted)
        ? [
            {
              environment,
              connection: this.connection,
              deploymentId,
              releaseVersion: release.version,
            },
          ]
        : [],
    );
  }

  /** Versions of packages that run somewhere now. */
  deployedVersions(): string[] {
    const versions = this.#current().flatMap(({ release }) =>
      release.packages.map(({ version }) => version),
    );
    return [...new Set(versions)];
  }

  #current() {
    return this.#reader.environments.flatMap(({ id, name }) => {
      const good = this.#reader.good(this.project.id, id);
      const release =
        good && this.#reader.space.history.release(good.releaseId);
      return release
        ? [{ environment: name, release, deploymentId: good.deploymentId }]
        : [];
    });
  }

  #contains(release: KnownRelease, wanted: Wanted[]): boolean {
    return release.packages.some(({ action, reference, version }) => {
      const known = this.#packages.find(
        one => one.action === action && one.reference === reference,
      );
      return (
        known !== undefined &&
        wanted.some(
          one =>
            one.version === version &&
            isPackage(one, known.packageId, known.feedType),
        )
      );
    });
  }
}
