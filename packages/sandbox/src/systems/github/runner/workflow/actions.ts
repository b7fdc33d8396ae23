import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseDocument, type StepDocument } from './documents';
import { writeSource, type Source } from './sources';
import { rewriteStep, type RewriteContext } from './steps';

interface ActionDocument {
  runs?: { using?: string; steps?: StepDocument[] };
}

/** Changes with what is written into copies: older ones are then made again. */
const version = 2;

/**
 * Copies of the repositories whose actions a run uses, one for each commit, kept between runs. Composite actions in them are
 * put into the words of act; what those use comes along.
 *
 * @param folder - of all copies
 * @param context - its actions grow by those that others use
 * @returns folders by `owner/name@sha`
 */
export async function copyActions(
  folder: string,
  context: RewriteContext,
): Promise<Map<string, string>> {
  const copies = new Map<string, string>();
  for (;;) {
    const next = [...context.actions].find(([pinned]) => !copies.has(pinned));
    if (!next) return copies;
    const [pinned, source] = next;
    copies.set(pinned, await copyOf(folder, source, context));
  }
}

interface Kept {
  actions: [string, Source][];
  changes: string[];
}

async function copyOf(
  folder: string,
  source: Source,
  context: RewriteContext,
): Promise<string> {
  const key = createHash('sha256')
    .update(JSON.stringify([version, source, context.tools]))
    .digest('hex')
    .slice(0, 32);
  const copy = join(folder, key);
  if (!existsSync(copy)) await make(copy, source, context);
  const { actions, changes } = JSON.parse(
    readFileSync(`${copy}.json`, 'utf8'),
  ) as Kept;
  for (const [pinned, used] of actions) context.actions.set(pinned, used);
  for (const change of changes) context.changes.add(change);
  return copy;
}

async function make(copy: string, source: Source, context: RewriteContext) {
  const begun = `${copy}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  mkdirSync(begun, { recursive: true });
  try {
    await writeSource(source, begun);
    const own: RewriteContext = {
      ...context,
      actions: new Map(),
      changes: new Set(),
    };
    const files = readdirSync(begun, { recursive: true, encoding: 'utf8' });
    for (const file of files)
      if (isAction(file)) await rewriteAction(join(begun, file), source, own);
    const kept: Kept = { actions: [...own.actions], changes: [...own.changes] };
    writeFileSync(`${copy}.json`, JSON.stringify(kept));
    // Another run may be faster with the same copy.
    if (!existsSync(`${copy}.whole`)) renameSync(begun, `${copy}.whole`);
    linkedCopy(`${copy}.whole`, `${begun}.links`);
    renameSync(`${begun}.links`, copy);
  } catch (error) {
    if (!existsSync(copy)) throw error;
  } finally {
    for (const suffix of ['', '.links', '.index'])
      rmSync(`${begun}${suffix}`, { recursive: true, force: true });
  }
}

/**
 * A copy of which only the folders with actions are real; all else is a link into the whole one. act copies the repository of an
 * action for each step that uses it.
 */
function linkedCopy(whole: string, copy: string): void {
  mkdirSync(copy);
  for (const entry of readdirSync(whole, { withFileTypes: true })) {
    const [from, to] = [join(whole, entry.name), join(copy, entry.name)];
    if (entry.isDirectory() && hasAction(from)) linkedCopy(from, to);
    else if (entry.isFile()) copyFileSync(from, to);
    else symlinkSync(from, to);
  }
}

function hasAction(folder: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).some(file =>
    isAction(file),
  );
}

function isAction(file: string): boolean {
  return /(^|\/)action\.ya?ml$/.test(file);
}

async function rewriteAction(
  file: string,
  source: Source,
  context: RewriteContext,
) {
  const document = parseDocument<ActionDocument>(readFileSync(file, 'utf8'));
  const { runs } = document ?? {};
  if (runs?.using !== 'composite' || !runs.steps) return;
  const steps: StepDocument[] = [];
  for (const step of runs.steps) {
    // What is in the workspace is found there.
    const isLocal = step.uses?.startsWith('./');
    steps.push(
      isLocal ? step : await rewriteStep(step, source, undefined, context),
    );
  }
  writeFileSync(
    file,
    JSON.stringify({ ...document, runs: { ...runs, steps } }),
  );
}
