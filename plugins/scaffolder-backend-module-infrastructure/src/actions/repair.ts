import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { repairRequestSchema } from '@nante/model';
import { authorizeRepair } from '../authorization';
import type { ActionDeps } from '../deps';
import { assertFilledIn } from '../input';
import { requestIdInput, runIdOutput } from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './repair.examples';

/** `run:repair`: finishes, undoes, adopts or forgets what a run left. */
export function createRepairAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'run:repair',
    description:
      'Finishes a run that did not succeed, undoes it, adopts what it made, or forgets it.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        runId: z => z.string().describe('Run to repair'),
        remedy: z =>
          z
            .enum(['finish', 'undo', 'adopt', 'forget'])
            .describe('What to do; the page of the run says what each does'),
        requestId: requestIdInput,
      },
      output: { runId: runIdOutput },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { runId, remedy } = ctx.input;
      const done = await startRun(ctx, deps, {
        key: 'run.repair',
        subject: `${runId}.${remedy}`,
        requestId: ctx.input.requestId,
        would: `Would ${remedy} the run ${runId}`,
        authorize: credentials =>
          authorizeRepair(deps, credentials, { runId, remedy }, ctx),
        request: asker =>
          parseRequest(repairRequestSchema, { runId, remedy, ...asker }),
        event: {
          eventId: 'run-repair',
          severityLevel: ['undo', 'forget'].includes(remedy)
            ? 'high'
            : 'medium',
        },
        start: async (request, options) => ({
          runId: (await deps.runner.repair(request, options)).id,
        }),
      });
      // To finish a run is to take it up: then its page is the one to look at.
      if (done) ctx.output('runId', done.runId);
    },
  });
}
