// A stand-in for the scanner Grype: package lists against a made-up list of vulnerabilities. How it is called stands in the
// runner's README.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  findings,
  formats,
  report,
  scannerName,
  scannerVersion,
  type Format,
} from './report';
import { scanTarget } from './targets';
import { severities, type Severity } from './vulnerabilities';

/** Exit code for a finding of the threshold or worse, as Grype has it. */
const foundCode = 2;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      output: { type: 'string', short: 'o', multiple: true, default: [] },
      file: { type: 'string' },
      'fail-on': { type: 'string', short: 'f' },
      'only-fixed': { type: 'boolean', default: false },
      name: { type: 'string' },
      quiet: { type: 'boolean', short: 'q', default: false },
    },
  });
  const [target, ...rest] = positionals;
  if (target === 'version') return version(values.output.includes('json'));
  if (target === 'db') {
    print('Status: pretended, a made-up list that is never renewed\n');
    return 0;
  }
  if (!target || rest.length > 0)
    throw new Error('Name one target: a folder, an SBOM or an image archive.');
  const threshold = values['fail-on'];
  if (threshold !== undefined && !severities.includes(threshold as Severity))
    throw new Error(`--fail-on takes one of ${severities.join(', ')}.`);

  const outputs = values.output.length > 0 ? values.output : ['table'];
  const wanted = outputs.map(text => {
    const [format, ...file] = text.split('=');
    if (!formats.includes(format as Format))
      throw new Error(`-o takes one of ${formats.join(', ')}, not ${format}.`);
    return {
      format: format as Format,
      file: file.length > 0 ? file.join('=') : values.file,
    };
  });
  const scanned = await scanTarget(target);
  const found = findings(scanned, values['only-fixed']);
  for (const { format, file } of wanted) {
    const text = report(format, scanned, found);
    if (file) writeFileSync(file, text);
    else print(text);
  }
  if (!values.quiet)
    process.stderr.write(
      `${scannerName}: ${scanned.packages.length} packages, ${found.length} findings of a made-up list\n`,
    );
  const isBad = found.some(
    ({ vulnerability: { severity } }) =>
      threshold !== undefined &&
      severities.indexOf(severity) >= severities.indexOf(threshold as Severity),
  );
  return isBad ? foundCode : 0;
}

function version(asJson: boolean): number {
  print(
    asJson
      ? `${JSON.stringify({ application: scannerName, version: scannerVersion })}\n`
      : `Application: ${scannerName}\nVersion: ${scannerVersion}\n`,
  );
  return 0;
}

function print(text: string) {
  process.stdout.write(text);
}

main(process.argv.slice(2)).then(
  code => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${scannerName}: ${error.message}\n`);
    process.exitCode = 1;
  },
);
