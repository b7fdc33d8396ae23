import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { resizeRequestSchema } from '@nante/model';
import { authorizeHosts } from '../authorization';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readHost } from '../input';
import { hostInput, requestIdInput, runIdOutput } from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './resize.examples';

/** `proxmox:resize`: gives a host another size through its code. */
export function createResizeAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'proxmox:resize',
    description:
      'Gives a host another size by Terraform; refused where it would restart the host and nobody agreed, or rebuild it.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        host: z => hostInput(z).describe('Host to resize'),
        resize: z =>
          z
            .object({
              size: z.string().describe('Name of a configured size, or custom'),
              cores: z
                .number()
                .int()
                .optional()
                .describe('Virtual CPUs, with size custom; left out they stay'),
              memoryMb: z
                .number()
                .int()
                .optional()
                .describe('Memory in MiB, with size custom'),
              diskGb: z
                .number()
                .int()
                .optional()
                .describe(
                  'System disk in GiB, with size custom; it only grows',
                ),
              allowReboot: z
                .boolean()
                .optional()
                .describe('The host may restart for it; not unless given'),
            })
            .describe('New size'),
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        impact: z =>
          z
            .enum(['none', 'hot-plug', 'reboot', 'rebuild'])
            .optional()
            .describe('What the change meant for the host'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { host, subject, title } = readHost(ctx.input.host);
      const { resize } = ctx.input;
      const done = await startRun(ctx, deps, {
        key: 'proxmox.resize',
        subject,
        requestId: ctx.input.requestId,
        would: `Would give ${title} the size ${resize.size}`,
        authorize: credentials =>
          authorizeHosts(deps, credentials, [host], 'change', ctx),
        // The host last: nothing in the size may take the place of what is authorized.
        request: asker =>
          parseRequest(resizeRequestSchema, { ...resize, ...host, ...asker }),
        event: { eventId: 'host-resize', severityLevel: 'medium' },
        start: async (request, options) => {
          const { impact } = await deps.runner.resize(request, options);
          return { impact: impact ?? null };
        },
      });
      if (done?.impact) ctx.output('impact', done.impact);
    },
  });
}
