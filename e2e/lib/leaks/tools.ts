import fs from 'node:fs';
import path from 'node:path';
import type { Vector } from './secrets';

/** Tools that stand before the real ones and print what they are told. */
export interface TalkativeTools {
  /** Folder with `terraform`; goes to the front of the PATH. */
  terraformBin: string;
  /** Folder with `ansible-playbook`. */
  ansibleBin: string;
  /** What the next calls print, beside the canary. */
  tell(vectors: readonly Pick<Vector, 'id' | 'text' | 'split'>[]): void;
  /** Makes the next `terraform apply` or play fail with these texts as its errors, until it is told otherwise. */
  failWith(tool: 'terraform' | 'ansible' | undefined): void;
}

/**
 * Prints each text by writes of its own: as a plain line, as an event of the tool, and on standard error. What is asked as
 * a question (a version, a document) is answered as always.
 */
const common = `
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const order = JSON.parse(fs.readFileSync(ORDER, 'utf8'));
const pause = ms => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const write = (stream, text, split) => {
  const middle = Math.floor(text.length / 2);
  if (!split) return fs.writeSync(stream, text);
  fs.writeSync(stream, text.slice(0, middle));
  // Longer than a follower sleeps between two looks.
  pause(120);
  return fs.writeSync(stream, text.slice(middle));
};
const spoken = [...order.vectors, { id: 'leak-check:canary', text: order.canary, split: false }]
  .map(({ id, text, split }) => ({ line: id + ' ' + text, split }));
const args = process.argv.slice(2);
const real = () => {
  const { status } = spawnSync(REAL, args, { stdio: 'inherit' });
  process.exit(status === null ? 1 : status);
};
`;

const terraform = `
if (!['plan', 'apply', 'init'].some(verb => args.includes(verb))) real();
for (const { line, split } of spoken) {
  write(1, line + '\\n', split);
  write(1, JSON.stringify({ '@level': 'info', '@message': line, type: 'log' }) + '\\n', split);
  write(2, line + '\\n', split);
}
// Where everybody on the machine can read it: nothing of ours may do that, and the look at it must see it.
if (args.includes('apply'))
  spawnSync(process.execPath, ['-e', 'setTimeout(() => {}, 500)', order.canary]);
if (order.fail === 'terraform' && args.includes('apply')) {
  for (const { line } of spoken) {
    const diagnostic = { severity: 'error', summary: line, detail: line };
    write(1, JSON.stringify({ '@level': 'error', '@message': line, type: 'diagnostic', diagnostic }) + '\\n');
  }
  process.exit(1);
}
real();
`;

const ansible = `
const isPlay = args.includes('-i') && !args.includes('--syntax-check') && !args.includes('--list-tasks');
if (args.includes('--version')) real();
for (const { line, split } of spoken) {
  write(1, line + '\\n', split);
  write(2, line + '\\n', split);
  if (!isPlay) continue;
  const at = { host: 'leaky', task: line };
  for (const event of [
    { type: 'task', name: line },
    { type: 'ok', ...at, message: line },
    { type: 'changed', ...at, diff: '+ ' + line, warnings: [line] },
    { type: 'failed', ...at, ignored: true, error: { msg: line, stderr: line } },
  ]) write(1, JSON.stringify(event) + '\\n', split);
}
if (order.fail === 'ansible' && isPlay) {
  for (const { line } of spoken)
    write(1, JSON.stringify({ type: 'failed', host: 'leaky', task: line, error: { msg: line } }) + '\\n');
  process.exit(2);
}
real();
`;

/**
 * Writes both tools into a folder.
 *
 * @param canary - a text that nobody knows for a secret: it must come out, or nobody looked
 */
export function writeTalkativeTools(
  folder: string,
  canary: string,
  real: { terraform: string; ansiblePlaybook: string },
): TalkativeTools {
  const orderFile = path.join(folder, 'order.json');
  let order: { vectors: unknown[]; canary: string; fail?: string } = {
    vectors: [],
    canary,
  };
  const save = () => fs.writeFileSync(orderFile, JSON.stringify(order));
  const write = (name: string, tool: string, body: string): string => {
    const bin = path.join(folder, name);
    fs.mkdirSync(bin, { recursive: true });
    const head = `#!${process.execPath}\nconst ORDER = ${JSON.stringify(orderFile)};\nconst REAL = ${JSON.stringify(tool)};\n`;
    fs.writeFileSync(
      path.join(bin, path.basename(tool)),
      head + common + body,
      { mode: 0o755 },
    );
    return bin;
  };
  const terraformBin = write('terraform-bin', real.terraform, terraform);
  const ansibleBin = write('ansible-bin', real.ansiblePlaybook, ansible);
  save();
  return {
    terraformBin,
    ansibleBin,
    tell(vectors) {
      order = { ...order, vectors: [...vectors] };
      save();
    },
    failWith(tool) {
      order = { ...order, fail: tool };
      save();
    },
  };
}
