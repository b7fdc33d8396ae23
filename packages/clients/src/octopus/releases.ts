import { NanteError } from '@nante/model';
import { z } from 'zod';
import { listOf, optionalText, pageOf, present, text, time } from './reading';
import { idIn, pageSize, type OctopusSpace } from './space';
import type { OctopusApi, OctopusRelease } from './types';
import { byVendor } from './vendorClient';

const buildSchema = z
  .object({
    PackageId: text,
    Version: text,
    Branch: optionalText,
    BuildUrl: optionalText,
    VcsCommitNumber: optionalText,
    VcsCommitUrl: optionalText,
    Commits: listOf(
      z.object({ Id: text, Comment: text, LinkUrl: optionalText }),
    ),
  })
  .transform(build =>
    present<OctopusRelease['builds'][number]>({
      packageId: build.PackageId,
      version: build.Version,
      commit: build.VcsCommitNumber,
      commitUrl: build.VcsCommitUrl,
      branch: build.Branch,
      buildUrl: build.BuildUrl,
      commits: build.Commits.map(({ Id: id, Comment: comment, LinkUrl: url }) =>
        present({ id, comment, url }),
      ),
    }),
  );

const releaseSchema = z
  .object({
    Id: z.string(),
    Version: z.string(),
    ProjectId: text,
    ChannelId: text,
    Assembled: time,
    ReleaseNotes: text,
    SelectedPackages: listOf(
      z.object({ ActionName: text, PackageReferenceName: text, Version: text }),
    ),
    BuildInformation: listOf(buildSchema),
  })
  .transform((release): OctopusRelease => ({
    id: release.Id,
    version: release.Version,
    projectId: release.ProjectId,
    channelId: release.ChannelId,
    assembledAt: release.Assembled,
    notes: release.ReleaseNotes,
    packages: release.SelectedPackages.map(selected => ({
      action: selected.ActionName,
      reference: selected.PackageReferenceName,
      version: selected.Version,
    })),
    builds: release.BuildInformation,
  }));

/** Releases and the packages that they are made of. */
export function releaseCalls(
  space: OctopusSpace,
): Pick<
  OctopusApi,
  | 'release'
  | 'releases'
  | 'findRelease'
  | 'createRelease'
  | 'deployableTo'
  | 'packageVersions'
  | 'pushBuildInformation'
> {
  const { connection } = space;
  return {
    async release(id, options) {
      const release = idIn(id, 'release');
      const { id: spaceId } = await space.find(options);
      const found = await byVendor(connection, spaceId, {
        what: `read the release ${id}`,
        options,
        ask: ({ ReleaseRepository }, client, name) =>
          new ReleaseRepository(client, name).get(release),
      });
      return connection.understand(releaseSchema, 'release', found);
    },

    async releases({ projectId, skip = 0, take = 30 }, options) {
      const project = projectId && idIn(projectId, 'project');
      const { id } = await space.find(options);
      const page = await byVendor(connection, id, {
        what: 'list releases',
        options,
        ask({ ReleaseRepository }, client, name) {
          const repository = new ReleaseRepository(client, name);
          const query = { skip, take: Math.min(take, pageSize) };
          return project
            ? repository.listForProject(project, query)
            : repository.list(query);
        },
      });
      return connection.understand(
        pageOf(releaseSchema),
        'list of releases',
        page,
      );
    },

    async findRelease(projectId, version, options) {
      // The library finds every version that contains this one; the server knows the very one.
      try {
        const found = await space.read(
          releaseSchema,
          'release',
          {
            method: 'GET',
            path: `/projects/${idIn(projectId, 'project')}/releases/${encodeURIComponent(version)}`,
            what: `find the release ${version}`,
          },
          options,
        );
        return found.version === version ? found : undefined;
      } catch (error) {
        if (NanteError.is(error) && error.code === 'not-found')
          return undefined;
        throw error;
      }
    },

    /*
     * Not by the library: its command names packages as `step:version` or `package:version`, which cannot be told apart for a
     * package of Maven such as `com.example:hello`. This call names action and reference each in a field of its own.
     */
    async createRelease(
      { project, version, channel, packages, notes },
      options,
    ) {
      const { id: SpaceId } = await space.find(options);
      return space.read(
        releaseSchema,
        'release',
        {
          method: 'POST',
          path: '/releases',
          json: {
            SpaceId,
            ProjectId: project.id,
            Version: version,
            ...(channel && { ChannelId: channel }),
            ...(notes && { ReleaseNotes: notes }),
            SelectedPackages: packages.map(selected => ({
              ActionName: selected.action,
              PackageReferenceName: selected.reference,
              Version: selected.version,
            })),
          },
          what: `make the release ${version} of ${project.name}`,
        },
        options,
      );
    },

    // What Octopus' own page offers for a release; the library has no call for it.
    async deployableTo(releaseId, options) {
      const { PromoteTo } = await space.read(
        z.object({ PromoteTo: listOf(z.object({ Id: z.string() })) }),
        'list of environments',
        {
          method: 'GET',
          path: `/releases/${idIn(releaseId, 'release')}/deployments/template`,
          what: `say where the release ${releaseId} may go`,
        },
        options,
      );
      return PromoteTo.map(({ Id }) => Id);
    },

    // The library lists packages of the built-in feed alone.
    async packageVersions(feedId, packageId, { take = 1 } = {}, options = {}) {
      const { items } = await space.read(
        pageOf(z.object({ Version: z.string() })),
        'list of package versions',
        {
          method: 'GET',
          path: `/feeds/${idIn(feedId, 'feed')}/packages/versions`,
          query: {
            packageId,
            take: Math.min(take, pageSize),
            includePreRelease: true,
          },
          what: `list the versions of ${packageId}`,
        },
        options,
      );
      return items.map(({ Version }) => Version);
    },

    async pushBuildInformation(build, options) {
      const { id } = await space.find(options);
      await byVendor(connection, id, {
        what: `keep from which build ${build.packageId} ${build.version} comes`,
        // The same once more is no error.
        isRepeatable: true,
        options,
        ask: ({ BuildInformationRepository, OverwriteMode }, client, name) =>
          new BuildInformationRepository(client, name).push(
            {
              spaceName: name,
              BuildEnvironment: 'Nante',
              BuildNumber: build.version,
              BuildUrl: build.buildUrl ?? '',
              Branch: '',
              VcsType: 'Git',
              VcsRoot: '',
              VcsCommitNumber: build.commit ?? '',
              Packages: [{ Id: build.packageId, Version: build.version }],
              Commits: build.commit ? [{ Id: build.commit, Comment: '' }] : [],
            },
            OverwriteMode.OverwriteExisting,
          ),
      });
    },
  };
}
