export interface DirectAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

/**
 * Reads `tcp://:SECRET@HOST:PORT`.
 * @throws Error (without the value, which holds a secret) when it is none.
 */
export function parseDirectAddress(url: string): DirectAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'tcp:' || parsed.port === '' || parsed.password.length < 16)
    throw new Error(
      'a direct push address is tcp://:SECRET@HOST:PORT with a secret of at least 16 characters',
    );
  return {
    host: parsed.hostname,
    port: Number(parsed.port),
    secret: decodeURIComponent(parsed.password),
  };
}

export const formatDirectAddress = ({ host, port, secret }: DirectAddress): string =>
  `tcp://:${encodeURIComponent(secret)}@${host}:${port}`;
