import type {
  PipelineResponse,
  WorkflowUse,
} from '@nante/plugin-infrastructure-common';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** A file of `.github/workflows`, with its text. */
export interface CallerFile {
  /** File name. */
  file: string;
  text: string;
}

/** Our release, which callers should name. */
export interface OurWorkflows {
  /** `owner/name`. */
  repository: string;
  commit: string;
  version: string;
}

/** `owner/name/path@ref`. */
const USES = /^([^/@\s]+\/[^/@\s]+)\/([^@\s]+)@(\S+)$/;
/** A line with `uses:`: what stands before the value, the value, and what follows it. */
const LINE = /^(\s*(?:-\s+)?uses:\s*)(['"]?)([^\s'"#]+)\2([ \t]*)(#.*?)?(\r?)$/;
const COMMIT = /^[0-9a-f]{40}$/;
const VERSION = /\bv?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.-]+)?/;

/** Which version of reusable workflows a file calls: ours, and those of other repositories. */
export function usesOf(
  caller: CallerFile,
  ours: OurWorkflows | undefined,
): WorkflowUse[] {
  const values = usedValues(caller.text);
  return linesOf(caller.text).flatMap(line => {
    const found = LINE.exec(line);
    const [, repository, path, ref] = USES.exec(found?.[3] ?? '') ?? [];
    const workflow = /^\.github\/workflows\/([^/]+\.ya?ml)$/.exec(path ?? '');
    if (!found || !workflow || !values.has(found[3])) return [];
    const version = VERSION.exec(found[5] ?? '')?.[0];
    return [
      {
        caller: caller.file,
        workflow: workflow[1],
        ref,
        ...(version && { version }),
        state: stateOfUse(repository, ref, ours),
      },
    ];
  });
}

function stateOfUse(
  repository: string,
  ref: string,
  ours: OurWorkflows | undefined,
): WorkflowUse['state'] {
  if (!ours || repository.toLowerCase() !== ours.repository.toLowerCase())
    return 'foreign';
  if (ref === ours.commit) return 'current';
  return COMMIT.test(ref) ? 'behind' : 'floating';
}

/**
 * The file with every `uses` of ours naming our release, and its comment the version; everything else stays as it is, byte for
 * byte. Only what YAML reads as a `uses` counts: a line of a script that looks like one is left alone.
 */
export function raiseUses(text: string, ours: OurWorkflows): string {
  const values = usedValues(text);
  return linesOf(text)
    .map(line => {
      const found = LINE.exec(line);
      const [, repository, path] = USES.exec(found?.[3] ?? '') ?? [];
      if (
        !found ||
        !values.has(found[3]) ||
        repository?.toLowerCase() !== ours.repository.toLowerCase()
      )
        return line;
      const [, before, quote, , gap, comment = '', end] = found;
      return [
        ...[before, quote, `${repository}/${path}@${ours.commit}`, quote],
        ...[gap || ' ', commentWith(comment, ours.version), end],
      ].join('');
    })
    .join('\n');
}

function commentWith(comment: string, version: string): string {
  if (VERSION.test(comment)) return comment.replace(VERSION, version);
  const said = comment.replace(/^#\s*/, '');
  return said ? `# ${version} ${said}` : `# ${version}`;
}

/** Only line feeds part lines, so that joining them again changes nothing. */
function linesOf(text: string): string[] {
  return text.split('\n');
}

/** Values of all `uses` in jobs and their steps; none where the file is no YAML. */
function usedValues(text: string): Set<string> {
  const found = new Set<string>();
  const jobs = readYaml(text)?.get('jobs', true);
  if (!isMap(jobs)) return found;
  for (const { value: job } of jobs.items) {
    if (!isMap(job)) continue;
    const steps = job.get('steps', true);
    const holders = [job, ...(isSeq(steps) ? steps.items : [])];
    for (const holder of holders) {
      const uses = isMap(holder) && holder.get('uses');
      if (typeof uses === 'string') found.add(uses);
    }
  }
  return found;
}

function readYaml(text: string) {
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length || !isMap(document.contents)) return undefined;
  return document.contents;
}

type Dispatchable = PipelineResponse['dispatchable'][number];

/** What a person may start: the file's name, title and inputs; undefined where nothing starts it by hand. */
export function dispatchableOf({
  file,
  text,
}: CallerFile): Dispatchable | undefined {
  const contents = readYaml(text);
  const on = contents?.get('on', true);
  const trigger = triggerOf(on, 'workflow_dispatch');
  if (!trigger.isThere) return undefined;
  const name = contents?.get('name');
  const inputs = isMap(trigger.value)
    ? trigger.value.get('inputs', true)
    : undefined;
  return {
    file,
    name: typeof name === 'string' && name ? name : file,
    inputs: isMap(inputs)
      ? inputs.items.map(({ key, value }) =>
          inputOf(textOf(key) ?? '', isMap(value) ? value.toJSON() : {}),
        )
      : [],
  };
}

function triggerOf(
  on: unknown,
  trigger: string,
): { isThere: boolean; value?: unknown } {
  if (isScalar(on)) return { isThere: on.value === trigger };
  if (isSeq(on))
    return { isThere: on.items.some(item => textOf(item) === trigger) };
  if (!isMap(on)) return { isThere: false };
  return { isThere: on.has(trigger), value: on.get(trigger, true) };
}

const inputTypes = ['string', 'boolean', 'choice', 'number', 'environment'];

function inputOf(
  name: string,
  said: Record<string, unknown>,
): Dispatchable['inputs'][number] {
  const { description, options, type } = said;
  return {
    name,
    ...(typeof description === 'string' && { description }),
    required: said.required === true,
    ...(said.default !== undefined &&
      said.default !== null && { default: String(said.default) }),
    type: (inputTypes.includes(String(type))
      ? type
      : 'string') as Dispatchable['inputs'][number]['type'],
    ...(Array.isArray(options) && { options: options.map(String) }),
  };
}

function textOf(node: unknown): string | undefined {
  return isScalar(node) ? String(node.value) : undefined;
}
