import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { registerRequestSchema } from '@nante/model';
import { hostCreatePermission } from '@nante/plugin-infrastructure-common';
import { authorizeHosts } from '../authorization';
import { authorizeForApp } from '../authorizeApp';
import { keptComponent } from '../component';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readHost } from '../input';
import {
  hostInput,
  octopusInput,
  requestIdInput,
  runIdOutput,
  targetInput,
} from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './register.examples';

/** `octopus:register`: a host of ours, or a cluster, becomes a deployment target. */
export function createRegisterAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'octopus:register',
    description:
      'Makes a host of ours, or a Kubernetes cluster, a deployment target of Octopus, and waits until Octopus says that it is healthy.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        host: z =>
          hostInput(z).describe(
            'Host to register; for a cluster its name, app and environment',
          ),
        target: z =>
          targetInput(z)
            .optional()
            .describe('What kind of target; one by SSH unless given'),
        kubernetes: z =>
          z
            .object({
              url: z.string().describe('Address of the API server'),
              namespace: z
                .string()
                .optional()
                .describe('Namespace to deploy to; default unless given'),
              account: z
                .string()
                .describe('Account of Octopus that signs in there'),
              certificate: z
                .string()
                .optional()
                .describe('Certificate of Octopus that the API is trusted by'),
            })
            .optional()
            .describe('For a cluster, with the style kubernetes'),
        connection: octopusInput,
        adopt: z =>
          z
            .boolean()
            .optional()
            .describe(
              'A target of the same machine that somebody else made becomes ours',
            ),
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        machineId: z => z.string().describe('Id of the target in Octopus'),
        url: z => z.string().describe('Page of the target in Octopus'),
        health: z => z.string().describe('Healthy, or HasWarnings'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { kubernetes, adopt, connection } = ctx.input;
      const { host, subject, title } = readHost(ctx.input.host);
      const key = 'octopus.register';
      const isCluster = ctx.input.target?.style === 'kubernetes';
      const component = isCluster
        ? await keptComponent(ctx, deps, key, host.app)
        : undefined;
      const made = await startRun(ctx, deps, {
        ...{ key, subject, requestId: ctx.input.requestId },
        would: `Would make ${title} a deployment target`,
        authorize: credentials =>
          component
            ? authorizeForApp(deps, credentials, {
                ...{ component, permission: hostCreatePermission },
                ...{ what: `register clusters for ${host.app}`, isOwn: true },
              })
            : authorizeHosts(deps, credentials, [host], 'change', ctx),
        request: asker =>
          parseRequest(registerRequestSchema, {
            ...host,
            connection: connection || undefined,
            target: ctx.input.target ?? {},
            ...{ kubernetes, adopt },
            ...asker,
          }),
        event: { eventId: 'target-register', severityLevel: 'medium' },
        start: async (request, options) => {
          const { registration } = await deps.runner.register(request, options);
          return { registration: registration ?? null };
        },
      });
      const { registration } = made ?? {};
      ctx.output('machineId', registration?.machineId ?? 'Machines-1');
      ctx.output(
        'url',
        registration?.url ?? 'https://octopus.example.test/app#/Spaces-1',
      );
      ctx.output('health', registration?.health ?? 'Healthy');
    },
  });
}
