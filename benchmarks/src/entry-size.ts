// Size of what a browser loads before it shows anything, against the same files of a portal as Backstage makes it.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { root } from '../../scripts/lib/paths.mjs';
import { round, runBenchmark } from './lib/report';

const stockFile = path.join(root, 'benchmarks/stock.json');
const limit = 1.03;

interface Entry {
  files: number;
  bytes: number;
  gzipBytes: number;
}

/** Adds up the scripts and style sheets that the index page of a build names. */
function measure(dist: string): Entry {
  const page = fs.readFileSync(path.join(dist, 'index.html'), 'utf8');
  const names = new Set(
    [...page.matchAll(/(?:src|href)="\/?([^"]+\.(?:js|css))"/g)].map(
      match => match[1],
    ),
  );
  const entry = { files: 0, bytes: 0, gzipBytes: 0 };
  for (const name of names) {
    const content = fs.readFileSync(path.join(dist, name));
    entry.files += 1;
    entry.bytes += content.length;
    entry.gzipBytes += gzipSync(content, { level: 9 }).length;
  }
  if (entry.files === 0)
    throw new Error(`${dist}/index.html names no scripts: build the pages.`);
  return entry;
}

void runBenchmark('entry-size', async () => {
  const { values } = parseArgs({
    options: {
      dist: { type: 'string', default: path.join(root, 'packages/app/dist') },
      // Measures a stock build and keeps it as the mark.
      stock: { type: 'string' },
    },
  });
  if (values.stock) {
    const kept = JSON.parse(fs.readFileSync(stockFile, 'utf8')) as object;
    const measured = new Date().toISOString().slice(0, 10);
    const stock = { ...kept, measured, ...measure(values.stock) };
    fs.writeFileSync(stockFile, `${JSON.stringify(stock, null, 2)}\n`);
  }
  const stock = JSON.parse(fs.readFileSync(stockFile, 'utf8')) as Entry & {
    measured: string;
  };
  const ours = measure(values.dist);
  const kilobytes = (bytes: number) => round(bytes / 1000);
  return {
    gates: [
      {
        name: 'entry files, gzip, times stock',
        value: round(ours.gzipBytes / stock.gzipBytes, 3),
        limit,
        unit: '×',
      },
    ],
    figures: [
      { name: 'ours, gzip', value: kilobytes(ours.gzipBytes), unit: 'kB' },
      { name: 'ours, files', value: ours.files },
      { name: 'stock, gzip', value: kilobytes(stock.gzipBytes), unit: 'kB' },
      { name: 'stock, files', value: stock.files },
    ],
    notes: [
      'JavaScript and CSS that index.html of the production build names, each compressed by gzip -9, 1 kB = 1000 bytes.',
      `Stock: the app of create-app as it comes, built on ${stock.measured} (benchmarks/stock.json).`,
    ],
  };
});
