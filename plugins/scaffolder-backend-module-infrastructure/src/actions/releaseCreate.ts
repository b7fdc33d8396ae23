import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { releaseRequestSchema } from '@nante/model';
import { releaseCreatePermission } from '@nante/plugin-infrastructure-common';
import { authorizeForApp } from '../authorizeApp';
import { chooseProject, keptComponent } from '../component';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp } from '../input';
import {
  appInput,
  buildUrlInput,
  commitInput,
  octopusInput,
  projectInput,
  requestIdInput,
  runIdOutput,
} from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './releaseCreate.examples';

/** `octopus:release:create`: a release of a component's project. */
export function createReleaseAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'octopus:release:create',
    description:
      'Makes a release of a project. The same one there already is success; one with other packages is refused.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        app: appInput,
        version: z => z.string().describe('Version of the release'),
        project: projectInput,
        connection: octopusInput,
        channel: z =>
          z
            .string()
            .optional()
            .describe("Channel by name; the project's default unless given"),
        packageVersion: z =>
          z
            .string()
            .optional()
            .describe(
              'Version of every package that packages does not name; the newest of each unless given',
            ),
        packages: z =>
          z
            .record(z.string())
            .optional()
            .describe('Versions by the name of a step, or by package id'),
        notes: z =>
          z.string().optional().describe('Release notes, shown as text'),
        commit: commitInput,
        buildUrl: buildUrlInput,
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        version: z => z.string().describe('Version of the release'),
        url: z => z.string().describe('Page of the release in Octopus'),
        alreadyThere: z =>
          z.boolean().describe('It was there already, with the same packages'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { requestId, ...input } = ctx.input;
      const { version } = input;
      const app = readApp(input.app);
      const key = 'octopus.release.create';
      const component = await keptComponent(ctx, deps, key, app);
      const { isOwn, ...chosen } = chooseProject(component, input);
      const title = chosen.project ?? app;
      const made = await startRun(ctx, deps, {
        ...{ key, requestId, subject: `${app}.${title}.${version}` },
        would: `Would make the release ${version} of ${title}`,
        authorize: credentials =>
          authorizeForApp(deps, credentials, {
            ...{ component, permission: releaseCreatePermission, isOwn },
            what: `make releases of ${title} for ${app}`,
          }),
        request: asker =>
          parseRequest(releaseRequestSchema, {
            ...{ app, version, ...chosen },
            // Forms leave an empty text where nothing was typed.
            channel: input.channel || undefined,
            packageVersion: input.packageVersion || undefined,
            packages: input.packages,
            notes: input.notes || undefined,
            commit: input.commit || undefined,
            buildUrl: input.buildUrl || undefined,
            ...asker,
          }),
        event: { eventId: 'release-create', severityLevel: 'medium' },
        // Notes can be long, and the run document has them.
        meta: ({ notes: _notes, ...request }) => request,
        start: async (request, options) => {
          const { release } = await deps.runner.createRelease(request, options);
          return { url: release?.url, alreadyThere: release?.alreadyThere };
        },
      });
      ctx.output('version', version);
      ctx.output('url', made?.url ?? 'https://octopus.example.test/app');
      ctx.output('alreadyThere', made?.alreadyThere ?? false);
    },
  });
}
