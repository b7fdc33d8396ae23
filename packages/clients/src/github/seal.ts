/**
 * Seals a secret for a repository: only GitHub, which has the other half of the key, can open it.
 *
 * @param publicKey - of the repository, base64
 * @returns base64
 */
export async function sealFor(
  publicKey: string,
  value: string,
): Promise<string> {
  // Only when it is needed: it is a megabyte of WebAssembly.
  const sodium: typeof import('libsodium-wrappers') = require('libsodium-wrappers');
  await sodium.ready;
  const { ORIGINAL } = sodium.base64_variants;
  return sodium.to_base64(
    sodium.crypto_box_seal(value, sodium.from_base64(publicKey, ORIGINAL)),
    ORIGINAL,
  );
}
