const lineEnd = 0x0a;
/** No event is larger than an append may be, and opened and stored it stands there twice. */
const maxLineBytes = 16 * 1024 * 1024;

/** The lines of a text file, in batches as they come, so that a line costs no turn of the event loop. */
export async function* lineBatches(bytes: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of bytes) {
    const buffer = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const end = buffer.lastIndexOf(lineEnd);
    rest = buffer.subarray(end + 1);
    if (rest.length > maxLineBytes) throw new RangeError(`a line is longer than ${maxLineBytes} bytes`);
    if (end >= 0) yield buffer.toString('utf8', 0, end).split('\n');
  }
  if (rest.length > 0) yield [rest.toString('utf8')];
}
