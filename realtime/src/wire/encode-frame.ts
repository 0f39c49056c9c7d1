import type { ServerFrame } from '@verbatim/shared';

const finalText = 0x81;
const shortLength = 125;
const twoByteLength = 126;
const eightByteLength = 127;

/**
 * A frame as the bytes that go to a socket: one unmasked, final text frame (RFC 6455, 5.2). Made once for all
 * who get it, header included, so that several can be joined into one write.
 */
export function encodeFrame(frame: ServerFrame): Buffer {
  const payload = Buffer.from(JSON.stringify(frame));
  return Buffer.concat([headerOf(payload.length), payload]);
}

function headerOf(length: number): Buffer {
  if (length <= shortLength) return Buffer.from([finalText, length]);
  if (length <= 0xffff) return Buffer.from([finalText, twoByteLength, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header[0] = finalText;
  header[1] = eightByteLength;
  header.writeUIntBE(length, 4, 6);
  return header;
}
