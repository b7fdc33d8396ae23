import { linkOf } from '../actor';
import type { Session } from '../session';
import { isWorkflow } from '../world';

/** Where something was built: as it was given, in a workflow its own commit and run. */
export function provenanceOf({ inputs, env }: Session) {
  return {
    commit:
      inputs.text('commit') ??
      (isWorkflow(env) ? env.GITHUB_SHA || undefined : undefined),
    buildUrl: inputs.text('build-url') ?? linkOf(env),
  };
}
