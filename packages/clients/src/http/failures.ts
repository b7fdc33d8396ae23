import { NanteError } from '@nante/model';

const tlsFailures: Record<string, { what: string; hint: string }> = {
  SELF_SIGNED_CERT_IN_CHAIN: {
    what: 'its certificate comes from a certificate authority that we do not know',
    hint: 'Name the PEM file of that authority as the CA of the connection.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    what: 'its certificate is self-signed',
    hint: 'Name a PEM file with that certificate as the CA of the connection.',
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    what: 'its certificate comes from a certificate authority that we do not know',
    hint: 'Name the PEM file of that authority as the CA of the connection.',
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    what: 'its certificate comes from a certificate authority that we do not know',
    hint: 'Name the PEM file of that authority as the CA of the connection.',
  },
  CERT_SIGNATURE_FAILURE: {
    what: 'its certificate was not signed by the authority it names',
    hint: 'Name the PEM file of the right authority as the CA of the connection.',
  },
  CERT_HAS_EXPIRED: {
    what: 'its certificate has expired',
    hint: 'Renew the certificate of the server, or correct the clock of this machine.',
  },
  CERT_NOT_YET_VALID: {
    what: 'its certificate is not valid yet',
    hint: 'Compare the clock of this machine with that of the server.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: 'its certificate was made for another host name',
    hint: 'Use the name that stands in the certificate, or make one for this name.',
  },
};

const transportFailures: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved at the moment',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped coming',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH:
    'the answer was shorter than it said it would be',
};

/** Origin and path of an address; a query or user name could carry something that is nobody's business. */
export function shownAddress(url: string | URL): string {
  const parsed = new URL(url);
  return `${parsed.origin}${parsed.pathname === '/' ? '' : parsed.pathname}`;
}

/** As much of an error as we read; not `instanceof`, since it may come from another realm. */
interface ErrorLike {
  code?: unknown;
  cause?: ErrorLike;
  errors?: ErrorLike[];
}

/** Codes of an error and of all its causes, outermost first. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  let current = (error ?? undefined) as ErrorLike | undefined;
  for (let depth = 0; depth < 8 && typeof current === 'object'; depth++) {
    if (typeof current?.code === 'string') codes.push(current.code);
    current = current?.errors?.[0] ?? current?.cause;
  }
  return codes;
}

/** True when the server's certificate was not accepted: no repetition helps. */
export function isTlsFailure(error: unknown): boolean {
  return codesOf(error).some(code => code in tlsFailures);
}

/** The same of an error that {@link unreachable} made. */
export function isUntrusted({ details }: NanteError): boolean {
  return `${details?.code}` in tlsFailures;
}

/**
 * Turns a failed connection into an error that names the address and what is wrong with it. Only codes we know are
 * put into words, so no header and no value of a request can get into the message.
 */
export function unreachable(
  system: string,
  url: string | URL,
  error: unknown,
): NanteError {
  const address = shownAddress(url);
  const codes = codesOf(error);
  const tlsCode = codes.find(code => code in tlsFailures);
  if (tlsCode) {
    const { what, hint } = tlsFailures[tlsCode];
    return new NanteError(
      'unreachable',
      `${system} at ${address} is not trusted: ${what}.`,
      { hint, details: { address, code: tlsCode } },
    );
  }
  const code = codes.find(candidate => candidate in transportFailures);
  const why = code
    ? transportFailures[code]
    : `the connection failed${codes[0] ? ` (${codes[0]})` : ''}`;
  return new NanteError(
    'unreachable',
    `${system} at ${address} does not answer: ${why}.`,
    {
      hint: 'Check that the address is right, the system runs, and this machine can reach it.',
      details: { address, code: code ?? codes[0] },
    },
  );
}

/** The deadline passed before the answer was complete. */
export function tooSlow(
  system: string,
  url: string | URL,
  timeoutMs: number,
): NanteError {
  const address = shownAddress(url);
  return new NanteError(
    'unreachable',
    `${system} at ${address} did not answer within ${timeoutMs / 1000} s.`,
    {
      hint: 'Check that the system runs and is not overloaded.',
      details: { address, code: 'DEADLINE' },
    },
  );
}
