import { createHash } from 'node:crypto';
import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  writeFile,
} from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { NexusApi } from '@nante/clients';
import { NanteError, type Chart } from '@nante/model';
import { stringify } from 'yaml';
import { writePrivate } from './privateFiles';

/** A chart on this machine. */
export interface ChartSource {
  /** Folder or archive that Helm takes. */
  path: string;
  /** For people: `chart of nexus shop 1.2.0`. */
  title: string;
  /** Of all that is in it. */
  sha256: string;
}

const mostBytes = 20 * 1024 * 1024;

/**
 * Gets a chart ready: one of Nexus is fetched, and manifests become a chart without values.
 *
 * @param folder - private one, for what is made
 * @throws NanteError `invalid-input` for a folder without a chart or without manifests, `not-found` for one that Nexus does not have
 */
export async function chartSource(
  chart: Chart,
  folder: string,
  open: {
    release: string;
    nexus: () => Promise<NexusApi>;
    signal: AbortSignal;
  },
): Promise<ChartSource> {
  switch (chart.type) {
    case 'folder':
      return ofFolder(chart.path);
    case 'nexus':
      return ofNexus(chart, folder, open);
    default:
      return ofManifests(chart.path, folder, open.release);
  }
}

async function ofFolder(path: string): Promise<ChartSource> {
  const files = await filesBelow(path);
  if (!files.includes(join(path, 'Chart.yaml')))
    throw new NanteError(
      'invalid-input',
      `There is no chart in ${path}: it has no Chart.yaml.`,
      { hint: 'Name the folder with Chart.yaml, or deploy it as manifests.' },
    );
  return {
    path,
    title: `chart ${basename(path)}`,
    sha256: await hashOf(path, files),
  };
}

async function ofNexus(
  { repository, name, version }: Extract<Chart, { type: 'nexus' }>,
  folder: string,
  open: { nexus: () => Promise<NexusApi>; signal: AbortSignal },
): Promise<ChartSource> {
  const file = `${name}-${version}.tgz`;
  const nexus = await open.nexus();
  const content = await nexus.download(repository, file, {
    mostBytes,
    signal: open.signal,
  });
  if (!content)
    throw new NanteError(
      'not-found',
      `There is no chart ${name} ${version} in ${repository}.`,
      { hint: 'Publish it first: nante publish --format helm' },
    );
  return {
    path: await writePrivate(join(folder, file), content),
    title: `chart ${name} ${version} of ${repository}`,
    sha256: createHash('sha256').update(content).digest('hex'),
  };
}

/** Helm reads braces in templates: manifests come in as files that a template only repeats. */
const repeating = `{{- range $path, $_ := .Files.Glob "manifests/**" }}
---
{{ $.Files.Get $path }}
{{- end }}
`;

async function ofManifests(
  path: string,
  folder: string,
  release: string,
): Promise<ChartSource> {
  const all = await filesBelow(path);
  const files = all.filter(file => /\.(?:ya?ml|json)$/.test(file));
  if (files.length === 0)
    throw new NanteError(
      'invalid-input',
      `There are no manifests in ${path}: no file ends in .yaml, .yml or .json.`,
    );
  const made = join(folder, 'chart');
  await mkdir(join(made, 'manifests'), { recursive: true });
  await mkdir(join(made, 'templates'));
  await writeFile(
    join(made, 'Chart.yaml'),
    stringify({ apiVersion: 'v2', name: release, version: '0.0.0' }),
  );
  await writeFile(join(made, 'templates', 'manifests.yaml'), repeating);
  await Promise.all(
    files.map((file, index) =>
      // Two folders may have files of the same name.
      copyFile(
        file,
        join(
          made,
          'manifests',
          `${String(index).padStart(4, '0')}-${basename(file)}`,
        ),
      ),
    ),
  );
  return {
    path: made,
    title: `manifests of ${basename(path)}`,
    sha256: await hashOf(path, files),
  };
}

/** Files of a folder, or the one file, in a fixed order. A link is refused: it may lead out of the repository. */
async function filesBelow(path: string): Promise<string[]> {
  let entry;
  try {
    entry = await lstat(path);
  } catch {
    throw new NanteError('invalid-input', `There is no ${path}.`);
  }
  if (entry.isSymbolicLink())
    throw new NanteError(
      'invalid-input',
      `${path} is a link, and links are not followed.`,
    );
  if (!entry.isDirectory()) return [path];
  const names = (await readdir(path)).sort();
  const found = await Promise.all(
    names.map(name => filesBelow(join(path, name))),
  );
  return found.flat();
}

async function hashOf(root: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${relative(root, file)}\0`);
    hash.update(await readFile(file));
    hash.update('\0');
  }
  return hash.digest('hex');
}
