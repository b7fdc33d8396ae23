import { resolve } from 'node:path';
import { exitCodes, NanteError } from '@nante/model';
import {
  fixedPorts,
  readArguments,
  usage,
  type Arguments,
} from './cli/arguments';
import { whenParentGone } from './cli/parent';
import { endpointTable } from './cli/table';
import { cleanSandbox } from './clean';
import { endpointsFile } from './endpoints';
import { startSandbox, type Sandbox } from './sandbox';
import type { SystemName } from './standIn';
import { systemDefinitions } from './systems';

const names = Object.keys(systemDefinitions) as SystemName[];

async function main(args: Arguments): Promise<void> {
  if (args.help) {
    print(usage.trimEnd());
    return;
  }
  if (args.clean || args.fresh)
    await cleanSandbox({ dataDir: args.data, log: print });
  if (args.clean) {
    print(`${resolve(args.data)} and what it made are gone.`);
    return;
  }

  let stopping: Promise<void> | undefined;
  const started = startSandbox({
    dataDir: args.data,
    seed: args.seed,
    guests: args.guests,
    ports: fixedPorts(args.portBase),
    log: print,
  });
  function stop() {
    // Also in the middle of the start: what is half up still has to come down.
    stopping ??= started
      .then(sandbox => sandbox.stop())
      .then(
        () => process.exit(0),
        error => fail(error),
      );
  }
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  if (args.exitWithParent) whenParentGone(stop);

  const sandbox = await started;
  await setFaults(sandbox, args);
  if (stopping) return;
  print(endpointTable(sandbox.endpoints, names));
  print(`How to reach them: ${endpointsFile(resolve(args.data))}`);
  print('ready');
}

async function setFaults(sandbox: Sandbox, args: Arguments): Promise<void> {
  const latency = { kind: 'latency', ms: 400, jitter: 600 };
  for (const name of names) {
    if (args.slow) await setFault(sandbox, name, latency);
    if (args.broken.includes(name))
      await setFault(sandbox, name, { kind: 'refuse' });
  }
}

async function setFault(sandbox: Sandbox, name: SystemName, fault: object) {
  const response = await fetch(`${sandbox.endpoints[name]?.control}/faults`, {
    method: 'POST',
    body: JSON.stringify(fault),
  });
  if (!response.ok) throw new NanteError('failed', await response.text());
}

function print(line: string) {
  process.stdout.write(`${line}\n`);
}

function fail(error: unknown): never {
  const known = NanteError.is(error) ? error : undefined;
  const text = error instanceof Error ? error.message : String(error);
  const hint = known?.hint ? `\n${known.hint}` : '';
  process.stderr.write(`${text}${hint}\n`);
  process.exit(known ? exitCodes[known.code] : 1);
}

Promise.resolve()
  .then(() => main(readArguments(process.argv.slice(2))))
  .catch(fail);
