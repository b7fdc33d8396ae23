import { z } from 'zod';
import { listOf, pageOf, text, texts, time } from './reading';
import { pageSize, type OctopusSpace } from './space';
import type { OctopusApi, OctopusFreeze } from './types';

const weekMs = 7 * 24 * 3_600_000;

const eventSchema = z
  .object({
    Id: z.string(),
    Category: text,
    Occurred: time,
    Username: text,
    Message: text,
    RelatedDocumentIds: texts,
  })
  .transform(event => ({
    id: event.Id,
    category: event.Category,
    occurredAt: event.Occurred,
    username: event.Username,
    message: event.Message,
    documentIds: event.RelatedDocumentIds,
  }));

const freezesSchema = z.object({
  DeploymentFreezes: listOf(
    z
      .object({
        Id: z.string(),
        Name: text,
        Start: time,
        End: time,
        ProjectEnvironmentScope: z
          .record(z.string(), z.array(z.string()))
          .nullish(),
      })
      .transform((freeze): OctopusFreeze => ({
        id: freeze.Id,
        name: freeze.Name,
        start: freeze.Start,
        end: freeze.End,
        scope: freeze.ProjectEnvironmentScope ?? {},
      })),
  ),
});

/** What happened, and when nothing may. The vendor's library has none of these calls. */
export function eventCalls(
  space: OctopusSpace,
): Pick<OctopusApi, 'events' | 'freezes'> {
  return {
    async events({ since, documentIds, take = 100 }, options) {
      const { items } = await space.read(
        pageOf(eventSchema),
        'list of events',
        {
          method: 'GET',
          path: '/events',
          query: {
            from: since,
            regardingAny: documentIds,
            take: Math.min(take, pageSize),
            excludeDifference: true,
          },
          what: 'list events',
        },
        options,
      );
      return items;
    },

    async freezes(options) {
      // Freezes belong to the server, not to a space.
      const { DeploymentFreezes } = await space.connection.read(
        freezesSchema,
        'list of deployment freezes',
        {
          method: 'GET',
          path: '/api/deploymentfreezes',
          query: { skip: 0, take: pageSize, includeComplete: false },
          what: 'list deployment freezes',
        },
        options,
      );
      const now = Date.now();
      return DeploymentFreezes.filter(
        ({ start, end }) =>
          Date.parse(end) > now && Date.parse(start) < now + weekMs,
      );
    },
  };
}
