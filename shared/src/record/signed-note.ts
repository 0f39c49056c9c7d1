import { createPublicKey, sign, verify } from 'node:crypto';
import type { CheckpointKey } from '../configuration/checkpoint-key.ts';

const separator = '\n\n';
const keyHashBytes = 4;

/**
 * A note signed as C2SP's `signed-note` says: the text, an empty line, `— name base64(keyHash ‖ signature)`. Ed25519
 * signs alike every time, so the same text gives the same note.
 * @throws RangeError when the text could not be told from its signature again.
 */
export function signNote(text: string, key: CheckpointKey): string {
  if (!isNoteText(text))
    throw new RangeError('a note ends its lines, the last one too, and has no other control characters');
  const signature = Buffer.concat([key.keyHash, sign(null, Buffer.from(text), key.privateKey)]);
  return `${text}\n— ${key.name} ${signature.toString('base64')}\n`;
}

/** The text of a note, or undefined unless this key signed it. Signatures by others are passed over. */
export function openNote(
  note: string,
  key: Pick<CheckpointKey, 'name' | 'keyHash' | 'privateKey'>,
): string | undefined {
  const cut = note.lastIndexOf(separator);
  if (cut === -1 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, cut + 1);
  if (!isNoteText(text)) return undefined;
  const publicKey = createPublicKey(key.privateKey);
  const isSigned = note
    .slice(cut + separator.length, -1)
    .split('\n')
    .some((line) => {
      const [dash, name, base64 = '', ...rest] = line.split(' ');
      const signature = Buffer.from(base64, 'base64');
      if (dash !== '—' || name !== key.name || rest.length > 0) return false;
      if (signature.toString('base64') !== base64) return false;
      if (!signature.subarray(0, keyHashBytes).equals(key.keyHash)) return false;
      return verify(null, Buffer.from(text), publicKey, signature.subarray(keyHashBytes));
    });
  return isSigned ? text : undefined;
}

function isNoteText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f\u007f]/.test(text);
}
