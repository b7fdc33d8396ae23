import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { createProjectRequestSchema } from '@nante/model';
import { releaseCreatePermission } from '@nante/plugin-infrastructure-common';
import { authorizeForApp } from '../authorizeApp';
import { chooseProject, keptComponent } from '../component';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp, readOwner } from '../input';
import {
  appInput,
  newOwnerInput,
  octopusInput,
  projectInput,
  requestIdInput,
  runIdOutput,
} from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './projectCreate.examples';

/** `octopus:project:create`: a project with a process that deploys one package. One that is there is left alone. */
export function createProjectAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'octopus:project:create',
    description:
      'Makes a project of Octopus whose process deploys one package and looks whether it answers. One that is there is success.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        app: appInput,
        owner: newOwnerInput,
        project: projectInput,
        connection: octopusInput,
        group: z =>
          z
            .string()
            .optional()
            .describe(
              'Project group by name, made where it is missing; Default Project Group unless given',
            ),
        lifecycle: z =>
          z
            .string()
            .optional()
            .describe("Lifecycle by name; the space's first unless given"),
        description: z =>
          z.string().optional().describe('What the project is for'),
        process: z =>
          z
            .object({
              kind: z
                .enum(['package', 'helm'])
                .describe(
                  'package: files onto targets; helm: a chart into a cluster',
                ),
              feed: z.string().describe('Feed of Octopus by name'),
              packageId: z
                .string()
                .describe('Package, such as com.example:shop of a Maven feed'),
              roles: z
                .array(z.string())
                .optional()
                .describe('Target tags; the name of the app unless given'),
              healthCheck: z
                .object({
                  port: z.number().int().describe('Port on the target'),
                  path: z.string().optional().describe('Path; / unless given'),
                  timeoutSeconds: z
                    .number()
                    .int()
                    .optional()
                    .describe(
                      'Seconds until it has to answer; 30 unless given',
                    ),
                })
                .optional()
                .describe(
                  'Address that has to answer 2xx after the package is there',
                ),
              approvals: z
                .array(z.string())
                .optional()
                .describe(
                  'Environments of Octopus in which a person agrees first',
                ),
            })
            .optional()
            .describe('How it is deployed; an empty process unless given'),
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        slug: z => z.string().describe('Slug of the project'),
        url: z => z.string().describe('Page of the project in Octopus'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input, ['description']);
      const { requestId, ...input } = ctx.input;
      const app = readApp(input.app);
      const key = 'octopus.project.create';
      const newOwner = input.owner ? readOwner(input.owner) : undefined;
      const component = await keptComponent(ctx, deps, key, app, newOwner);
      const { isOwn, ...chosen } = chooseProject(component, input);
      const title = chosen.project ?? app;
      const made = await startRun(ctx, deps, {
        ...{ key, requestId, subject: `${app}.${title}` },
        would: `Would make the project ${title} for ${app}`,
        authorize: credentials =>
          authorizeForApp(deps, credentials, {
            ...{ component, permission: releaseCreatePermission, isOwn },
            what: `make the project ${title} for ${app}`,
          }),
        request: asker =>
          parseRequest(createProjectRequestSchema, {
            app,
            ...chosen,
            // Forms leave an empty text where nothing was typed.
            group: input.group || undefined,
            lifecycle: input.lifecycle || undefined,
            description: input.description || undefined,
            process: input.process,
            ...asker,
          }),
        event: { eventId: 'project-create', severityLevel: 'medium' },
        start: async (request, options) => {
          const { project } = await deps.runner.createProject(request, options);
          return { slug: project?.slug, url: project?.url };
        },
      });
      ctx.output('slug', made?.slug ?? app);
      ctx.output('url', made?.url ?? 'https://octopus.example.test/app');
    },
  });
}
