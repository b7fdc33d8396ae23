import { stepName, type StepDocument } from './documents';
import { resolveUses, type FindRepository, type Source } from './sources';

/** What the rewriting of a run knows everywhere. */
export interface RewriteContext {
  /** The repository of the run. */
  caller: Source;
  find: FindRepository;
  /** Folder of the runner's own programs. */
  tools: string;
  /** Actions that are used, by `owner/name@sha`. */
  actions: Map<string, Source>;
  /** What was put in other words, each once. */
  changes: Set<string>;
}

const keptOfStep = [
  ...['id', 'name', 'if', 'continue-on-error', 'timeout-minutes'],
];

/** Inputs of actions/checkout that the runner's own program understands, and how it gets them. */
const checkoutInputs: Record<string, string> = {
  repository: 'NANTE_CHECKOUT_REPOSITORY',
  ref: 'NANTE_CHECKOUT_REF',
  path: 'NANTE_CHECKOUT_PATH',
  token: 'NANTE_CHECKOUT_TOKEN',
  'fetch-depth': 'NANTE_CHECKOUT_DEPTH',
  'persist-credentials': 'NANTE_CHECKOUT_PERSIST',
};

/**
 * A step as act is to execute it.
 *
 * @param from - where the step stands
 * @param shell - of run steps that name none
 */
export async function rewriteStep(
  step: StepDocument,
  from: Source,
  shell: string | undefined,
  context: RewriteContext,
): Promise<StepDocument> {
  const named = { ...step, name: stepName(step) };
  if (step.run !== undefined)
    return { ...named, shell: shellCommand(step.shell ?? shell, context) };
  const uses = step.uses;
  if (uses === undefined) return named;
  if (/^actions\/checkout@/.test(uses)) return checkout(named, context);
  if (uses.startsWith('docker://'))
    return refused(
      named,
      `${uses}: the sandbox's runner has no containers for steps (pretended GitHub).`,
      context,
    );
  const used = await resolveUses(uses, from, context.caller, context.find);
  if (!used)
    return refused(
      named,
      `${uses} is not reachable here: the sandbox's GitHub has no such repository, and its runner asks no other.`,
      context,
    );
  const { source, path } = used;
  const pinned = `${source.repository}@${source.sha}`;
  context.actions.set(pinned, source);
  const where = path ? `/${path}` : '';
  if (/^[$.]\//.test(uses))
    context.changes.add(
      `"uses: ${uses[0]}/…" became "uses: ${source.repository}/…@${source.sha}"`,
    );
  return { ...named, uses: `${source.repository}${where}@${source.sha}` };
}

/** As GitHub's runner calls a shell, within a program of ours that keeps its output together and lets it end in peace. */
export function shellCommand(
  shell: string | undefined,
  { tools }: Pick<RewriteContext, 'tools'>,
): string {
  // Only known when the job runs.
  if (shell?.includes('${{')) return shell;
  return `${program(tools, 'step')} ${plainShell(shell)}`;
}

/** The command of a shell, without anything of ours. */
export function plainShell(shell: string | undefined): string {
  const known: Record<string, string> = {
    bash: 'bash --noprofile --norc -e -o pipefail {0}',
    sh: 'sh -e {0}',
    python: 'python3 {0}',
  };
  return shell === undefined ? 'bash -e {0}' : (known[shell] ?? shell);
}

/** A program of the runner as a word of act's command line. */
export function program(tools: string, name: string): string {
  return `'${tools}/${name}.sh'`;
}

function checkout(
  step: StepDocument & { name: string },
  { tools, changes }: RewriteContext,
): StepDocument {
  const inputs = Object.entries(step.with ?? {});
  const unknown = inputs.map(([name]) => name).filter(n => !checkoutInputs[n]);
  if (unknown.length > 0)
    changes.add(`actions/checkout: ${unknown.join(', ')} was left out`);
  return {
    ...kept(step),
    run: 'actions/checkout',
    shell: `${program(tools, 'step')} ${program(tools, 'checkout')} {0}`,
    'working-directory': '${{ github.workspace }}',
    env: {
      ...step.env,
      NANTE_CHECKOUT_TOKEN: '${{ github.token }}',
      ...Object.fromEntries(
        inputs
          .filter(([name]) => checkoutInputs[name])
          .map(([name, value]) => [checkoutInputs[name], String(value)]),
      ),
    },
  };
}

/** A step that fails with a reason. */
export function refused(
  step: StepDocument & { name: string },
  reason: string,
  { tools }: Pick<RewriteContext, 'tools'>,
): StepDocument {
  return {
    ...kept(step),
    run: 'exit 1',
    shell: `${program(tools, 'refuse')} {0}`,
    'working-directory': '/',
    env: { NANTE_REASON: reason },
  };
}

function kept(step: StepDocument): StepDocument {
  return Object.fromEntries(
    keptOfStep
      .filter(name => step[name] !== undefined)
      .map(name => [name, step[name]]),
  );
}
