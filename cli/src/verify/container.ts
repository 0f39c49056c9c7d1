import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { openSignedNote, type VerifierKey } from './verifier-key.ts';

const endRecordBytes = 22;
const endSignature = 0x06054b50;
const maxCommentBytes = 0xffff;
const readBytes = 1024 * 1024;

/** The first line of the note that an export carries in the zip's comment; the second is the hash of all before it. */
const noteTitle = 'verbatim export v1';

/**
 * Whether the file is to the byte what the instance wrote: its zip comment is a note, signed by the key, over the
 * SHA-256 of every byte before it. Undefined when it is, else what is wrong.
 */
export async function containerFault(file: string, key: VerifierKey): Promise<string | undefined> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, endRecordBytes + maxCommentBytes));
    await handle.read(tail, 0, tail.length, size - tail.length);
    const commentAt = findComment(tail);
    if (commentAt === undefined) return 'it is not a whole zip file';
    const text = openSignedNote(tail.subarray(commentAt).toString(), key);
    if (text === undefined) return `it is not signed by ${key.name}`;
    const sha256 = createHash('sha256');
    const covered = size - (tail.length - commentAt);
    const buffer = Buffer.alloc(readBytes);
    for (let at = 0; at < covered;) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(readBytes, covered - at), at);
      if (bytesRead === 0) return 'it ended while it was read';
      sha256.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    const isAsSigned = text === `${noteTitle}\n${sha256.digest('base64')}\n`;
    return isAsSigned ? undefined : 'its bytes are not those that were signed';
  } finally {
    await handle.close();
  }
}

/** Where the comment begins: behind an end record whose comment reaches exactly to the end of the file. */
function findComment(tail: Buffer): number | undefined {
  for (let at = tail.length - endRecordBytes; at >= 0; at -= 1)
    if (tail.readUInt32LE(at) === endSignature) {
      const commentAt = at + endRecordBytes;
      if (tail.readUInt16LE(at + endRecordBytes - 2) === tail.length - commentAt) return commentAt;
    }
  return undefined;
}
