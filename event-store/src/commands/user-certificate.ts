import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificatesOf } from '../security/prepare-security.ts';
import { issueUserCertificate } from '../security/tls-files.ts';
import type { Command } from './command.ts';

export const userCertificate: Command = {
  name: 'user-certificate',
  synopsis: 'DIR LOGIN TO',
  summary: 'make a certificate by which a client is a user, without a password',
  help: `Signs a certificate for the user LOGIN with the authority of the store in DIR and writes LOGIN.crt and LOGIN.key
into the directory TO. Clients show it by userCertFile and userKeyFile in their connection string.`,
  options: {},
  positionals: { least: 3, most: 3 },
  run: ({ positionals: [directory = '', login = '', target = ''] }) => {
    const { certificate, privateKey } = issueUserCertificate(certificatesOf(directory), login);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, `${encodeURIComponent(login)}.key`), privateKey, { mode: 0o600 });
    writeFileSync(join(target, `${encodeURIComponent(login)}.crt`), certificate);
    return Promise.resolve(0);
  },
};
