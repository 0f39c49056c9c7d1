import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

const MS_PER_DAY = 86_400_000;
/** Clocks that are a little behind ours accept the certificate too. */
const BACKDATE_MS = MS_PER_DAY;

const oid = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAlternativeName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
  clientAuthentication: '1.3.6.1.5.5.7.3.2',
} as const;

/** Bits of keyUsage, with the number of unused ones at the end. */
const keyUsage = {
  digitalSignature: { bits: 0x80, unused: 7 },
  signCertificates: { bits: 0x06, unused: 1 },
} as const;

/** A certificate with its private key, both as PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Who signs. */
export interface Authority {
  readonly commonName: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

interface Request {
  readonly commonName: string;
  readonly validForDays: number;
  /** DNS names and IP addresses that a server answers to. */
  readonly hosts?: readonly string[];
  readonly use: 'authority' | 'server' | 'client';
}

/** Makes a P-256 key and its certificate, signed by `authority` or, for an authority, by itself. */
export function issueCertificate(request: Request, authority?: Authority): IssuedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = authority ?? { commonName: request.commonName, privateKey, publicKey };
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256));
  const now = Date.now();
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.of(2)), 'constructed'),
    integer(serialNumber()),
    algorithm,
    name(issuer.commonName),
    sequence(time(new Date(now - BACKDATE_MS)), time(new Date(now + request.validForDays * MS_PER_DAY))),
    name(request.commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions(request, publicKey, issuer.publicKey)), 'constructed'),
  );
  const certificate = sequence(
    toBeSigned,
    algorithm,
    bitString(sign('sha256', toBeSigned, issuer.privateKey)),
  );
  return {
    certificate: pem('CERTIFICATE', certificate),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Positive and random, so that no two certificates of an authority are alike. */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

function name(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier(oid.commonName), utf8String(commonName))));
}

function extensions({ use, hosts = [] }: Request, subject: KeyObject, issuer: KeyObject): Buffer[] {
  const isAuthority = use === 'authority';
  const { bits, unused } = isAuthority ? keyUsage.signCertificates : keyUsage.digitalSignature;
  const common = [
    extension(oid.basicConstraints, sequence(...(isAuthority ? [boolean(true)] : [])), 'critical'),
    extension(oid.keyUsage, bitString(Buffer.of(bits), unused), 'critical'),
    extension(oid.subjectKeyIdentifier, octetString(keyIdentifier(subject))),
    extension(oid.authorityKeyIdentifier, sequence(tagged(0, keyIdentifier(issuer), 'primitive'))),
  ];
  if (isAuthority) return common;
  const purpose = use === 'server' ? oid.serverAuthentication : oid.clientAuthentication;
  common.push(extension(oid.extendedKeyUsage, sequence(objectIdentifier(purpose))));
  if (hosts.length > 0)
    common.push(extension(oid.subjectAlternativeName, sequence(...hosts.map(alternativeName))));
  return common;
}

function extension(identifier: string, value: Buffer, importance?: 'critical'): Buffer {
  const critical = importance ? [boolean(true)] : [];
  return sequence(objectIdentifier(identifier), ...critical, octetString(value));
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function alternativeName(host: string): Buffer {
  return isIP(host) === 0
    ? tagged(2, Buffer.from(host), 'primitive')
    : tagged(7, addressBytes(host), 'primitive');
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const after = groups(tail ?? '');
  const before = groups(head);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = tail === undefined ? before : [...before, ...zeros, ...after];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
