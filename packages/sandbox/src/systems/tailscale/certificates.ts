import {
  dayMs,
  KeyUsageFlags,
  loadOrCreateAuthority,
} from '../../hosting/authority';

/** Signs certificates for the names of devices, in the place of the public authority that the vendor asks. */
export interface MeshAuthority {
  /** PEM file that whoever looks at such a page has to trust. */
  file: string;
  /** A certificate with its authority's behind it, and its key, both PEM; good for 90 days. */
  issue(domain: string): Promise<{ certificate: string; privateKey: string }>;
}

/** The authority, made at the first start and kept. */
export async function loadOrCreateMeshAuthority(
  folder: string,
): Promise<MeshAuthority> {
  const { file, pem, sign } = await loadOrCreateAuthority(
    folder,
    'CN=Nante sandbox mesh CA',
    KeyUsageFlags.keyCertSign,
  );
  return {
    file,
    async issue(domain) {
      const { certificate, privateKey } = await sign({
        subject: `CN=${domain}`,
        names: [{ type: 'dns', value: domain }],
        notBefore: new Date(Date.now() - 3600_000),
        notAfter: new Date(Date.now() + 90 * dayMs),
      });
      return { certificate: `${certificate}\n${pem}`, privateKey };
    },
  };
}
