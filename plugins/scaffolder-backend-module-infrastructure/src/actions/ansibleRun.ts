import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { configureRequestSchema } from '@nante/model';
import { authorizeHosts } from '../authorization';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readHost } from '../input';
import { hostInput, requestIdInput, rolesInput, runIdOutput } from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './ansibleRun.examples';

/** `ansible:run`: applies roles to hosts of ours, or shows what that would change. */
export function createAnsibleRunAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'ansible:run',
    description:
      'Applies Ansible roles to hosts of one app and environment, made here or onboarded; or shows what that would change.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        hosts: z =>
          z
            .union([hostInput(z), z.array(hostInput(z)).min(1).max(50)])
            .describe('One host, or hosts of one app and environment'),
        roles: z =>
          rolesInput(z).describe(
            'Roles in their order, kept as those of the hosts; left out or empty: the roles that each host has',
          ),
        dryRun: z =>
          z
            .boolean()
            .optional()
            .describe('Asks the hosts what would change, and changes nothing'),
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        changed: z =>
          z
            .number()
            .describe(
              'How many tasks changed something, or would, on all hosts',
            ),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { dryRun = false, roles } = ctx.input;
      const hosts = [ctx.input.hosts].flat().map(item => readHost(item).host);
      const [{ app, environment }] = hosts;
      const stranger = hosts.find(
        host => host.app !== app || host.environment !== environment,
      );
      if (stranger) {
        throw new InputError(
          `hosts: ${stranger.name} belongs to ${stranger.app} in ${stranger.environment}, the first one to ${app} in ${environment}. Take a step for each app and environment.`,
        );
      }
      const names = [...new Set(hosts.map(({ name }) => name))];
      const done = await startRun(ctx, deps, {
        key: 'ansible.run',
        subject: `${app}.${environment}.${names.join(',')}`,
        requestId: ctx.input.requestId,
        would: `Would apply ${roles?.length ? roles.map(({ name }) => name).join(', ') : 'their own roles'} to ${names.join(', ')} of ${app} in ${environment}`,
        authorize: credentials =>
          authorizeHosts(deps, credentials, hosts, 'change', ctx),
        request: asker =>
          parseRequest(configureRequestSchema, {
            names,
            app,
            environment,
            roles: roles?.length ? roles : undefined,
            dryRun,
            ...asker,
          }),
        event: {
          eventId: 'host-configure',
          severityLevel: dryRun ? 'low' : 'medium',
        },
        // Arguments can be long, and the run document has them.
        meta: ({ roles: chosen, ...request }) => ({
          ...request,
          roles: chosen?.map(({ name }) => name) ?? [],
        }),
        start: async (request, options) => {
          const run = await deps.runner.configure(request, options);
          const recap = run.configuration?.recap ?? [];
          return {
            changed: recap.reduce((sum, host) => sum + host.changed, 0),
          };
        },
      });
      ctx.output('changed', done?.changed ?? 0);
    },
  });
}
