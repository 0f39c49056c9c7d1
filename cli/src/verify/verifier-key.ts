import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

/** The public half of the key that an instance signs with. */
export interface VerifierKey {
  readonly name: string;
  readonly keyHash: Buffer;
  readonly publicKey: KeyObject;
  /** `<name>+<hash>+<base64>`, as it was given. */
  readonly text: string;
}

const shape = /^(?<name>[^\s+]+)\+(?<hash>[0-9a-f]{8})\+(?<data>[A-Za-z0-9+/]+=*)$/;
const ed25519Algorithm = 1;
const publicKeyBytes = 32;
/** What precedes the 32 bytes of an Ed25519 public key in its DER form. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const keyHashBytes = 4;

/** @throws Error with a reason fit to be shown. */
export function parseVerifierKey(given: string): VerifierKey {
  const text = given.trim();
  const { name = '', hash = '', data = '' } = shape.exec(text)?.groups ?? {};
  const bytes = Buffer.from(data, 'base64');
  if (
    bytes.length !== 1 + publicKeyBytes ||
    bytes[0] !== ed25519Algorithm ||
    bytes.toString('base64') !== data
  )
    throw new Error('This is not a verifier key: <name>+<hash>+<base64> of an Ed25519 key.');
  const keyHash = createHash('sha256').update(`${name}\n`).update(bytes).digest().subarray(0, keyHashBytes);
  if (keyHash.toString('hex') !== hash) throw new Error('The hash in the verifier key is not of this key.');
  const key = Buffer.concat([spkiPrefix, bytes.subarray(1)]);
  return { name, keyHash, publicKey: createPublicKey({ key, format: 'der', type: 'spki' }), text };
}

/** The text of a C2SP signed note, or undefined when this key did not sign it. */
export function openSignedNote(note: string, key: VerifierKey): string | undefined {
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, cut + 1);
  const signatures = note.slice(cut + 2, -1).split('\n');
  return signatures.some((line) => isSignatureOf(line, text, key)) ? text : undefined;
}

/** Whose signatures a note says it carries, `<name>+<hash>` each; none when it is not a signed note at all. */
export function signersOf(note: string): string[] {
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0) return [];
  return note
    .slice(cut + 2)
    .split('\n')
    .flatMap((line) => {
      const { name = '', base64 = '' } = signatureShape.exec(line)?.groups ?? {};
      const signature = Buffer.from(base64, 'base64');
      if (signature.length <= keyHashBytes || signature.toString('base64') !== base64) return [];
      return [`${name}+${signature.subarray(0, keyHashBytes).toString('hex')}`];
    });
}

const signatureShape = /^— (?<name>[^\s+]+) (?<base64>[A-Za-z0-9+/]+=*)$/;

function isSignatureOf(line: string, text: string, { name, keyHash, publicKey }: VerifierKey): boolean {
  const start = `— ${name} `;
  if (!line.startsWith(start)) return false;
  const base64 = line.slice(start.length);
  const signature = Buffer.from(base64, 'base64');
  return (
    signature.toString('base64') === base64 &&
    signature.subarray(0, keyHashBytes).equals(keyHash) &&
    verify(null, Buffer.from(text), publicKey, signature.subarray(keyHashBytes))
  );
}

export interface SignedCheckpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

const checkpointShape = /^(?<origin>[^\n]+)\n(?<size>0|[1-9]\d{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\n/;

/** Undefined when this key did not sign it, or it is no checkpoint. */
export function openSignedCheckpoint(note: string, key: VerifierKey): SignedCheckpoint | undefined {
  const parts = checkpointShape.exec(openSignedNote(note, key) ?? '')?.groups;
  if (parts === undefined) return undefined;
  const { origin = '', size = '', root = '' } = parts;
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
}
