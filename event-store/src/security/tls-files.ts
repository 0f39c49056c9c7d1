import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { issueCertificate, type Authority, type IssuedCertificate } from './certificate.ts';

const AUTHORITY_NAME = 'verbatim-event-store';
const AUTHORITY_DAYS = 3_650;
const SERVER_DAYS = 397;
const CLIENT_DAYS = 397;
const RENEW_BEFORE_DAYS = 30;
const MS_PER_DAY = 86_400_000;

/** What a TLS server needs, as PEM, and where clients find the authority to trust. */
export interface TlsMaterial {
  readonly certificate: string;
  readonly privateKey: string;
  readonly authority: string;
  /** An absolute path: it goes into the connection string, and clients run elsewhere. */
  readonly authorityFile: string;
}

/** Files that somebody else made. */
export interface GivenTlsFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly authorityFile: string;
}

export function readTlsFiles(files: GivenTlsFiles): TlsMaterial {
  return {
    certificate: readFileSync(files.certificateFile, 'utf8'),
    privateKey: readFileSync(files.privateKeyFile, 'utf8'),
    authority: readFileSync(files.authorityFile, 'utf8'),
    authorityFile: resolve(files.authorityFile),
  };
}

/**
 * The store's own authority and server certificate, made on first use. The server's is made anew when it is about to
 * expire or does not cover a host; clients that trust the authority notice nothing.
 */
export function ownTlsFiles(directory: string, hosts: readonly string[]): TlsMaterial {
  const authorityFile = resolve(directory, 'ca.crt');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { authority, certificate: authorityCertificate } = ownAuthority(directory);
  const serverFile = join(directory, 'server.crt');
  const keyFile = join(directory, 'server.key');
  if (!isUsable(serverFile, hosts, authority)) {
    const request = {
      commonName: hosts[0] ?? 'localhost',
      validForDays: SERVER_DAYS,
      hosts,
      use: 'server',
    } as const;
    writePair(serverFile, keyFile, issueCertificate(request, authority));
  }
  return {
    certificate: readFileSync(serverFile, 'utf8'),
    privateKey: readFileSync(keyFile, 'utf8'),
    authority: authorityCertificate,
    authorityFile,
  };
}

/** A certificate by which a client is the user of this name, without a password. */
export function issueUserCertificate(directory: string, login: string): IssuedCertificate {
  const { authority } = ownAuthority(directory);
  return issueCertificate({ commonName: login, validForDays: CLIENT_DAYS, use: 'client' }, authority);
}

function ownAuthority(directory: string): { authority: Authority; certificate: string } {
  const certificateFile = join(directory, 'ca.crt');
  const keyFile = join(directory, 'ca.key');
  if (!existsSync(certificateFile) || !existsSync(keyFile)) {
    const request = { commonName: AUTHORITY_NAME, validForDays: AUTHORITY_DAYS, use: 'authority' } as const;
    writePair(certificateFile, keyFile, issueCertificate(request));
  }
  const privateKey = createPrivateKey(readFileSync(keyFile));
  return {
    authority: { commonName: AUTHORITY_NAME, privateKey, publicKey: createPublicKey(privateKey) },
    certificate: readFileSync(certificateFile, 'utf8'),
  };
}

function isUsable(file: string, hosts: readonly string[], authority: Authority): boolean {
  if (!existsSync(file)) return false;
  const certificate = new X509Certificate(readFileSync(file));
  const expiresMs = Date.parse(certificate.validTo);
  const covers = (host: string): boolean =>
    (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
  return (
    certificate.verify(authority.publicKey) &&
    expiresMs - Date.now() > RENEW_BEFORE_DAYS * MS_PER_DAY &&
    hosts.every(covers)
  );
}

/** The key goes first: a certificate without its key would look finished and be of no use. */
function writePair(
  certificateFile: string,
  keyFile: string,
  { certificate, privateKey }: IssuedCertificate,
): void {
  writeWhole(keyFile, privateKey, 0o600);
  writeWhole(certificateFile, certificate, 0o644);
}

function writeWhole(file: string, text: string, mode: number): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, text, { mode });
  chmodSync(temporary, mode);
  renameSync(temporary, file);
}
