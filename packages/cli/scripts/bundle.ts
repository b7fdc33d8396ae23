import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { z } from 'zod';

const root = resolve(__dirname, '../../..');
const out = process.argv.indexOf('--out');
/** Folder of the bundle: the committed one, or what `--out DIR` says. */
const target =
  out > 0
    ? resolve(process.argv[out + 1])
    : join(root, '.github/actions/nante/dist');

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
});
const licenceFile = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** The bundle of the command line and the licences of what is in it: the same bytes from the same sources. */
async function makeBundle(): Promise<Map<string, string>> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['packages/cli/src/main.ts'],
    outfile: 'index.js',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
    // Without names there are no paths in it either, which differ from one installation to the next.
    minify: true,
    legalComments: 'none',
    charset: 'ascii',
    logLevel: 'error',
  });
  return new Map([
    ['index.js', outputFiles[0].text],
    ['licenses.txt', licences(metafile)],
  ]);
}

/** Name, version and licence text of every package of others in the bundle. */
function licences({ inputs }: Metafile): string {
  const folders = new Set(
    Object.keys(inputs).flatMap(input => {
      const [, folder] =
        /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
      return folder ? [join(root, folder)] : [];
    }),
  );
  const texts = [...folders].map(folder => {
    const { name, version, license } = packageSchema.parse(
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    );
    const files = readdirSync(folder)
      .filter(file => licenceFile.test(file))
      .sort();
    const text = files.map(file =>
      readFileSync(join(folder, file), 'utf8').trim(),
    );
    return [`${name} ${version} (${license ?? 'see below'})`, ...text].join(
      '\n\n',
    );
  });
  return `${[...new Set(texts)].sort().join(`\n\n${'-'.repeat(78)}\n\n`)}\n`;
}

/** Names of the files that differ from what is committed. */
function differing(files: ReadonlyMap<string, string>): string[] {
  return [...files]
    .filter(([name, text]) => {
      const file = join(target, name);
      return !existsSync(file) || readFileSync(file, 'utf8') !== text;
    })
    .map(([name]) => name);
}

async function main(): Promise<void> {
  const files = await makeBundle();
  const old = differing(files);
  if (process.argv.includes('--check')) {
    if (old.length === 0) return;
    process.stderr.write(
      `${old.join(' and ')} in .github/actions/nante/dist differ from what the sources make. Run: npm run bundle\n`,
    );
    process.exitCode = 1;
    return;
  }
  rmSync(target, { recursive: true, force: true });
  for (const [name, text] of files) {
    const file = join(target, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  process.stdout.write(
    `${[...files].map(([name, text]) => `${name} ${(Buffer.byteLength(text) / 1e6).toFixed(2)} MB`).join(', ')}\n`,
  );
}

void main();
