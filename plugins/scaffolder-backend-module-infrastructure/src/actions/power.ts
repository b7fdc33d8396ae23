import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { powerRequestSchema } from '@nante/model';
import { authorizeHosts } from '../authorization';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readHost } from '../input';
import { hostInput, requestIdInput, runIdOutput } from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './power.examples';

/** `proxmox:power`: starts, shuts down, reboots or cuts off a host of ours. */
export function createPowerAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'proxmox:power',
    description:
      'Starts, shuts down or reboots a host, or cuts its power; succeeds at once when it is so already.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        host: z => hostInput(z).describe('Host to switch'),
        action: z =>
          z
            .enum(['start', 'shutdown', 'reboot', 'stop'])
            .describe(
              'shutdown and reboot ask the guest, stop cuts its power off',
            ),
        requestId: requestIdInput,
      },
      output: { runId: runIdOutput },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { action } = ctx.input;
      const { host, subject, title } = readHost(ctx.input.host);
      await startRun(ctx, deps, {
        key: 'proxmox.power',
        subject: `${subject}.${action}`,
        requestId: ctx.input.requestId,
        would: `Would ${action} ${title}`,
        authorize: credentials =>
          authorizeHosts(deps, credentials, [host], 'change', ctx),
        request: asker =>
          parseRequest(powerRequestSchema, { ...host, action, ...asker }),
        event: { eventId: 'host-power', severityLevel: 'medium' },
        start: async (request, options) => {
          await deps.runner.power(request, options);
        },
      });
    },
  });
}
