import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';
import type { ConfigName } from './tokens';

/** The one project of the sandbox. */
export const projectName = 'nante';

type Changes = Partial<Record<ConfigName, Record<string, string | null>>>;

/**
 * Secrets of all configs: what the sandbox seeds, which may differ at each start because ports do, and what was changed
 * through the API, which is kept.
 */
export class SecretStore {
  readonly #file: string;
  readonly #seeded: Record<string, string>;
  #changes: Changes;

  constructor(file: string, seeded: Record<string, string>) {
    this.#file = file;
    this.#seeded = seeded;
    this.#changes = readJsonFile<Changes>(file) ?? {};
  }

  /** Names with values, sorted, without those that Doppler adds by itself. */
  own(config: ConfigName): Record<string, string> {
    const all: Record<string, string | null> = {
      ...this.#seeded,
      ...this.#changes[config],
    };
    return Object.fromEntries(
      Object.entries(all)
        .filter((entry): entry is [string, string] => entry[1] !== null)
        .sort(([left], [right]) => (left < right ? -1 : 1)),
    );
  }

  /** The same with `DOPPLER_PROJECT`, `DOPPLER_ENVIRONMENT` and `DOPPLER_CONFIG`. */
  all(config: ConfigName): Record<string, string> {
    return { ...this.own(config), ...managedSecrets(config) };
  }

  /** Sets values, or removes those that are null. */
  change(config: ConfigName, values: Record<string, string | null>): void {
    this.#changes[config] = { ...this.#changes[config], ...values };
    writeFileAtomic(this.#file, JSON.stringify(this.#changes));
  }

  reset(): void {
    this.#changes = {};
    writeFileAtomic(this.#file, '{}');
  }
}

/** What Doppler itself adds to each config. */
export function managedSecrets(config: ConfigName): Record<string, string> {
  return {
    DOPPLER_CONFIG: config,
    DOPPLER_ENVIRONMENT: config,
    DOPPLER_PROJECT: projectName,
  };
}
