import path from 'node:path';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { publishRequestSchema } from '@nante/model';
import { artifactCreatePermission } from '@nante/plugin-infrastructure-common';
import { authorizeForApp } from '../authorizeApp';
import { isOwnArtifact, keptComponent } from '../component';
import type { ActionDeps } from '../deps';
import { assertFilledIn, readApp } from '../input';
import {
  appInput,
  buildUrlInput,
  commitInput,
  nexusInput,
  requestIdInput,
  runIdOutput,
} from '../schema';
import { parseRequest, startRun } from '../startRun';
import { workspaceFile } from '../workspaceFile';
import { examples } from './publish.examples';

/** `nexus:publish`: a file of the workspace becomes an artifact. */
export function createPublishAction(deps: ActionDeps) {
  return createTemplateAction({
    id: 'nexus:publish',
    description:
      'Publishes a file of the workspace to Nexus. The same checksum there already is success, another is refused.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        app: appInput,
        repository: z => z.string().describe('Hosted repository by name'),
        format: z =>
          z
            .enum(['maven2', 'raw', 'npm', 'helm', 'docker'])
            .describe('Format of the repository'),
        file: z =>
          z
            .string()
            .describe(
              'Path in the workspace; of an image an archive (OCI layout or docker save)',
            ),
        connection: nexusInput,
        group: z =>
          z
            .string()
            .optional()
            .describe(
              'maven2: group id. raw: folder, which begins with the name of the app; that unless given',
            ),
        name: z =>
          z
            .string()
            .optional()
            .describe(
              'maven2: artifact id. docker: image. npm, helm: what the file says. The name of the app unless given. raw: the name of the file',
            ),
        version: z =>
          z
            .string()
            .optional()
            .describe(
              'maven2, docker (tag), raw (a folder); npm and helm: what the file says, checked where given',
            ),
        extension: z =>
          z
            .string()
            .optional()
            .describe('maven2; that of the file unless given'),
        classifier: z => z.string().optional().describe('maven2'),
        commit: commitInput,
        buildUrl: buildUrlInput,
        requestId: requestIdInput,
      },
      output: {
        runId: runIdOutput,
        pull: z =>
          z
            .string()
            .describe(
              'What one hands to a tool to get it: an address, or an image by digest',
            ),
        digest: z =>
          z.string().optional().describe('docker: digest of the manifest'),
        alreadyThere: z => z.boolean().describe('The same was there already'),
      },
    },
    async handler(ctx) {
      assertFilledIn(ctx.input);
      const { requestId, file: given, ...input } = ctx.input;
      const { repository, format } = input;
      const app = readApp(input.app);
      const key = 'nexus.publish';
      const component = await keptComponent(ctx, deps, key, app);
      const isRaw = format === 'raw';
      // Forms leave an empty text where nothing was typed.
      const name = input.name || (isRaw ? path.basename(given) : app);
      const group = input.group || (isRaw ? app : undefined);
      const artifact = nameOf(format, group, name);
      const file = ctx.isDryRun
        ? given
        : await workspaceFile(ctx.workspacePath, given);
      const made = await startRun(ctx, deps, {
        ...{ key, requestId },
        subject: `${app}.${repository}.${artifact}.${input.version ?? ''}`,
        would: `Would publish ${given} as ${artifact} to ${repository}`,
        authorize: credentials =>
          authorizeForApp(deps, credentials, {
            ...{ component, permission: artifactCreatePermission },
            what: `publish ${artifact} to ${repository} for ${app}`,
            isOwn: isOwnArtifact(component, {
              ...{ repository, format },
              name: artifact,
            }),
          }),
        request: asker =>
          parseRequest(publishRequestSchema, {
            ...{ app, repository, format, file, group, name },
            connection: input.connection || undefined,
            version: input.version || undefined,
            extension: input.extension || undefined,
            classifier: input.classifier || undefined,
            commit: input.commit || undefined,
            buildUrl: input.buildUrl || undefined,
            ...asker,
          }),
        event: { eventId: 'artifact-publish', severityLevel: 'medium' },
        start: async (request, options) => {
          const { artifact: done } = await deps.runner.publish(
            request,
            options,
          );
          const { pull, digest, alreadyThere } = done ?? {};
          return { pull, digest, alreadyThere };
        },
      });
      ctx.output('pull', made?.pull ?? 'https://nexus.example.test/repository');
      ctx.output('alreadyThere', made?.alreadyThere ?? false);
      if (made?.digest) ctx.output('digest', made.digest);
    },
  });
}

/** Name of an artifact as annotations write it. */
function nameOf(
  format: string,
  group: string | undefined,
  name: string,
): string {
  if (group === undefined) return name;
  if (format === 'maven2') return `${group}:${name}`;
  return format === 'raw' ? `${group}/${name}` : name;
}
