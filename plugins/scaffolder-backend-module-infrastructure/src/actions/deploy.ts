import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { deployRequestSchema } from '@nante/model';
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
import { examples } from './deploy.examples';

/** `octopus:deploy`: a release goes to an environment, and the task is followed to its end. */
export function createDeployAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'octopus:deploy',
    description:
      'Deploys or promotes a release to an environment and follows the task to its end; what it logs stands in the run. A manual intervention is waited for.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        ...deploymentInputs,
        version: z => z.string().describe('Version of the release'),
        force: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Installs packages again where the release runs already; otherwise that is success at once',
            ),
      },
      output: deploymentOutputs,
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { requestId, ...input } = ctx.input;
      const { environment, version } = input;
      const app = readApp(input.app);
      const key = 'octopus.deploy';
      const component = await keptComponent(ctx, deps, key, app);
      const { isOwn, ...chosen } = chooseProject(component, input);
      const title = chosen.project ?? app;
      const made = await startRun(ctx, deps, {
        ...{ key, requestId },
        subject: `${app}.${title}.${environment}.${version}`,
        would: `Would deploy ${title} ${version} to ${environment}`,
        authorize: credentials =>
          authorizeForApp(deps, credentials, {
            ...{ component, permission: deploymentCreatePermission, isOwn },
            what: `deploy ${title} for ${app}`,
          }),
        request: asker =>
          parseRequest(deployRequestSchema, {
            ...input,
            ...{ app, ...chosen },
            // Forms leave an empty text where nothing was typed.
            octopusEnvironment: input.octopusEnvironment || undefined,
            targets: input.targets?.length ? input.targets : undefined,
            comment: input.comment || undefined,
            confirm: input.confirm || undefined,
            ...asker,
          }),
        event: { eventId: 'deployment-create', severityLevel: 'high' },
        start: async (request, options) =>
          keptDeployment(await deps.runner.deploy(request, options)),
      });
      outputDeployment(ctx as never, version, made);
    },
  });
}
