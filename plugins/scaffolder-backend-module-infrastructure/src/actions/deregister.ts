import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { deregisterRequestSchema } from '@nante/model';
import { authorizeHosts } from '../authorization';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readHost } from '../input';
import {
  hostInput,
  octopusInput,
  requestIdInput,
  runIdOutput,
} from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './deregister.examples';

/** `octopus:deregister`: a host is no deployment target any more, and stays. */
export function createDeregisterAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'octopus:deregister',
    description:
      'Removes the deployment target of a host from Octopus: id, name and thumbprint must agree that it is ours. The host stays.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        host: z => hostInput(z).describe('Host that is to be no target'),
        confirm: z => z.string().describe('The name of the host once more'),
        connection: octopusInput,
        requestId: requestIdInput,
      },
      output: { runId: runIdOutput },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { confirm, connection } = ctx.input;
      const { host, subject, title } = readHost(ctx.input.host);
      if (confirm !== host.name) {
        throw new InputError(
          `Type the name of the host, ${host.name}, to confirm. Nothing was removed.`,
        );
      }
      await startRun(ctx, deps, {
        key: 'octopus.deregister',
        subject,
        requestId: ctx.input.requestId,
        would: `Would remove the deployment target of ${title}`,
        authorize: credentials =>
          authorizeHosts(deps, credentials, [host], 'change', ctx),
        request: asker =>
          parseRequest(deregisterRequestSchema, {
            ...host,
            confirm,
            connection: connection || undefined,
            ...asker,
          }),
        event: { eventId: 'target-deregister', severityLevel: 'medium' },
        start: async (request, options) => {
          await deps.runner.deregister(request, options);
        },
      });
    },
  });
}
