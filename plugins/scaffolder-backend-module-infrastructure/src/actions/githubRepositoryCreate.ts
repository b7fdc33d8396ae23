import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { setUpRepositoryRequestSchema } from '@nante/model';
import { keptComponent } from '../component';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp, readOwner } from '../input';
import { authorizeNewRepository } from '../ownRepository';
import { appInput, githubInput, requestIdInput, runIdOutput } from '../schema';
import { parseRequest, startRun } from '../startRun';
import { workspaceFolder } from '../workspaceFolder';
import { examples } from './githubRepositoryCreate.examples';

/** `github:repository:create`: the repository of an app, with a folder of the workspace as its first commit. */
export function createGithubRepositoryAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'github:repository:create',
    description:
      'Makes the repository of an app: its files, environments, variables, one secret, webhook and protection. One that we made is taken up where it stopped, and its files are left alone; one of somebody else is refused.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        name: z =>
          z
            .string()
            .describe(
              'Name of the repository: that of the app, or one that begins with it',
            ),
        app: appInput,
        owner: z =>
          z
            .string()
            .describe(
              'Group that answers for it, an entity ref; for an app that the catalog does not have yet, one of your own',
            ),
        description: z =>
          z.string().optional().describe('What it is, on one line'),
        visibility: z =>
          z
            .enum(['private', 'internal', 'public'])
            .optional()
            .describe('Who may see it; private unless given'),
        sourcePath: z =>
          z
            .string()
            .optional()
            .describe(
              'Folder of the workspace with its files, dotfiles too; the whole workspace unless given',
            ),
        defaultBranch: z =>
          z.string().optional().describe('Its branch; main unless given'),
        commitMessage: z =>
          z
            .string()
            .optional()
            .describe('Message of its first commit; First commit unless given'),
        environments: z =>
          z
            .array(z.string())
            .optional()
            .describe('Environments of GitHub that its jobs run in'),
        variables: z =>
          z
            .record(z.string())
            .optional()
            .describe('Variables that its workflows read as vars.NAME'),
        dopplerToken: z =>
          z
            .boolean()
            .optional()
            .describe(
              'It gets the secret DOPPLER_TOKEN, sealed; yes unless given',
            ),
        protection: z =>
          z
            .object({
              requiredChecks: z
                .array(z.string())
                .optional()
                .describe('Checks that have to pass, such as ci / Build'),
              approvals: z
                .number()
                .int()
                .optional()
                .describe(
                  'Approvals that a pull request needs; 0 unless given',
                ),
            })
            .optional()
            .describe('What guards its branch; nothing unless given'),
        webhook: z =>
          z
            .boolean()
            .optional()
            .describe('It sends its events to the portal; yes unless given'),
        connection: githubInput,
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        repository: z => z.string().describe('owner/name'),
        url: z => z.string().describe('Page of the repository'),
        cloneUrl: z => z.string().describe('Address for git clone'),
        commit: z =>
          z.string().describe('Its first commit, whose push starts workflows'),
        alreadyThere: z => z.boolean().describe('It was there already'),
      },
    },
    async handler(ctx) {
      // A description is text that people write; nothing works it out later.
      assertFilledIn(ctx.input, ['description']);
      const { requestId, sourcePath = '', ...input } = ctx.input;
      const { name } = input;
      const app = readApp(input.app);
      const owner = readOwner(input.owner);
      const key = 'github.repository.create';
      const component = await keptComponent(ctx, deps, key, app, owner);
      const folder = ctx.isDryRun
        ? ctx.workspacePath
        : await workspaceFolder(ctx.workspacePath, sourcePath);
      const made = await startRun(ctx, deps, {
        ...{ key, requestId, subject: `${app}.${name}` },
        would: `Would make the repository ${name} for ${app}`,
        authorize: credentials =>
          authorizeNewRepository(deps, credentials, component, name),
        request: asker =>
          parseRequest(setUpRepositoryRequestSchema, {
            ...{ name, app, owner, folder },
            ...{
              environments: input.environments,
              protection: input.protection,
            },
            ...{ dopplerToken: input.dopplerToken, webhook: input.webhook },
            variables: input.variables,
            // Forms leave an empty text where nothing was typed.
            description: input.description || undefined,
            visibility: input.visibility || undefined,
            defaultBranch: input.defaultBranch || undefined,
            commitMessage: input.commitMessage || undefined,
            connection: input.connection || undefined,
            ...asker,
          }),
        event: { eventId: 'repository-set-up', severityLevel: 'medium' },
        start: async (request, options) => {
          const { sourceRepository } = await deps.runner.setUpRepository(
            request,
            options,
          );
          const { repository, url, cloneUrl, commit, alreadyThere } =
            sourceRepository!;
          return { repository, url, cloneUrl, commit, alreadyThere };
        },
      });
      const url = `https://github.example.test/acme/${name}`;
      ctx.output('repository', made?.repository ?? `acme/${name}`);
      ctx.output('url', made?.url ?? url);
      ctx.output('cloneUrl', made?.cloneUrl ?? `${url}.git`);
      ctx.output('commit', made?.commit ?? '0'.repeat(40));
      ctx.output('alreadyThere', made?.alreadyThere ?? false);
    },
  });
}
