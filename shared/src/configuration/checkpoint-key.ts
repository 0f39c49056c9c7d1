import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The key that signs checkpoints, in the signed-note format: `PRIVATE+KEY+<name>+<hash>+<base64>`. */
export interface CheckpointKey {
  readonly name: string;
  /** The first four bytes of SHA-256 over name, line end, algorithm and public key; part of every signature. */
  readonly keyHash: Buffer;
  readonly privateKey: KeyObject;
  /** `<name>+<hash>+<base64>`, what an auditor verifies with. */
  readonly verifierKey: string;
}

const encoded = /^PRIVATE\+KEY\+(?<name>[^\s+]+)\+(?<hash>[0-9a-f]{8})\+(?<data>[A-Za-z0-9+/]+=*)$/;
const ed25519Algorithm = 1;
const seedBytes = 32;
/** What precedes the 32 bytes of an Ed25519 seed in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @throws Error with a reason fit to be shown, which never contains the key. */
export function parseCheckpointKey(text: string): CheckpointKey {
  const parts = encoded.exec(text.trim())?.groups;
  if (parts?.name === undefined || parts.hash === undefined || parts.data === undefined)
    throw new Error('must be a signed-note key: PRIVATE+KEY+<name>+<hash>+<base64>');
  const data = Buffer.from(parts.data, 'base64');
  if (data[0] !== ed25519Algorithm || data.length !== 1 + seedBytes)
    throw new Error('must be an Ed25519 key');
  const key = checkpointKeyFromSeed(parts.name, data.subarray(1));
  if (key.keyHash.toString('hex') !== parts.hash) throw new Error('has a hash that is not of this key');
  return key;
}

/** The key of this name and seed. `encodeCheckpointKey` is the way back to text. */
export function checkpointKeyFromSeed(name: string, seed: Buffer): CheckpointKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicData = Buffer.concat([Buffer.of(ed25519Algorithm), Buffer.from(x, 'base64url')]);
  const keyHash = createHash('sha256').update(`${name}\n`).update(publicData).digest().subarray(0, 4);
  const verifierKey = `${name}+${keyHash.toString('hex')}+${publicData.toString('base64')}`;
  return { name, keyHash, privateKey, verifierKey };
}

/** The text form that `parseCheckpointKey` reads: what is kept in the data directory. */
export function encodeCheckpointKey(name: string, seed: Buffer): string {
  const { keyHash } = checkpointKeyFromSeed(name, seed);
  const data = Buffer.concat([Buffer.of(ed25519Algorithm), seed]);
  return `PRIVATE+KEY+${name}+${keyHash.toString('hex')}+${data.toString('base64')}`;
}
