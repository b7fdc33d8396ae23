import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  audited,
  readRepositoryName,
  toBackstageError,
} from '@nante/plugin-infrastructure-node';
import { keptComponent } from '../component';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp, readOwner } from '../input';
import { authorizeWorkflow } from '../ownRepository';
import { placeOf } from '../repositoryPlace';
import { appInput, githubInput, newOwnerInput } from '../schema';
import { readWish } from '../workflowRun/readWish';
import { runToItsEnd } from '../workflowRun/runToItsEnd';
import type { usualPatience } from '../workflowRun/chooseRun';
import { examples } from './githubRunFollow.examples';

/** `github:run:follow`: starts a workflow, or takes the run of a push, and follows it to its end. */
export function createGithubRunAction(
  deps: ActionDeps,
  timing: { patience?: typeof usualPatience } = {},
) {
  return createTemplateAction({
    id: 'github:run:follow',
    description:
      'Starts a workflow, or takes the run that the push of a commit started, and follows it to its end. A failed run fails the step, with the job, its step and its first error lines; cancelling the task cancels the run.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        repository: z =>
          z
            .string()
            .describe('owner/name, or the name alone in our organization'),
        app: appInput,
        owner: newOwnerInput,
        workflow: z =>
          z.string().describe('File of the workflow, such as ci.yml'),
        commit: z =>
          z
            .string()
            .optional()
            .describe(
              'Commit whose push started the run; without it the workflow is started',
            ),
        ref: z =>
          z
            .string()
            .optional()
            .describe(
              "Branch or tag that it is started on; the repository's default branch unless given",
            ),
        inputs: z =>
          z
            .record(z.union([z.string(), z.number(), z.boolean()]))
            .optional()
            .describe('Inputs of the workflow, at most 25; no secrets'),
        timeoutMinutes: z =>
          z
            .number()
            .int()
            .optional()
            .describe(
              'Minutes until the end is no longer waited for; 60 unless given. The run itself goes on',
            ),
        connection: githubInput,
      },
      output: {
        workflowRunId: z => z.number().describe('Id of the run in GitHub'),
        url: z => z.string().describe('Its page'),
        conclusion: z => z.string().describe('success'),
        results: z =>
          z
            .array(
              z.object({ id: z.string(), kind: z.string(), state: z.string() }),
            )
            .describe('Runs of ours that it made; their pages are /runs/<id>'),
        outputs: z =>
          z
            .record(z.string())
            .describe(
              'What these carry: version, artifact, digest, release, host, address, url and others',
            ),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const wish = readWish(ctx.input);
      const app = readApp(ctx.input.app);
      const key = 'github.run.follow';
      const newOwner = ctx.input.owner ? readOwner(ctx.input.owner) : undefined;
      if (ctx.isDryRun) {
        ctx.logger.info(wish.would);
        ctx.output('workflowRunId', 0);
        ctx.output(
          'url',
          'https://github.example.test/acme/app/actions/runs/0',
        );
        ctx.output('conclusion', 'success');
        ctx.output('results', []);
        ctx.output('outputs', {});
        return;
      }
      const component = await keptComponent(ctx, deps, key, app, newOwner);
      const place = await placeOf(deps, ctx.input);
      const repository = nameOf(place.repository);
      const subject = `${place.connection}.${place.repository}.${wish.workflow}.${wish.commit ?? wish.ref ?? ''}`;
      // Decided once: a task that is taken up hours later goes on with what was allowed when it was started.
      await ctx.checkpoint({
        key: `${key}.authorize.${subject}`,
        fn: async () =>
          authorizeWorkflow(
            deps,
            await ctx.getInitiatorCredentials(),
            { component, ...place },
            { signal: ctx.signal },
          ),
      });
      const ended = await audited(
        deps.auditor,
        {
          eventId: 'workflow-run',
          severityLevel: 'medium',
          meta: { app, ...place, workflow: wish.workflow, commit: wish.commit },
        },
        () =>
          runToItsEnd(ctx, deps, {
            ...{ key: `${key}.run.${subject}`, wish, ...timing },
            connection: place.connection,
            repository,
          }),
      );
      ctx.output('workflowRunId', ended.runId);
      ctx.output('url', ended.url);
      ctx.output('conclusion', 'success');
      ctx.output('results', ended.results);
      ctx.output('outputs', ended.outputs);
    },
  });
}

function nameOf(repository: string) {
  try {
    return readRepositoryName(repository);
  } catch (error) {
    throw toBackstageError(error);
  }
}
