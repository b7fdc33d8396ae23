import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { destroyRequestSchema } from '@nante/model';
import { authorizeHosts } from '../authorization';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readHost } from '../input';
import { hostInput, requestIdInput, runIdOutput } from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './destroy.examples';

/** `proxmox:destroy`: removes one host that we made, with its disks; its siblings stay. */
export function createDestroyAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'proxmox:destroy',
    description:
      'Destroys a host that Nante made: stamp, id and ledger must agree that it is ours.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        host: z => hostInput(z).describe('Host to destroy'),
        confirm: z => z.string().describe('The name of the host once more'),
        requestId: requestIdInput,
      },
      output: { runId: runIdOutput },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { confirm } = ctx.input;
      const { host, subject, title } = readHost(ctx.input.host);
      if (confirm !== host.name) {
        throw new InputError(
          `Type the name of the host, ${host.name}, to confirm. Nothing was destroyed.`,
        );
      }
      await startRun(ctx, deps, {
        key: 'proxmox.destroy',
        subject,
        requestId: ctx.input.requestId,
        would: `Would destroy ${title}`,
        authorize: credentials =>
          authorizeHosts(deps, credentials, [host], 'destroy', ctx),
        request: asker =>
          parseRequest(destroyRequestSchema, { ...host, confirm, ...asker }),
        event: { eventId: 'host-destroy', severityLevel: 'high' },
        start: async (request, options) => {
          await deps.runner.destroy(request, options);
        },
      });
    },
  });
}
