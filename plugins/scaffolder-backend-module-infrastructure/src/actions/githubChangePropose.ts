import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { proposeChangeRequestSchema } from '@nante/model';
import { keptComponent } from '../component';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp } from '../input';
import { authorizeChange } from '../ownRepository';
import { placeOf } from '../repositoryPlace';
import { appInput, githubInput, requestIdInput, runIdOutput } from '../schema';
import { parseRequest, startRun } from '../startRun';
import { workspaceTexts } from '../workspaceTexts';
import { examples } from './githubChangePropose.examples';

/** `github:change:propose`: a pull request that asks a repository to take a folder of the workspace. */
export function createGithubChangeAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'github:change:propose',
    description:
      'Asks a repository by a pull request to take the files of a folder. What is there already, or asked for already, is success; a file that is there and differs is refused unless it may be changed.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        repository: z =>
          z
            .string()
            .describe('owner/name, or the name alone in our organization'),
        app: appInput,
        branch: z => z.string().describe('Branch that the files come from'),
        base: z =>
          z
            .string()
            .optional()
            .describe(
              "Branch that is to take them; the repository's own unless given",
            ),
        title: z => z.string().describe('Title of the pull request'),
        body: z =>
          z.string().optional().describe('What it is about, in Markdown'),
        sourcePath: z =>
          z
            .string()
            .optional()
            .describe(
              'Folder of the workspace with the files; the whole workspace unless given',
            ),
        overwrite: z =>
          z
            .boolean()
            .optional()
            .describe('Files that are there may be changed; no unless given'),
        connection: githubInput,
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        pullRequestUrl: z =>
          z
            .string()
            .describe(
              'Page of the pull request; that of the repository where it has all of it',
            ),
        number: z =>
          z
            .number()
            .optional()
            .describe('Its number; none where the repository has all of it'),
        alreadyThere: z =>
          z.boolean().describe('It was there, or asked for, already'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { requestId, sourcePath = '', ...input } = ctx.input;
      const { branch, title } = input;
      const app = readApp(input.app);
      const key = 'github.change.propose';
      const component = await keptComponent(ctx, deps, key, app);
      const { files, executables } = ctx.isDryRun
        ? { files: { 'README.md': '' }, executables: [] }
        : await workspaceTexts(ctx.workspacePath, sourcePath);
      const made = await startRun(ctx, deps, {
        ...{ key, requestId, subject: `${app}.${input.repository}.${branch}` },
        would: `Would ask ${input.repository} to take ${branch}: ${title}`,
        authorize: async credentials =>
          authorizeChange(
            deps,
            credentials,
            { component, ...(await placeOf(deps, input)) },
            { signal: ctx.signal },
          ),
        request: asker =>
          parseRequest(proposeChangeRequestSchema, {
            ...{ app, branch, title, files },
            ...(executables.length > 0 && { executables }),
            repository: input.repository,
            overwrite: input.overwrite,
            // Forms leave an empty text where nothing was typed.
            base: input.base || undefined,
            body: input.body || undefined,
            connection: input.connection || undefined,
            ...asker,
          }),
        event: { eventId: 'change-propose', severityLevel: 'medium' },
        // What stands in the files is in the pull request.
        meta: ({ files: named, ...rest }) => ({
          ...rest,
          files: Object.keys(named),
        }),
        start: async (request, options) => {
          const { pullRequest } = await deps.runner.proposeChange(
            request,
            options,
          );
          const { number, url, alreadyThere } = pullRequest!;
          return { url, alreadyThere, ...(number !== undefined && { number }) };
        },
      });
      ctx.output(
        'pullRequestUrl',
        made?.url ?? `https://github.example.test/acme/${app}/pull/1`,
      );
      if (made?.number !== undefined) ctx.output('number', made.number);
      ctx.output('alreadyThere', made?.alreadyThere ?? false);
    },
  });
}
