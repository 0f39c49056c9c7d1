import type { CheckedOptions } from '../options.ts';
import type { TlsMaterial } from '../security/tls-files.ts';

/** An address that clients can connect to, also when the store listens on all. */
export function reachableHost({ host, hostNames: [name] }: CheckedOptions): string {
  if (name !== undefined) return name;
  return host === '0.0.0.0' || host === '::' ? 'localhost' : host;
}

export function connectionString(host: string, port: number, tls: TlsMaterial | undefined): string {
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const query = tls ? `tlsCAFile=${encodeURIComponent(tls.authorityFile)}` : 'tls=false';
  return `esdb://${authority}?${query}`;
}
