import { setTimeout as pause } from 'node:timers/promises';
import { ConflictError, NotAllowedError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { repositoryCreatePermission } from '@nante/plugin-infrastructure-common';
import { authorizeForApp } from '../authorizeApp';
import { keptComponent } from '../component';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp, readOwner } from '../input';
import { placeOf } from '../repositoryPlace';
import { appInput, githubInput, newOwnerInput } from '../schema';
import { examples } from './appRegister.examples';

/** How long the catalog gets to read the file, and how often it is asked; milliseconds. */
export const usualPatience = { totalMs: 60_000, everyMs: 500 };

/**
 * `infrastructure:app:register`: the portal enters `catalog-info.yaml` of a repository that was made here into the catalog. Members may
 * register nothing by themselves.
 */
export function createAppRegisterAction(
  deps: ActionDeps,
  patience = usualPatience,
) {
  return createTemplateAction({
    id: 'infrastructure:app:register',
    description:
      'Enters an app whose repository was made here into the catalog, and waits until it is there. One that is there is success.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        app: appInput,
        owner: newOwnerInput,
        repository: z =>
          z
            .string()
            .describe('owner/name, or the name alone in our organization'),
        connection: githubInput,
      },
      output: {
        entityRef: z => z.string().describe('Entity ref of the app'),
        catalogInfoUrl: z => z.string().describe('File that it comes from'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const app = readApp(ctx.input.app);
      const entityRef = `component:default/${app}`;
      ctx.output('entityRef', entityRef);
      if (ctx.isDryRun) {
        ctx.logger.info(`Would enter ${app} into the catalog`);
        ctx.output('catalogInfoUrl', 'https://github.example.test/acme/app');
        return;
      }
      const { owner } = ctx.input;
      const component = await keptComponent(
        ctx,
        deps,
        'infrastructure.app.register',
        app,
        owner ? readOwner(owner) : undefined,
      );
      await authorizeForApp(deps, await ctx.getInitiatorCredentials(), {
        ...{ component, permission: repositoryCreatePermission, isOwn: true },
        what: `enter ${app} into the catalog`,
      });
      const { connection, repository } = await placeOf(deps, ctx.input);
      await assertOurs(deps, { app, connection, repository }, ctx);
      const { webUrl } = await deps.engine.github(connection);
      const target = `${webUrl}/${repository}/blob/main/catalog-info.yaml`;
      ctx.output('catalogInfoUrl', target);
      const credentials = await deps.auth.getOwnServiceCredentials();
      try {
        await deps.catalog.addLocation(
          { type: 'url', target },
          { credentials },
        );
        ctx.logger.info(`The catalog reads ${target}`);
      } catch (error) {
        if (!ConflictError.is(error) && !isConflict(error)) throw error;
        ctx.logger.info(`The catalog reads ${target} already`);
      }

      const until = Date.now() + patience.totalMs;
      for (;;) {
        const found = await deps.catalog.getEntityByRef(entityRef, {
          credentials,
        });
        if (found) return;
        if (Date.now() > until) break;
        await pause(patience.everyMs, undefined, { signal: ctx.signal });
      }
      ctx.logger.warn(
        `The catalog has not taken ${entityRef} yet. It tries again by itself; what it says against the file stands in its log.`,
      );
    },
  });
}

/** The portal vouches for files of repositories alone that it made for this app. */
async function assertOurs(
  { engine }: Pick<ActionDeps, 'engine'>,
  wanted: { app: string; connection: string; repository: string },
  options: { signal?: AbortSignal },
): Promise<void> {
  const ours = await engine.managedRepositories({ signal: options.signal });
  const isOurs = ours.some(
    one =>
      one.app === wanted.app &&
      one.connection === wanted.connection &&
      one.repository === wanted.repository,
  );
  if (!isOurs)
    throw new NotAllowedError(
      `${wanted.repository} was not made here for ${wanted.app}: an operator registers its catalog-info.yaml.`,
    );
}

/** Errors of the catalog's client carry the answer. */
function isConflict(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    error.statusCode === 409
  );
}
