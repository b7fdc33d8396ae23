import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { snapshotRequestSchema } from '@nante/model';
import { authorizeHosts } from '../authorization';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readHost } from '../input';
import { hostInput, requestIdInput, runIdOutput } from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './snapshot.examples';

/** `proxmox:snapshot`: makes a snapshot of a host, returns to one, or removes one. */
export function createSnapshotAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'proxmox:snapshot',
    description:
      'Makes a snapshot of a host, returns to one, or removes one; the last two want the name of the snapshot once more.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        host: z => hostInput(z).describe('Host that the snapshot is of'),
        snapshot: z =>
          z
            .object({
              action: z
                .enum(['create', 'rollback', 'delete'])
                .describe('What to do'),
              snapshot: z.string().describe('Name of the snapshot'),
              description: z
                .string()
                .optional()
                .describe('What it is for, with create'),
              confirm: z
                .string()
                .optional()
                .describe('The name once more, with rollback and delete'),
            })
            .describe('What to do with which snapshot'),
        requestId: requestIdInput,
      },
      output: { runId: runIdOutput },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { host, subject, title } = readHost(ctx.input.host);
      const { snapshot } = ctx.input;
      if (
        snapshot.action !== 'create' &&
        snapshot.confirm !== snapshot.snapshot
      ) {
        throw new InputError(
          `Type the name of the snapshot, ${snapshot.snapshot}, to confirm. Nothing was changed.`,
        );
      }
      await startRun(ctx, deps, {
        key: 'proxmox.snapshot',
        subject: `${subject}.${snapshot.action}.${snapshot.snapshot}`,
        requestId: ctx.input.requestId,
        would: `Would ${snapshot.action} the snapshot ${snapshot.snapshot} of ${title}`,
        authorize: credentials =>
          authorizeHosts(deps, credentials, [host], 'change', ctx),
        request: asker =>
          parseRequest(snapshotRequestSchema, {
            ...snapshot,
            // Forms leave an empty text where nothing was typed.
            description: snapshot.description || undefined,
            ...host,
            ...asker,
          }),
        event: { eventId: 'host-snapshot', severityLevel: 'medium' },
        start: async (request, options) => {
          await deps.runner.snapshot(request, options);
        },
      });
    },
  });
}
