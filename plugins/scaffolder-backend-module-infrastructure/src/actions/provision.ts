import {
  type ActionContext,
  createTemplateAction,
} from '@backstage/plugin-scaffolder-node';
import { provisionInputSchema } from '@nante/model';
import type { HostName } from '@nante/plugin-infrastructure-node';
import { authorizeForOwner, ownerOfHost } from '../authorization';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp, readOwner } from '../input';
import {
  requestIdInput,
  rolesInput,
  runIdOutput,
  targetInput,
} from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './provision.examples';

/**
 * `proxmox:provision`: makes a VM or container and answers when one can log in to it. A host that exists keeps what an input
 * leaves out; one that differs from an input is refused with the difference.
 */
export function createProvisionAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'proxmox:provision',
    description:
      'Makes a virtual machine or container on Proxmox by Terraform, waits until one can log in, and configures it.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        kind: z =>
          z
            .enum(['vm', 'lxc'])
            .optional()
            .describe(
              'Virtual machine or LXC container; a new host is a vm unless given',
            ),
        name: z => z.string().describe('Host name, a DNS label'),
        app: z =>
          z
            .string()
            .describe(
              'Component that the host runs: an entity ref, or its name',
            ),
        owner: z =>
          z
            .string()
            .optional()
            .describe(
              'Group that answers for the host, an entity ref; a new host needs one',
            ),
        placement: z =>
          z
            .object({
              environment: z
                .string()
                .describe('Name of a configured environment'),
              size: z
                .string()
                .optional()
                .describe(
                  'Name of a configured size, or custom; a new host needs one',
                ),
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
            .describe(
              'Where the host is made, and how big; what is left out stays as it is',
            ),
        sshKeys: z =>
          z
            .array(z.string())
            .optional()
            .describe(
              'Public keys that may log in, one line of OpenSSH each; a new host gets ANS_SSH_PUBLIC_KEY unless given',
            ),
        purpose: z =>
          z
            .string()
            .optional()
            .describe('One sentence about what the host is for'),
        roles: z =>
          rolesInput(z).describe(
            'Ansible roles for the host, in their order; none unless given',
          ),
        initScript: z =>
          z
            .string()
            .optional()
            .describe(
              'Shell script that a new container runs once as root, before the roles; no secrets: tasks are kept',
            ),
        target: z =>
          targetInput(z)
            .nullable()
            .optional()
            .describe(
              'What makes the host a deployment target; null: it is none any more; as it is unless given',
            ),
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        entityRef: z => z.string().describe('Entity ref of the host'),
        address: z => z.string().optional().describe('IPv4 address'),
        ssh: z => z.string().optional().describe('Command that logs in'),
        vmId: z => z.number().describe('Id of the guest in Proxmox'),
        node: z => z.string().describe('Proxmox node that the host is on'),
        targetUrl: z =>
          z
            .string()
            .optional()
            .describe('Page of its deployment target in Octopus'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { kind, name, placement, sshKeys } = ctx.input;
      const app = readApp(ctx.input.app);
      const host = { name, app, environment: placement.environment };
      // Templating leaves an empty text where a question was not answered.
      const size = placement.size || undefined;
      const owner = ctx.input.owner
        ? readOwner(ctx.input.owner)
        : await keptOwner(ctx, deps, host, size ? [] : ['a size']);
      const purpose = ctx.input.purpose || undefined;
      const initScript = ctx.input.initScript || undefined;
      const { roles, target } = ctx.input;

      const made = await startRun(ctx, deps, {
        key: 'proxmox.provision',
        subject: `${owner}.${app}.${placement.environment}.${name}`,
        requestId: ctx.input.requestId,
        would: `Would make the ${kind ?? 'host'} ${name} for ${app} in ${placement.environment}`,
        authorize: credentials =>
          authorizeForOwner(deps, credentials, String(owner)),
        request: asker =>
          parseRequest(provisionInputSchema, {
            // Placement first: nothing in it may take the place of what is authorized.
            ...placement,
            size,
            kind,
            name,
            app,
            owner,
            sshKeys,
            purpose,
            roles,
            initScript,
            target,
            ...asker,
          }),
        event: { eventId: 'host-provision', severityLevel: 'medium' },
        meta: request => ({
          requestId: request.requestId,
          name,
          app,
          environment: request.environment,
          owner,
          by: request.requestedBy,
        }),
        start: async (request, options) => {
          const run = await deps.runner.provision(request, options);
          return { ...run.result, targetUrl: run.registration?.url };
        },
      });
      ctx.output(
        'entityRef',
        made?.entityRef ?? `resource:default/example-${name}`,
      );
      const address = made ? made.address : '192.0.2.10';
      const ssh = made ? made.ssh : 'ssh ops@192.0.2.10';
      if (address) ctx.output('address', address);
      if (ssh) ctx.output('ssh', ssh);
      ctx.output('vmId', made?.vmId ?? 0);
      if (made?.targetUrl) ctx.output('targetUrl', made.targetUrl);
      ctx.output('node', made?.node ?? placement.node ?? 'example');
    },
  });
}

/** The owner that a host has, decided once; a dry run asks no system, and knows none. */
async function keptOwner(
  ctx: Pick<ActionContext<any, any, any>, 'checkpoint' | 'isDryRun' | 'signal'>,
  deps: ActionDeps,
  host: HostName,
  lacks: string[],
): Promise<string | undefined> {
  if (ctx.isDryRun) return undefined;
  const { app, environment, name } = host;
  return ctx.checkpoint({
    key: `proxmox.provision.owner.${app}.${environment}.${name}`,
    fn: () => ownerOfHost(deps, host, lacks, { signal: ctx.signal }),
  });
}
