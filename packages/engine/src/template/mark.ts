import {
  stampDescription,
  stampTags,
  type TemplateRequest,
} from '@nante/model';

/** App under which templates stand in our records: each environment has a workspace of them. */
export const templatesApp = 'nante-templates';

/** What a template was made from. */
export interface TemplateMark {
  kind: TemplateRequest['kind'];
  /** Address or name of the image. */
  source: string;
  /** `sha256:…`, or `none` for an image that was on a storage already. */
  checksum: string;
}

const line = /^nante-template: kind=(vm|lxc) source=(\S+) checksum=(\S+)$/m;

/** Description of a template: the stamp of every guest of ours, and a line of its own. */
export function markedDescription(
  request: Pick<TemplateRequest, 'name' | 'environment' | 'requestId'>,
  { kind, source, checksum }: TemplateMark,
): string {
  return [
    stampDescription({
      app: templatesApp,
      environment: request.environment,
      host: request.name,
      requestId: request.requestId,
    }),
    `nante-template: kind=${kind} source=${source} checksum=${checksum}`,
  ].join('\n');
}

export function templateTags({
  environment,
}: Pick<TemplateRequest, 'environment'>): string {
  return stampTags({ app: templatesApp, environment }).join(';');
}

/** Reads the line; undefined where there is none. */
export function parseMark(description: string): TemplateMark | undefined {
  const match = line.exec(description);
  if (!match) return undefined;
  const [, kind, source, checksum] = match;
  return { kind: kind as TemplateMark['kind'], source, checksum };
}
