/**
 * What a leaf and a node of the record are: all that a verifier has to agree on with Verbatim. It needs nothing of
 * ours, so that a stranger can read it, or write it again in another language.
 *
 * The tree is RFC 6962's: leaf = SHA-256(0x00 ‖ entry), node = SHA-256(0x01 ‖ left ‖ right), the root of no leaves is
 * SHA-256 of nothing. Each organization has one tree, over its events in the order of the log.
 */
import { hash } from 'node:crypto';

/** An event as it is stored: ciphertext, never what it says once opened. */
export interface StoredEntry {
  /** The store's stamp, ISO 8601 with milliseconds. */
  readonly created: string;
  /** SHA-256 of the stored data, lower-case hex. The bytes are RFC 8785 JSON. */
  readonly dataSha256: string;
  readonly eventId: string;
  readonly metadataSha256: string;
  readonly revision: number;
  readonly stream: string;
  readonly type: string;
}

export const hashBytes = 32;

/** The bytes of a leaf, as text: RFC 8785 canonical JSON, whose keys stand in alphabetical order. */
export function leafEntry(stored: StoredEntry): string {
  const { created, dataSha256, eventId, metadataSha256, revision, stream, type } = stored;
  return JSON.stringify({ created, dataSha256, eventId, metadataSha256, revision, stream, type, v: 1 });
}

export function leafHash(entry: string | Uint8Array): Buffer {
  return sha256(typeof entry === 'string' ? `\0${entry}` : Buffer.concat([Buffer.of(0), entry]));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(1 + 2 * hashBytes);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + hashBytes);
  return sha256(bytes);
}

/** By way of text: asked for bytes, Node makes memory of its own for each hash, which costs more than the hash. */
function sha256(bytes: string | Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'base64'), 'base64');
}

export const emptyRoot: Buffer = sha256('');

export const sha256Hex = (bytes: string | Uint8Array): string => hash('sha256', bytes, 'hex');
