import { parseArgs } from 'node:util';
import { NanteError } from '@nante/model';
import type { SystemName } from '../standIn';
import { systemDefinitions, type GuestKind } from '../systems';

/** What the command line asks for. */
export interface Arguments {
  data: string;
  seed: number;
  guests: GuestKind;
  portBase: number;
  fresh: boolean;
  clean: boolean;
  slow: boolean;
  exitWithParent: boolean;
  help: boolean;
  /** Stand-ins that refuse connections from the start. */
  broken: SystemName[];
}

const guestKinds: GuestKind[] = ['auto', 'record', 'nspawn', 'docker'];
const highestBase = 65_000;

/** Text of `--help`. */
export const usage = `Usage: npm run sandbox -- [options]

Starts local stand-ins for the outside systems, on loopback only, and says how to reach them in DIR/endpoints.json.

  --data DIR          folder for everything that is kept between starts (.sandbox)
  --guests KIND       what a guest is: ${guestKinds.join(', ')} (auto)
  --seed N            another company: names, ids, orders and the dice of the faults (1)
  --port-base N       first of the ports, which then stay the same at every start (17800)
  --fresh             drop what is kept before the start
  --clean             remove everything that was ever made here, guests included, and leave
  --break SYSTEM      this stand-in refuses connections until its faults are cleared; may be repeated
  --slow              every answer takes 0.4 to 1 second
  --exit-with-parent  stop when the process that started this one is gone
  --help              this text
`;

/**
 * Ports of the fixed layout: one step for each system, so that an address in a person's shell history stays right.
 *
 * @param base - port of the control server
 */
export function fixedPorts(
  base: number,
): Record<SystemName | 'control', number> {
  return {
    control: base,
    proxmox: base + 6,
    s3: base + 9,
    doppler: base + 4,
    octopus: base + 8,
    nexus: base + 1,
    github: base + 2,
    tailscale: base + 3,
    openobserve: base + 5,
    packages: base + 7,
  };
}

/** @throws NanteError `invalid-input` that names the wrong option */
export function readArguments(args: string[]): Arguments {
  const values = parse(args);
  const portBase = wholeNumber('--port-base', values['port-base'], highestBase);
  if (portBase < 1024)
    throw new NanteError('invalid-input', '--port-base is below 1024.');
  return {
    data: values.data,
    seed: wholeNumber('--seed', values.seed, 2 ** 31),
    guests: oneOf('--guests', values.guests, guestKinds),
    portBase,
    fresh: values.fresh,
    clean: values.clean,
    slow: values.slow,
    exitWithParent: values['exit-with-parent'],
    help: values.help,
    broken: values.break.map(name =>
      oneOf('--break', name, Object.keys(systemDefinitions) as SystemName[]),
    ),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        data: { type: 'string', default: '.sandbox' },
        guests: { type: 'string', default: 'auto' },
        seed: { type: 'string', default: '1' },
        'port-base': { type: 'string', default: '17800' },
        fresh: { type: 'boolean', default: false },
        clean: { type: 'boolean', default: false },
        break: { type: 'string', multiple: true, default: [] },
        slow: { type: 'boolean', default: false },
        'exit-with-parent': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new NanteError('invalid-input', (error as Error).message, {
      hint: '--help lists the options.',
    });
  }
}

function wholeNumber(option: string, text: string, highest: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= highest) return value;
  throw new NanteError(
    'invalid-input',
    `${option} takes a whole number up to ${highest}, not "${text}".`,
  );
}

function oneOf<Value extends string>(
  option: string,
  text: string,
  allowed: Value[],
): Value {
  const value = allowed.find(candidate => candidate === text);
  if (value) return value;
  throw new NanteError(
    'invalid-input',
    `${option} takes one of ${allowed.join(', ')}, not "${text}".`,
  );
}
