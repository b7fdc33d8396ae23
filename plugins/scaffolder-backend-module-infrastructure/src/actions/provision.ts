import type {
  AuditorService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  type HostResult,
  type ProvisionRequest,
  provisionRequestSchema,
} from '@nante/model';
import type { Engine, Runner } from '@nante/plugin-infrastructure-node';
import { audited } from '../audited';
import { authorizeProvision } from '../authorization';
import { followRun } from '../follow';
import { assertFilledIn, readApp, readOwner } from '../input';
import { requestIdOf } from '../requestId';
import { examples } from './provision.examples';

/** What the action stands on. */
export interface ProvisionActionDeps {
  auditor: AuditorService;
  engine: Engine;
  permissions: PermissionsService;
  runner: Runner;
  userInfo: UserInfoService;
}

/** Reads a request out of the action's input; every problem at once. */
function parseRequest(candidate: Record<string, unknown>): ProvisionRequest {
  const parsed = provisionRequestSchema.safeParse(candidate);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    issue => `${issue.path.join('.') || 'input'}: ${issue.message}`,
  );
  throw new InputError(`This request can't be made. ${problems.join('; ')}`);
}

/** `proxmox:provision`: makes a VM or container and answers when one can log in to it. */
export function createProvisionAction(deps: ProvisionActionDeps) {
  return createTemplateAction({
    id: 'proxmox:provision',
    description:
      'Makes a virtual machine or container on Proxmox by Terraform and waits until it has an address.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        kind: z =>
          z.enum(['vm', 'lxc']).describe('Virtual machine or LXC container'),
        name: z => z.string().describe('Host name, a DNS label'),
        app: z =>
          z
            .string()
            .describe(
              'Component that the host runs: an entity ref, or its name',
            ),
        owner: z =>
          z.string().describe('Group that answers for the host, an entity ref'),
        placement: z =>
          z
            .object({
              environment: z
                .string()
                .describe('Name of a configured environment'),
              size: z.string().describe('Name of a configured size, or custom'),
              cores: z
                .number()
                .int()
                .optional()
                .describe('Virtual CPUs, with size custom'),
              memoryMb: z
                .number()
                .int()
                .optional()
                .describe('Memory in MiB, with size custom'),
              diskGb: z
                .number()
                .int()
                .optional()
                .describe('System disk in GiB, with size custom'),
              node: z
                .string()
                .optional()
                .describe(
                  'Proxmox node; the one with the most free memory unless given',
                ),
              storage: z
                .string()
                .optional()
                .describe(
                  'Proxmox storage; the one with the most free space unless given',
                ),
              image: z
                .string()
                .optional()
                .describe('Template; the newest unless given'),
            })
            .describe('Where the host is made, and how big'),
        sshKeys: z =>
          z
            .array(z.string())
            .describe('Public keys that may log in, one line of OpenSSH each'),
        purpose: z =>
          z
            .string()
            .optional()
            .describe('One sentence about what the host is for'),
        requestId: z =>
          z
            .string()
            .optional()
            .describe(
              'Id of the request: the same id never makes a second machine',
            ),
      },
      output: {
        runId: z =>
          z.string().describe('Id of the run; its page is /runs/<id>'),
        entityRef: z => z.string().describe('Entity ref of the host'),
        address: z => z.string().optional().describe('IPv4 address'),
        ssh: z => z.string().optional().describe('Command that logs in'),
        vmId: z => z.number().describe('Id of the guest in Proxmox'),
        node: z => z.string().describe('Proxmox node that the host is on'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { kind, name, placement, sshKeys } = ctx.input;
      const app = readApp(ctx.input.app);
      const owner = readOwner(ctx.input.owner);
      // Templating leaves an empty text where a question was not answered.
      const purpose = ctx.input.purpose || undefined;
      // Placement first: nothing in it may take the place of what is authorized.
      const fields = { ...placement, kind, name, app, owner, sshKeys, purpose };

      if (ctx.isDryRun) {
        parseRequest({
          ...fields,
          requestId: 'dry-run-request',
          requestedBy: 'user:default/dry-run',
        });
        ctx.logger.info(
          `Would make the ${kind} ${name} for ${app} in ${placement.environment}`,
        );
        ctx.output('runId', 'dry-run');
        ctx.output('entityRef', `resource:default/example-${name}`);
        ctx.output('address', '192.0.2.10');
        ctx.output('ssh', 'ssh ops@192.0.2.10');
        ctx.output('vmId', 0);
        ctx.output('node', placement.node ?? 'example');
        return;
      }

      // Decided once: a task that is taken up hours later goes on with what was allowed when it was started.
      const requester = await ctx.checkpoint({
        key: `proxmox.provision.authorize.${owner}.${app}.${placement.environment}.${name}`,
        fn: async () =>
          authorizeProvision(deps, await ctx.getInitiatorCredentials(), owner),
      });
      const request = parseRequest({
        ...fields,
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

      const result: HostResult = await audited(
        deps.auditor,
        {
          eventId: 'host-provision',
          severityLevel: 'medium',
          meta: {
            requestId: request.requestId,
            name,
            app,
            environment: request.environment,
            owner,
            by: requester.ref,
          },
        },
        () =>
          ctx.checkpoint({
            key: `proxmox.provision.${request.requestId}`,
            fn: async () =>
              (
                await deps.runner.provision(request, {
                  link: `/create/tasks/${ctx.task.id}`,
                  signal: ctx.signal,
                  ...followRun(ctx.logger),
                })
              ).result,
          }),
      );
      ctx.output('entityRef', result.entityRef);
      if (result.address) ctx.output('address', result.address);
      if (result.ssh) ctx.output('ssh', result.ssh);
      ctx.output('vmId', result.vmId);
      ctx.output('node', result.node);
    },
  });
}
