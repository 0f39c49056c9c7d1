import { StringDecoder } from 'node:string_decoder';

/**
 * Cuts a byte stream into lines, whatever pieces it comes in. The returned function takes the next piece and
 * gives the lines that it completed.
 * @throws RangeError (from the returned function) when a line grows past `maxLineBytes`.
 */
export function lineSplitter(maxLineBytes: number): (piece: Buffer) => string[] {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let pendingBytes = 0;

  return (piece) => {
    const [head = '', ...rest] = decoder.write(piece).split('\n');
    parts.push(head);
    pendingBytes += piece.length;
    if (rest.length === 0) {
      if (pendingBytes > maxLineBytes) throw new RangeError(`a line is longer than ${maxLineBytes} bytes`);
      return [];
    }
    const tail = rest.pop() ?? '';
    const lines = [parts.join(''), ...rest];
    parts = [tail];
    pendingBytes = Buffer.byteLength(tail);
    return lines;
  };
}
