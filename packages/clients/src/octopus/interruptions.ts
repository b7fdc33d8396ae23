import { NanteError } from '@nante/model';
import { z } from 'zod';
import { flag, listOf, optionalText, pageOf, present, text } from './reading';
import { idIn, pageSize, type OctopusSpace } from './space';
import type { OctopusApi, OctopusInterruption } from './types';

const controlSchema = z.object({
  Type: text,
  Text: text,
  Buttons: listOf(z.object({ Text: text, Value: text })),
});

const interruptionSchema = z
  .object({
    Id: z.string(),
    TaskId: text,
    Title: text,
    Type: text,
    IsPending: flag,
    CanTakeResponsibility: flag,
    HasResponsibility: flag,
    ResponsibleUserId: optionalText,
    Form: z
      .object({
        Elements: listOf(z.object({ Name: text, Control: controlSchema })),
        Values: z.record(z.string(), z.unknown()).nullish(),
      })
      .nullish(),
  })
  .transform(found => {
    const elements = found.Form?.Elements ?? [];
    const buttons = elements.find(({ Control }) => Control.Buttons.length > 0);
    const answerName = buttons?.Name || 'Result';
    const given = found.Form?.Values?.[answerName];
    const interruption: OctopusInterruption = {
      id: found.Id,
      taskId: found.TaskId,
      title: found.Title,
      isPending: found.IsPending,
      isFailure: found.Type === 'GuidedFailure',
      canTakeResponsibility: found.CanTakeResponsibility,
      hasResponsibility: found.HasResponsibility,
      responsibleUser: found.ResponsibleUserId,
      instructions: elements
        .filter(({ Control }) => Control.Type === 'Paragraph')
        .map(({ Control }) => Control.Text)
        .join('\n')
        .trim(),
      answers: (buttons?.Control.Buttons ?? []).map(
        ({ Value, Text }) => Value || Text,
      ),
    };
    return {
      interruption: present(interruption),
      answerName,
      given: typeof given === 'string' ? given : '',
    };
  });

/** Questions that tasks wait for. The vendor's library has none of these calls. */
export function interruptionCalls(
  space: OctopusSpace,
): Pick<OctopusApi, 'interruptions' | 'answerInterruption'> {
  return {
    async interruptions(taskId, options) {
      const { items } = await space.read(
        pageOf(interruptionSchema),
        'list of interruptions',
        {
          method: 'GET',
          path: '/interruptions',
          query: { regarding: idIn(taskId, 'task'), take: pageSize },
          what: `read what the task ${taskId} waits for`,
        },
        options,
      );
      return items.map(({ interruption }) => interruption);
    },

    async answerInterruption(id, { result, notes = '' }, options) {
      const path = `/interruptions/${idIn(id, 'interruption')}`;
      const what = `answer "${result}" to the interruption ${id}`;
      const { interruption, answerName, given } = await space.read(
        interruptionSchema,
        'interruption',
        { method: 'GET', path, what },
        options,
      );
      if (!interruption.isPending) {
        if (given === result) return;
        throw new NanteError(
          'conflict',
          given
            ? `Somebody has answered "${given}" already.`
            : `"${interruption.title}" no longer waits for an answer.`,
        );
      }
      if (
        interruption.answers.length > 0 &&
        !interruption.answers.includes(result)
      )
        throw new NanteError(
          'invalid-input',
          `"${interruption.title}" does not take the answer "${result}".`,
          { hint: `Answer ${interruption.answers.join(' or ')}.` },
        );
      if (!interruption.hasResponsibility) {
        if (!interruption.canTakeResponsibility)
          throw new NanteError(
            'refused',
            interruption.responsibleUser
              ? `Somebody else (${interruption.responsibleUser}) has taken responsibility for "${interruption.title}".`
              : `The key's user may not answer "${interruption.title}".`,
            {
              hint: 'Answer it in Octopus, or make its user a member of a responsible team.',
            },
          );
        await space.send(
          { method: 'PUT', path: `${path}/responsible`, what },
          options,
        );
      }
      const { id: SpaceId } = await space.find(options);
      await space.send(
        {
          method: 'POST',
          path: `${path}/submit`,
          json: { Id: id, SpaceId, [answerName]: result, Notes: notes },
          what,
        },
        options,
      );
    },
  };
}
