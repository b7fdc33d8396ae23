import { z } from 'zod';
import { feedAnswer } from '../answers';
import { listingRoutes } from '../collection';
import { demandFreeName, findIn, freeSlug } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import type { Call, Route } from '../router';
import { keepSecrets, sensitive } from '../secrets';

const feedSchema = z.object({
  FeedType: z.string().min(1),
  Name: z.string().trim().min(1, 'A name is needed.').max(200),
  FeedUri: z.string().optional(),
  Username: z.string().optional(),
  Password: sensitive,
  ApiVersion: z.string().optional(),
  RegistryPath: z.string().optional(),
  DownloadAttempts: z.number().int().optional(),
  DownloadRetryBackoffSeconds: z.number().int().optional(),
});

/** Feeds, and what they have: they are really asked. */
export const feedRoutes: Route[] = [
  ...listingRoutes({
    collection: 'feeds',
    path: 'feeds',
    permission: 'FeedView',
    itemType: 'Feed',
    answer: feedAnswer,
    filter: call => {
      const types = call.query.list('feedType');
      return ({ FeedType }) => !types || types.includes(FeedType);
    },
  }),
  {
    call: 'POST /{spaceId}/feeds',
    permission: 'FeedEdit',
    status: 201,
    answer: call => {
      const asked = parseBody(call.body, feedSchema);
      demandFreeName(call, 'feeds', 'A feed', asked.Name);
      const { state } = call.server;
      const Id = state.nextId('Feeds');
      return feedAnswer(
        state.insert('feeds', 'Feeds', {
          ...keepSecrets(state, Id, asked),
          Id,
          SpaceId: call.space.Id,
          Slug: freeSlug(state, 'feeds', call.space.Id, asked.Name),
        }),
      );
    },
  },
  {
    call: 'PUT /{spaceId}/feeds/{id}',
    permission: 'FeedEdit',
    answer: call => {
      const { Id } = findIn(call, 'feeds', call.params.id);
      const asked = parseBody(call.body, feedSchema);
      demandFreeName(call, 'feeds', 'A feed', asked.Name, Id);
      const { state } = call.server;
      return feedAnswer(
        state.update('feeds', Id, keepSecrets(state, Id, asked)),
      );
    },
  },
  {
    call: 'DELETE /{spaceId}/feeds/{id}',
    permission: 'FeedEdit',
    answer: call => {
      const { Id } = findIn(call, 'feeds', call.params.id);
      call.server.state.remove('feeds', Id);
    },
  },
  {
    call: 'GET /{spaceId}/feeds/{id}/packages/versions',
    permission: 'FeedView',
    answer: packageVersions,
  },
  {
    call: 'GET /{spaceId}/feeds/{id}/packages/search',
    permission: 'FeedView',
    answer: async call => {
      const feed = findIn(call, 'feeds', call.params.id);
      const term = call.query.text('term') ?? '';
      const found = await call.server.feeds.search(feed, term);
      return page(call, 'PackageDescription', found, ({ id, latest }) => ({
        Id: id,
        Name: id,
        Description: null,
        LatestVersion: latest ?? null,
        Links: {},
      }));
    },
  },
];

async function packageVersions(call: Call) {
  const { query, server } = call;
  const feed = findIn(call, 'feeds', call.params.id);
  const packageId = query.text('packageId') ?? '';
  const part = query.text('filter')?.toLowerCase();
  const preReleases = query.flag('includePreRelease') ?? true;
  const versions = (await server.feeds.versions(feed, packageId)).filter(
    ({ version }) =>
      (!part || version.toLowerCase().includes(part)) &&
      (preReleases || !version.includes('-')),
  );
  return page(call, 'PackageVersion', versions, ({ version, published }) => ({
    Id: `packages-${packageId}.${version}`,
    FeedId: feed.Id,
    PackageId: packageId,
    Title: packageId,
    Version: version,
    Published: published ?? null,
    ReleaseNotes: null,
    SizeBytes: null,
    Links: {},
  }));
}
