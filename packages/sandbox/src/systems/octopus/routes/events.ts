import { z } from 'zod';
import { newestFirst } from '../collection';
import type { BuildInformation, OctopusEvent } from '../documents';
import { invalid, notFound } from '../errors';
import { parseBody } from '../input';
import { page } from '../page';
import { buildId } from '../releases';
import type { Call, Route } from '../router';
import { inSpace } from '../find';

const buildSchema = z.object({
  PackageId: z.string().min(1),
  Version: z.string().min(1),
  OverwriteMode: z.string().default('FailIfExists'),
  OctopusBuildInformation: z.object({
    BuildEnvironment: z.string().optional(),
    BuildNumber: z.string().optional(),
    BuildUrl: z.string().optional(),
    Branch: z.string().optional(),
    VcsType: z.string().optional(),
    VcsRoot: z.string().optional(),
    VcsCommitNumber: z.string().optional(),
    VcsCommitUrl: z.string().optional(),
    Commits: z
      .array(
        z.object({
          Id: z.string(),
          Comment: z.string().default(''),
          LinkUrl: z.string().optional(),
        }),
      )
      .default([]),
  }),
});

/** The audit log, and what is said of the builds of packages. */
export const eventRoutes: Route[] = [
  {
    call: 'GET /{spaceId}/events',
    permission: 'EventView',
    answer: call => page(call, 'Event', events(call, false), eventAnswer),
  },
  {
    call: 'GET /events',
    permission: 'EventView',
    answer: call => page(call, 'Event', events(call, true), eventAnswer),
  },
  {
    call: 'GET /{spaceId}/events/{id}',
    permission: 'EventView',
    answer: call => {
      const event = call.server.state.get('events', call.params.id);
      if (event?.SpaceId !== call.space.Id) throw notFound(call.params.id);
      return eventAnswer(event);
    },
  },
  {
    call: 'GET /{spaceId}/build-information',
    answer: call =>
      page(
        call,
        'OctopusPackageVersionBuildInformation',
        builds(call),
        buildAnswer,
      ),
  },
  {
    call: 'POST /{spaceId}/build-information',
    permission: 'BuildInformationPush',
    answer: pushBuild,
  },
];

function events(call: Call, isServerWide: boolean): OctopusEvent[] {
  const { query, server, space } = call;
  const regarding = query.list('regarding') ?? [];
  const any = query.list('regardingAny');
  const about = [
    ...(query.list('projects') ?? []),
    ...(query.list('environments') ?? []),
  ];
  const categories = query.list('eventCategories');
  const wantedUsers = query.list('users') ?? query.list('user');
  const from = query.time('from');
  const to = query.time('to');
  return server.state
    .all('events')
    .filter(
      ({ SpaceId, RelatedDocumentIds, Category, UserId, Occurred }) =>
        (isServerWide || SpaceId === space.Id) &&
        regarding.every(id => RelatedDocumentIds.includes(id)) &&
        (!any || any.some(id => RelatedDocumentIds.includes(id))) &&
        (about.length === 0 ||
          about.some(id => RelatedDocumentIds.includes(id))) &&
        (!categories || categories.includes(Category)) &&
        (!wantedUsers || wantedUsers.includes(UserId)) &&
        (from === undefined || Date.parse(Occurred) >= from) &&
        (to === undefined || Date.parse(Occurred) <= to),
    )
    .sort(newestFirst);
}

function eventAnswer(event: OctopusEvent) {
  return {
    ...event,
    SpaceId: event.SpaceId ?? null,
    MessageHtml: event.Message.replace(/&/g, '&amp;').replace(/</g, '&lt;'),
    MessageReferences: [],
    Comments: null,
    Details: null,
    ChangeDetails: { DocumentContext: null, Differences: null },
    IsService: true,
    IdentityEstablishedWith: 'API key',
    IpAddress: null,
    UserAgent: null,
    Links: { Self: `/api/events/${event.Id}` },
  };
}

function builds(call: Call): BuildInformation[] {
  const { query } = call;
  const packageId = query.text('packageId');
  const part = query.text('partialPackageId')?.toLowerCase();
  const filter = query.text('filter');
  return inSpace(call, 'buildinformation').filter(
    build =>
      (!packageId || build.PackageId === packageId) &&
      (!part || build.PackageId.toLowerCase().includes(part)) &&
      (!filter || build.Version.includes(filter)),
  );
}

/** 201 for a new one, 200 for one that replaces another. */
function pushBuild(call: Call) {
  const { server, space, query } = call;
  const asked = parseBody(call.body, buildSchema);
  const { PackageId, Version } = asked;
  const mode = query.text('overwriteMode') ?? asked.OverwriteMode;
  const Id = buildId(space.Id, PackageId, Version);
  const existing = server.state.get('buildinformation', Id);
  if (existing && mode === 'IgnoreIfExists') return buildAnswer(existing);
  if (existing && mode !== 'OverwriteExisting')
    throw invalid(
      `There is build information for ${PackageId} ${Version} already. Push it with another overwrite mode.`,
    );
  const made = server.state.insert('buildinformation', 'BuildInformation', {
    ...asked.OctopusBuildInformation,
    Id,
    SpaceId: space.Id,
    PackageId,
    Version,
    Created: new Date().toISOString(),
  });
  return Response.json(buildAnswer(made), { status: existing ? 200 : 201 });
}

function buildAnswer(build: BuildInformation) {
  const { SpaceId, ...fields } = build;
  return {
    ...fields,
    IssueTrackerName: null,
    IncompleteDataWarning: null,
    WorkItems: [],
    Links: { Self: `/api/${SpaceId}/build-information/${build.Id}` },
  };
}
