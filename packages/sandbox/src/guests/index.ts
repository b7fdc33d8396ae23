import { NanteError } from '@nante/model';
import type { GuestDriver } from './driver';
import { createDockerDriver } from './docker/driver';
import { engineAnswers, knownImages } from './docker/engine';
import { findTool } from './nspawn/command';
import { createNspawnDriver } from './nspawn/driver';
import { nspawnRequirements } from './nspawn/requirements';
import { createRecordDriver } from './record';

export type { GuestDriver } from './driver';

/** What can be asked for; `auto` takes the first that works. */
export type GuestDriverKind = 'auto' | GuestDriver['name'];

/** One driver as help and doctor show it. */
export interface DriverDescription {
  name: GuestDriver['name'];
  /** What a guest is with it, in a few words. */
  summary: string;
  available: boolean;
  /** What the machine lacks, one thing each, empty when available. */
  missing: string[];
  /** Debian packages that would help; the start command offers to install them. */
  packages: string[];
}

/** Every driver, best first, and whether it works on this machine. Changes nothing. */
export async function describeDrivers(options: {
  dataDir: string;
}): Promise<DriverDescription[]> {
  const nspawn = await nspawnRequirements(options.dataDir);
  const docker = await dockerLacks();
  return [
    {
      name: 'nspawn',
      summary: 'a booted Debian with systemd and sshd on a network of its own',
      available: nspawn.missing.length === 0,
      ...nspawn,
    },
    {
      name: 'docker',
      summary: 'the same Debian as a systemd container',
      available: docker.length === 0,
      missing: docker,
      packages: [],
    },
    {
      name: 'record',
      summary: 'a record only: nobody can log in',
      available: true,
      missing: [],
      packages: [],
    },
  ];
}

/** What is missing for guests in Docker. */
async function dockerLacks(): Promise<string[]> {
  if (!findTool('docker') || !(await engineAnswers()))
    return ['a Docker engine that answers'];
  if (process.getuid?.() === 0)
    return findTool('debootstrap') ? [] : ['debootstrap'];
  return (await knownImages()).length > 0
    ? []
    : ['an image nante-guest in the Docker engine (only root can make it)'];
}

/**
 * Makes the driver that was asked for, or with `auto` the best that works here, and logs in one line which one and why.
 * Nothing is built before its `prepare`.
 *
 * @throws NanteError `refused` when a driver was named that does not work here, with what is missing.
 */
export async function chooseDriver(
  kind: GuestDriverKind,
  options: { dataDir: string; log(line: string): void },
): Promise<GuestDriver> {
  const drivers = await describeDrivers(options);
  const chosen = drivers.find(({ name, available }) =>
    kind === 'auto' ? available : name === kind,
  );
  if (!chosen) {
    throw new NanteError(
      'invalid-input',
      `There is no guests driver "${kind}"`,
      {
        hint: `Use auto, ${drivers.map(({ name }) => name).join(', ')}.`,
      },
    );
  }
  if (!chosen.available) {
    throw new NanteError(
      'refused',
      `The guests driver ${chosen.name} does not work here; missing: ${chosen.missing.join(', ')}`,
      {
        hint:
          chosen.packages.length > 0
            ? `Install what is missing: apt-get install ${chosen.packages.join(' ')}`
            : 'Use the guests driver "auto", which takes one that works.',
        details: { missing: chosen.missing, packages: chosen.packages },
      },
    );
  }
  const better = drivers.slice(0, drivers.indexOf(chosen));
  const why = better
    .map(({ name, missing }) => `${name} lacks ${missing.join(', ')}`)
    .join('; ');
  options.log(
    `Guests: ${chosen.name}, ${chosen.summary}${kind === 'auto' && why ? ` (${why})` : ''}`,
  );
  if (chosen.name === 'nspawn') return createNspawnDriver(options);
  if (chosen.name === 'docker') return createDockerDriver(options);
  return createRecordDriver();
}
