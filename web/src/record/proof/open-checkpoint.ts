import { fromBase64, joined, sha256, toHex, utf8 } from './bytes.ts';

/** The first `size` events of an organization have this root: the key's owner has signed that. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

const keyShape = /^(?<name>[^\s+]+)\+(?<hash>[0-9a-f]{8})\+(?<data>[A-Za-z0-9+/]+=*)$/;
const noteShape = /^(?<origin>[^\n]+)\n(?<size>0|[1-9]\d{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\n/;
const ed25519 = 1;
const publicKeyBytes = 32;
const keyHashBytes = 4;

/**
 * A checkpoint as C2SP's `signed-note` and `tlog-checkpoint` write it, for `<name>+<hash>+<base64>`, a verifier key.
 * Undefined when this key did not sign it.
 * @throws DOMException `NotSupportedError` in a browser that has no Ed25519.
 */
export async function openCheckpoint(note: string, verifierKey: string): Promise<Checkpoint | undefined> {
  const { name = '', hash = '', data = '' } = keyShape.exec(verifierKey.trim())?.groups ?? {};
  const bytes = fromBase64(data);
  if (bytes.length !== 1 + publicKeyBytes || bytes[0] !== ed25519) return undefined;
  const keyHash = (await sha256(joined(utf8(`${name}\n`), bytes))).slice(0, keyHashBytes);
  const cut = note.lastIndexOf('\n\n');
  if (toHex(keyHash) !== hash || cut < 0) return undefined;
  const text = note.slice(0, cut + 1);
  const key = await crypto.subtle.importKey('raw', bytes.slice(1), 'Ed25519', false, ['verify']);
  const start = `— ${name} `;
  for (const line of note.slice(cut + 2).split('\n')) {
    if (!line.startsWith(start)) continue;
    const signature = fromBase64(line.slice(start.length));
    if (toHex(signature.slice(0, keyHashBytes)) !== hash) continue;
    if (await crypto.subtle.verify('Ed25519', key, signature.slice(keyHashBytes), utf8(text)))
      return checkpointIn(text);
  }
  return undefined;
}

function checkpointIn(text: string): Checkpoint | undefined {
  const parts = noteShape.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { origin = '', size = '', root = '' } = parts;
  return { origin, size: Number(size), root };
}
