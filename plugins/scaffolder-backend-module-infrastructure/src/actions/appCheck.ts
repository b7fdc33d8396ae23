import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { dnsLabelHint, dnsLabelPattern } from '@nante/model';
import { keptComponent } from '../component';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp, readOwner } from '../input';
import { authorizeMaking, checkSite } from '../newApp/checkApp';
import { asMarkdown, oneLine } from '../newApp/freeText';
import { exampleSite, outputSite, siteOutputs } from '../newApp/outputs';
import { appInput } from '../schema';
import { examples } from './appCheck.examples';

/** Longest name of an app: its first host is called `<app>-1`. */
const LONGEST_APP = 38;

/**
 * `infrastructure:app:check`: the first step of the templates for apps. It says all that stands in the way before anything is
 * made, and answers what the other steps have to know of the site.
 */
export function createAppCheckAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'infrastructure:app:check',
    description:
      'Looks whether an app can be made: name, owner, environment, repositories, feed, release of the workflows. Changes nothing.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        app: appInput,
        owner: z =>
          z
            .string()
            .optional()
            .describe(
              'Group that answers for it, an entity ref; needed for an app that the catalog does not have',
            ),
        environment: z =>
          z.string().describe('Name of the environment that it is deployed to'),
        description: z =>
          z.string().optional().describe('What it is for; free text'),
        publishes: z =>
          z
            .array(z.enum(['maven2', 'docker', 'helm']))
            .optional()
            .describe('What its pipeline publishes; nothing unless given'),
        byOctopus: z =>
          z
            .boolean()
            .optional()
            .describe('Octopus deploys it; no unless given'),
        onCluster: z =>
          z
            .boolean()
            .optional()
            .describe(
              'It runs in the cluster of its environment; no unless given',
            ),
        makesHost: z =>
          z
            .boolean()
            .optional()
            .describe('A host is made for it; no unless given'),
        size: z =>
          z
            .string()
            .optional()
            .describe('Size of that host, as the form names it'),
        isExisting: z =>
          z
            .boolean()
            .optional()
            .describe('Its repository is there already; no unless given'),
        connection: z =>
          z
            .string()
            .optional()
            .describe('Connection of GitHub; the only one unless given'),
      },
      output: {
        name: z => z.string().describe('Name of the app'),
        owner: z => z.string().describe('Entity ref of the owner'),
        team: z => z.string().describe('Name of the owner'),
        description: z =>
          z.string().describe('The description on one line, as it was written'),
        descriptionMarkdown: z =>
          z.string().describe('The same for Markdown, which shows it as text'),
        ...siteOutputs,
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input, ['description']);
      const { input, signal } = ctx;
      const app = readApp(input.app);
      assertName(app);
      const asked = input.owner ? readOwner(input.owner) : undefined;
      const wish = {
        ...{ app, environment: input.environment },
        publishes: input.publishes ?? [],
        byOctopus: input.byOctopus ?? false,
        onCluster: input.onCluster ?? false,
        isExisting: input.isExisting ?? false,
        size: input.size || undefined,
        // Forms leave an empty text where nothing was typed.
        connection: input.connection || undefined,
      };
      const key = 'infrastructure.app.check';
      const component = await keptComponent(ctx, deps, key, app, asked);
      const { owner, site } = ctx.isDryRun
        ? { owner: asked ?? 'group:default/example', site: exampleSite }
        : await ctx.checkpoint({
            key: `${key}.${app}`,
            fn: async () => {
              const owned = await authorizeMaking(
                deps,
                await ctx.getInitiatorCredentials(),
                component,
                { owner: asked, makesHost: input.makesHost ?? false },
              );
              const found = { ...wish, owner: owned };
              return {
                owner: owned,
                site: await checkSite(deps, found, { signal }),
              };
            },
          });
      ctx.logger.info(
        `${app} can be made for ${owner}, with the workflows ${site.github.workflows.repository} ${site.github.workflows.version}.`,
      );
      ctx.output('name', app);
      ctx.output('owner', owner);
      ctx.output('team', owner.slice(owner.lastIndexOf('/') + 1));
      ctx.output('description', oneLine(input.description ?? ''));
      ctx.output('descriptionMarkdown', asMarkdown(input.description ?? ''));
      outputSite(ctx, site);
    },
  });
}

function assertName(app: string): void {
  if (dnsLabelPattern.test(app) && app.length <= LONGEST_APP) return;
  throw new InputError(
    `app: ${app} is no name for an app: ${dnsLabelHint.replace('40', String(LONGEST_APP))}. Nothing was changed.`,
  );
}
