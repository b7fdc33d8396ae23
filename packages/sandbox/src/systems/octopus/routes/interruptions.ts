import { z } from 'zod';
import { users } from '../access';
import { newestFirst } from '../collection';
import type { Interruption } from '../documents';
import { findIn, inSpace, sameName } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { asAnswer } from '../refusals';
import type { Call, Route } from '../router';
import { userAnswer } from './server';

const submitSchema = z.object({
  Result: z.string().optional(),
  Guidance: z.string().optional(),
  Notes: z.string().optional(),
});

/** Questions that tasks wait for. */
export const interruptionRoutes: Route[] = [
  {
    call: 'GET /{spaceId}/interruptions',
    permission: 'InterruptionView',
    answer: call =>
      page(call, 'Interruption', interruptions(call), item =>
        interruptionAnswer(call, item),
      ),
  },
  {
    call: 'GET /{spaceId}/interruptions/{id}',
    permission: 'InterruptionView',
    answer: call =>
      interruptionAnswer(call, findIn(call, 'interruptions', call.params.id)),
  },
  {
    call: 'GET /{spaceId}/interruptions/{id}/responsible',
    permission: 'InterruptionView',
    answer: call => {
      const { ResponsibleUserId } = findIn(
        call,
        'interruptions',
        call.params.id,
      );
      const user = Object.values(users).find(
        ({ id }) => id === ResponsibleUserId,
      );
      return user ? userAnswer(user) : undefined;
    },
  },
  {
    call: 'PUT /{spaceId}/interruptions/{id}/responsible',
    permission: 'InterruptionViewSubmitResponsible',
    answer: call => {
      const { Id } = findIn(call, 'interruptions', call.params.id);
      asAnswer(() => call.server.queue.takeResponsibility(Id, call.by.id));
      return userAnswer(call.by);
    },
  },
  {
    call: 'POST /{spaceId}/interruptions/{id}/submit',
    permission: 'InterruptionSubmit',
    answer: call => {
      const { Id } = findIn(call, 'interruptions', call.params.id);
      const answer = parseBody(call.body, submitSchema);
      return interruptionAnswer(
        call,
        asAnswer(() => call.server.queue.answer(Id, answer, call.by.id)),
      );
    },
  },
];

function interruptions(call: Call): Interruption[] {
  const regarding = call.query.text('regarding');
  const pendingOnly = call.query.flag('pendingOnly') ?? false;
  const ids = call.query.list('ids');
  return inSpace(call, 'interruptions')
    .filter(
      item =>
        (!ids || ids.some(id => sameName(id, item.Id))) &&
        (!pendingOnly || item.IsPending) &&
        (!regarding ||
          item.TaskId === regarding ||
          item.RelatedDocumentIds.includes(regarding)),
    )
    .sort(newestFirst);
}

function interruptionAnswer({ by }: Call, interruption: Interruption) {
  const { SpaceId, Id, IsPending, ResponsibleUserId } = interruption;
  const self = `/api/${SpaceId}/interruptions/${Id}`;
  return {
    ...interruption,
    ResponsibleUserId: ResponsibleUserId ?? null,
    CanTakeResponsibility:
      IsPending &&
      by.permissions.includes('InterruptionViewSubmitResponsible') &&
      (ResponsibleUserId === undefined || ResponsibleUserId === by.id),
    HasResponsibility: ResponsibleUserId === by.id,
    IsLinkedToOtherInterruption: false,
    Links: {
      Self: self,
      Responsible: `${self}/responsible`,
      Submit: `${self}/submit`,
    },
  };
}
