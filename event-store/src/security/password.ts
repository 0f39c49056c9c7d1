import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** OWASP's scrypt setting for 16 MiB: few enough bytes for a small server, as costly to guess as the larger settings. */
const COST = { N: 2 ** 14, r: 8, p: 5 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;

export const passwordHashSchema = z.object({ salt: z.string(), hash: z.string() });
export type PasswordHash = z.infer<typeof passwordHashSchema>;

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt);
  return { salt: salt.toString('base64'), hash: hash.toString('base64') };
}

export async function isPassword(password: string, { salt, hash }: PasswordHash): Promise<boolean> {
  const derived = await derive(password, Buffer.from(salt, 'base64'));
  const expected = Buffer.from(hash, 'base64');
  return derived.length === expected.length && timingSafeEqual(derived, expected);
}

async function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
