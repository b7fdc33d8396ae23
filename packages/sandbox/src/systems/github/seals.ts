import { createHash } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';
import { unprocessable } from './errors';

/** The key pair that secrets are sealed for before they are sent. */
export class Seals {
  readonly #keys: { publicKey: string; privateKey: string };

  private constructor(keys: { publicKey: string; privateKey: string }) {
    this.#keys = keys;
  }

  /** Made at the first start, and kept. */
  static async load(file: string): Promise<Seals> {
    await sodium.ready;
    const kept = readJsonFile<{ publicKey: string; privateKey: string }>(file);
    if (kept) return new Seals(kept);
    const { publicKey, privateKey } = sodium.crypto_box_keypair();
    const made = {
      publicKey: Buffer.from(publicKey).toString('base64'),
      privateKey: Buffer.from(privateKey).toString('base64'),
    };
    writeFileAtomic(file, JSON.stringify(made));
    return new Seals(made);
  }

  /** As the vendor's call answers. */
  get publicKey(): { key_id: string; key: string } {
    const { publicKey: key } = this.#keys;
    const digest = createHash('sha256').update(key).digest('hex');
    return { key_id: BigInt(`0x${digest.slice(0, 15)}`).toString(), key };
  }

  /** @throws GithubError 422 for what was sealed for another key */
  open(keyId: string, sealed: string): string {
    if (keyId !== this.publicKey.key_id)
      throw unprocessable('The key_id is not that of the current public key.');
    const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
    try {
      const value = sodium.crypto_box_seal_open(
        bytes(sealed),
        bytes(this.#keys.publicKey),
        bytes(this.#keys.privateKey),
      );
      return Buffer.from(value).toString('utf8');
    } catch {
      throw unprocessable(
        'Secret could not be decrypted: it has to be a sealed box for the current public key.',
      );
    }
  }
}
