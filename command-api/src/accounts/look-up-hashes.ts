import { createHmac, randomBytes } from 'node:crypto';
import type { Database, MasterKey } from '@verbatim/shared';
import { z } from 'zod';

/** Keyed hashes of what must be found again but not be read: whoever has the tables alone learns no address. */
export interface LookUpHashes {
  /** Alike for spellings of one address that differ in case only. */
  email(address: string): string;
  networkAddress(ip: string): string;
  /** The id that an imported person had where they came from. */
  sourceUser(organizationId: string, sourceUserId: string): string;
}

const secretName = 'look-up-hashes';
const keyBytes = 32;
const rowsSchema = z.object({ rows: z.tuple([z.object({ wrapped: z.string() })]) });

/** Makes the key on first use; all processes get the same one. */
export async function loadLookUpHashes(database: Database, masterKey: MasterKey): Promise<LookUpHashes> {
  const made = masterKey.wrap(randomBytes(keyBytes), secretName);
  await database.raw('INSERT INTO accounts.secret (name, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING', [
    secretName,
    made,
  ]);
  const { rows } = rowsSchema.parse(
    await database.raw('SELECT wrapped FROM accounts.secret WHERE name = ?', [secretName]),
  );
  const key = masterKey.unwrap(rows[0].wrapped, secretName);
  const hash = (kind: string, value: string): string =>
    createHmac('sha256', key).update(`${kind}\0${value}`).digest('base64url');
  return {
    email: (address) => hash('email', address.normalize('NFC').toLowerCase()),
    networkAddress: (ip) => hash('network-address', ip),
    sourceUser: (organizationId, sourceUserId) => hash('source-user', `${organizationId}\0${sourceUserId}`),
  };
}
