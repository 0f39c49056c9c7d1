const lineEnd = 0x0a;
/** No event is larger than an append may be, and opened and stored it stands there twice. */
const maxLineBytes = 16 * 1024 * 1024;
/** What is passed on at once: so much that passing it on costs next to nothing for each line. */
const blockBytes = 256 * 1024;

/** The bytes of a text file in blocks of whole lines. */
export async function* lineBlocks(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let pending = 0;
  let sinceLineEnd = 0;
  for await (const piece of bytes) {
    const end = piece.lastIndexOf(lineEnd);
    sinceLineEnd = end < 0 ? sinceLineEnd + piece.length : piece.length - end - 1;
    if (sinceLineEnd > maxLineBytes) throw new RangeError(`a line is longer than ${maxLineBytes} bytes`);
    pieces.push(piece);
    pending += piece.length;
    if (pending < blockBytes || end < 0) continue;
    const block = Buffer.concat(pieces);
    const whole = block.lastIndexOf(lineEnd) + 1;
    yield block.subarray(0, whole);
    pieces = whole < block.length ? [block.subarray(whole)] : [];
    pending = block.length - whole;
  }
  if (pending > 0) yield Buffer.concat(pieces);
}

/** The lines in a block, without their ends. */
export function linesIn(block: Uint8Array): string[] {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
  const lines: string[] = [];
  // Each is read by itself: among plain ones, a line with other letters would make all of them twice as long.
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(lineEnd, start);
    const end = found < 0 ? bytes.length : found;
    lines.push(bytes.toString('utf8', start, end));
    start = end + 1;
  }
  return lines;
}
