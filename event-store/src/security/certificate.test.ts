import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueCertificate } from './certificate.ts';

const root = issueCertificate({ commonName: 'an authority', validForDays: 3_650, use: 'authority' });
const privateKey = createPrivateKey(root.privateKey);
const authority = { commonName: 'an authority', privateKey, publicKey: createPublicKey(privateKey) };

describe('an authority', () => {
  it('signs itself and says that it may sign others', () => {
    const certificate = new X509Certificate(root.certificate);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
  });
});

describe('a server certificate', () => {
  const issued = issueCertificate(
    {
      commonName: 'localhost',
      validForDays: 30,
      hosts: ['localhost', '127.0.0.1', '::1', 'fe80::1:2'],
      use: 'server',
    },
    authority,
  );
  const certificate = new X509Certificate(issued.certificate);

  it('is signed by the authority and belongs to its key', () => {
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(new X509Certificate(root.certificate))).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(issued.privateKey))).toBe(true);
  });

  it('covers names and addresses, and no others', () => {
    expect(certificate.checkHost('localhost')).toBe('localhost');
    for (const address of ['127.0.0.1', '::1', 'fe80::1:2'])
      expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.checkHost('example.com')).toBeUndefined();
    expect(certificate.checkIP('127.0.0.2')).toBeUndefined();
  });

  it('is valid since yesterday and for as long as asked', () => {
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
  });
});

it('writes years from 2050 on as well', () => {
  const issued = issueCertificate({ commonName: 'far', validForDays: 36_500, use: 'client' }, authority);
  expect(new Date(new X509Certificate(issued.certificate).validTo).getUTCFullYear()).toBeGreaterThan(2100);
});
