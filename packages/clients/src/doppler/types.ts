import type { SecretName } from '@nante/model';
import type { CallOptions } from '../proxmox/types';

/** Where the values of named secrets come from: Doppler, or the environment where Doppler is not used. */
export interface SecretSource {
  /** For messages: `Doppler config nante/dev`, or `the environment`. */
  readonly title: string;
  /**
   * Values of the given names.
   *
   * @throws NanteError `invalid-input` that lists every missing name at once, never a value
   */
  read<N extends SecretName>(
    names: readonly N[],
    options?: CallOptions,
  ): Promise<Record<N, string>>;
  /** Values of those of the given names that are set. */
  readOptional<N extends SecretName>(
    names: readonly N[],
    options?: CallOptions,
  ): Promise<Partial<Record<N, string>>>;
}
