import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { onboardRequestSchema } from '@nante/model';
import { authorizeOnboard } from '../authorization';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp, readOwner } from '../input';
import {
  requestIdInput,
  rolesInput,
  runIdOutput,
  targetInput,
} from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './onboard.examples';

/** `host:onboard`: checks a server that somebody else made, and then takes it into our care. */
export function createOnboardAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'host:onboard',
    description:
      'Checks an existing server and changes nothing; with the id of that check it takes the server into our care.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        name: z => z.string().describe('Host name, a DNS label'),
        app: z =>
          z
            .string()
            .describe(
              'Component that the server runs: an entity ref, or its name',
            ),
        owner: z =>
          z
            .string()
            .describe('Group that answers for the server, an entity ref'),
        environment: z =>
          z.string().describe('Name of a configured environment'),
        address: z => z.string().describe('IPv4 address'),
        port: z =>
          z.number().int().optional().describe('Port of sshd; 22 unless given'),
        loginUser: z =>
          z
            .string()
            .describe(
              'Who logs in now by the key of SSH_PRIVATE_KEY: root, or somebody with sudo',
            ),
        adminUser: z =>
          z
            .string()
            .optional()
            .describe('Administrator to make; nobody unless given'),
        adminSshKeys: z =>
          z
            .array(z.string())
            .optional()
            .describe(
              'Public keys of the administrator, one line of OpenSSH each',
            ),
        roles: z =>
          rolesInput(z).describe(
            'Roles to apply, in their order; none unless given',
          ),
        guest: z =>
          z
            .object({
              connection: z
                .string()
                .optional()
                .describe('Name of the connection'),
              vmId: z.number().int().optional().describe('Id of the guest'),
            })
            .optional()
            .describe('Guest of a Proxmox that the server is'),
        target: z =>
          targetInput(z)
            .nullable()
            .optional()
            .describe(
              'What makes the server a deployment target; it is none unless given',
            ),
        checkedRunId: z =>
          z
            .string()
            .optional()
            .describe(
              'Run that checked the same server; left out, this is the check',
            ),
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        checked: z =>
          z
            .boolean()
            .describe('This was the check: nothing on the server was changed'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { requestId, ...input } = ctx.input;
      const app = readApp(input.app);
      const owner = readOwner(input.owner);
      const { name, environment } = input;
      // Forms leave an empty text where nothing was typed.
      const checkedRunId = input.checkedRunId || undefined;
      const named = input.guest?.connection || input.guest?.vmId;
      await startRun(ctx, deps, {
        key: 'host.onboard',
        subject: `${owner}.${app}.${environment}.${name}.${checkedRunId ? 'keep' : 'check'}`,
        requestId,
        would: `Would ${checkedRunId ? 'onboard' : 'check'} ${name} at ${input.address} for ${app} in ${environment}`,
        authorize: credentials =>
          authorizeOnboard(
            deps,
            credentials,
            { name, app, environment, owner },
            ctx,
          ),
        request: asker =>
          parseRequest(onboardRequestSchema, {
            ...input,
            app,
            owner,
            adminUser: input.adminUser || undefined,
            guest: named ? input.guest : undefined,
            target: input.target ?? undefined,
            checkedRunId,
            ...asker,
          }),
        event: {
          eventId: 'host-onboard',
          severityLevel: checkedRunId ? 'medium' : 'low',
        },
        meta: request => ({
          requestId: request.requestId,
          name,
          app,
          environment,
          owner,
          address: request.address,
          checkedRunId,
          by: request.requestedBy,
        }),
        start: async (request, options) => {
          await deps.runner.onboard(request, options);
        },
      });
      ctx.output('checked', !checkedRunId);
    },
  });
}
