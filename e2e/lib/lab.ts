import { describeDrivers } from '@nante/sandbox';
import { SkipScenario } from './report';

/** Whether guests can be booted on this machine, and if not, what is missing. */
export async function labHere(
  dataDir: string,
): Promise<{ available: boolean; missing: string }> {
  const nspawn = (await describeDrivers({ dataDir })).find(
    ({ name }) => name === 'nspawn',
  );
  return {
    available: nspawn?.available ?? false,
    missing: nspawn?.missing.join(', ') ?? 'the driver',
  };
}

/** Ends a scenario that is nothing without booted guests. */
export async function requireLab(dataDir: string): Promise<void> {
  const { available, missing } = await labHere(dataDir);
  if (!available)
    throw new SkipScenario(`guests cannot be booted here: ${missing}`);
}

/**
 * Driver for a scenario that says less without booted guests, and still something.
 *
 * @throws Error where `NANTE_REQUIRE_LAB=1` and there is no lab
 */
export async function bestGuests(dataDir: string): Promise<string> {
  const { available, missing } = await labHere(dataDir);
  if (available) return 'nspawn';
  if (process.env.NANTE_REQUIRE_LAB === '1')
    throw new Error(
      `NANTE_REQUIRE_LAB=1, and guests cannot be booted: ${missing}`,
    );
  return 'record';
}
