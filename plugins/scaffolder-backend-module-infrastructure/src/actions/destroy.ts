import { InputError, NotFoundError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { destroyRequestSchema } from '@nante/model';
import { hostEntityRef } from '@nante/plugin-infrastructure-common';
import { audited } from '../audited';
import { authorizeDestroy } from '../authorization';
import { followRun } from '../follow';
import { assertFilledIn } from '../input';
import { requestIdOf } from '../requestId';
import { examples } from './destroy.examples';
import type { ProvisionActionDeps } from './provision';

/** `proxmox:destroy`: removes one host that we made, with its disks; its siblings stay. */
export function createDestroyAction(deps: ProvisionActionDeps) {
  return createTemplateAction({
    id: 'proxmox:destroy',
    description:
      'Destroys a host that Nante made: stamp, id and ledger must agree that it is ours.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        host: z =>
          z
            .object({
              name: z.string().describe('Host name'),
              app: z.string().describe('Name of the app'),
              environment: z.string().describe('Name of the environment'),
              entityRef: z
                .string()
                .optional()
                .describe(
                  'Entity ref, for the form alone: what is destroyed is looked up',
                ),
            })
            .describe('Host to destroy'),
        confirm: z => z.string().describe('The name of the host once more'),
        requestId: z =>
          z
            .string()
            .optional()
            .describe('Id of the request, kept over retries'),
      },
      output: {
        runId: z =>
          z.string().describe('Id of the run; its page is /runs/<id>'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { host, confirm } = ctx.input;
      if (confirm !== host.name) {
        throw new InputError(
          `Type the name of the host, ${host.name}, to confirm. Nothing was destroyed.`,
        );
      }
      if (ctx.isDryRun) {
        ctx.logger.info(
          `Would destroy ${host.name} of ${host.app} in ${host.environment}`,
        );
        ctx.output('runId', 'dry-run');
        return;
      }
      const requester = await ctx.checkpoint({
        key: `proxmox.destroy.authorize.${host.app}.${host.environment}.${host.name}`,
        fn: async () => {
          // The person may own the entity that a form names and not the host: only the record counts.
          const managed = (
            await deps.engine.managedHosts({ signal: ctx.signal })
          ).find(
            candidate =>
              candidate.name === host.name &&
              candidate.app === host.app &&
              candidate.environment === host.environment,
          );
          if (!managed) {
            throw new NotFoundError(
              `${host.name} of ${host.app} in ${host.environment} is no host of ours, or is destroyed already.`,
            );
          }
          return authorizeDestroy(
            deps,
            await ctx.getInitiatorCredentials(),
            hostEntityRef(managed.connection, managed.desired.vm_id),
            managed.desired.owner,
          );
        },
      });
      const request = destroyRequestSchema.parse({
        name: host.name,
        app: host.app,
        environment: host.environment,
        confirm,
        requestId: requestIdOf(
          ctx.input.requestId || undefined,
          requester.ref,
          ctx.task.id,
        ),
        requestedBy: requester.ref,
        operator: requester.operator,
      });
      ctx.output('runId', request.requestId);
      ctx.logger.info(
        `The run has a page of its own: /runs/${request.requestId}`,
      );

      await audited(
        deps.auditor,
        {
          eventId: 'host-destroy',
          severityLevel: 'high',
          meta: { ...request },
        },
        () =>
          ctx.checkpoint({
            key: `proxmox.destroy.${request.requestId}`,
            fn: async () => {
              await deps.runner.destroy(request, {
                link: `/create/tasks/${ctx.task.id}`,
                signal: ctx.signal,
                ...followRun(ctx.logger),
              });
            },
          }),
      );
    },
  });
}
