import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { rollbackRequestSchema } from '@nante/model';
import { deploymentCreatePermission } from '@nante/plugin-infrastructure-common';
import { authorizeForApp } from '../authorizeApp';
import { chooseProject, keptComponent } from '../component';
import {
  deploymentInputs,
  deploymentOutputs,
  keptDeployment,
  outputDeployment,
} from '../deployment';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp } from '../input';
import { parseRequest, startRun } from '../startRun';
import { examples } from './rollback.examples';

/** `octopus:rollback`: back to the last good release that differs from what is there. */
export function createRollbackAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'octopus:rollback',
    description:
      'Deploys the last good release that differs from what is there, or one that was there before, and says what that changes.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        ...deploymentInputs,
        version: z =>
          z
            .string()
            .optional()
            .describe(
              'Release that was deployed there with success; the last good one that differs unless given',
            ),
      },
      output: deploymentOutputs,
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { requestId, ...input } = ctx.input;
      const { environment } = input;
      // Forms leave an empty text where nothing was typed.
      const version = input.version || undefined;
      const app = readApp(input.app);
      const key = 'octopus.rollback';
      const component = await keptComponent(ctx, deps, key, app);
      const { isOwn, ...chosen } = chooseProject(component, input);
      const title = chosen.project ?? app;
      const made = await startRun(ctx, deps, {
        ...{ key, requestId },
        subject: `${app}.${title}.${environment}.${version ?? 'last-good'}`,
        would: `Would roll ${title} back to ${version ?? 'the last good release'} in ${environment}`,
        authorize: credentials =>
          authorizeForApp(deps, credentials, {
            ...{ component, permission: deploymentCreatePermission, isOwn },
            what: `roll ${title} back for ${app}`,
          }),
        request: asker =>
          parseRequest(rollbackRequestSchema, {
            ...input,
            ...{ app, ...chosen, version },
            octopusEnvironment: input.octopusEnvironment || undefined,
            targets: input.targets?.length ? input.targets : undefined,
            comment: input.comment || undefined,
            confirm: input.confirm || undefined,
            ...asker,
          }),
        event: { eventId: 'deployment-rollback', severityLevel: 'high' },
        start: async (request, options) =>
          keptDeployment(await deps.runner.rollback(request, options)),
      });
      outputDeployment(ctx as never, version ?? '0.0.0', made);
    },
  });
}
