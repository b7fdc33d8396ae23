import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { createRepositoryRequestSchema } from '@nante/model';
import { authorizeOperator } from '../authorizeApp';
import type { ActionDeps } from '../deps';
import { assertFilledIn } from '../input';
import { nexusInput, requestIdInput, runIdOutput } from '../schema';
import { parseRequest, startRun } from '../startRun';
import { examples } from './repositoryCreate.examples';

/** `nexus:repository:create`: a hosted repository, for operators. */
export function createRepositoryAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'nexus:repository:create',
    description:
      'Makes a hosted repository in Nexus; for operators. One that is there as asked is success, one that differs is refused.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        name: z => z.string().describe('Name of the repository'),
        format: z =>
          z
            .enum(['maven2', 'raw', 'npm', 'helm', 'docker'])
            .describe('What it holds'),
        connection: nexusInput,
        blobStore: z =>
          z.string().optional().describe('Blob store; default unless given'),
        redeploy: z =>
          z
            .boolean()
            .optional()
            .describe('A version may be published again; no unless given'),
        dockerPort: z =>
          z
            .number()
            .int()
            .optional()
            .describe(
              'docker: port of a connector of its own; host/<repository>/… unless given',
            ),
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        url: z => z.string().describe('Address of the repository'),
        alreadyThere: z => z.boolean().describe('It was there already'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { requestId, ...input } = ctx.input;
      const { name } = input;
      const made = await startRun(ctx, deps, {
        ...{ key: 'nexus.repository.create', requestId, subject: name },
        would: `Would make the ${input.format} repository ${name}`,
        authorize: credentials =>
          authorizeOperator(deps, credentials, 'make repositories'),
        request: asker =>
          parseRequest(createRepositoryRequestSchema, {
            ...input,
            connection: input.connection || undefined,
            blobStore: input.blobStore || undefined,
            ...asker,
          }),
        event: { eventId: 'repository-create', severityLevel: 'medium' },
        start: async (request, options) => {
          const run = await deps.runner.createRepository(request, options);
          const { url, alreadyThere } = run.repository ?? {};
          return { url, alreadyThere };
        },
      });
      ctx.output(
        'url',
        made?.url ?? `https://nexus.example.test/repository/${name}/`,
      );
      ctx.output('alreadyThere', made?.alreadyThere ?? false);
    },
  });
}
