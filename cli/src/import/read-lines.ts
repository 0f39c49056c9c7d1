import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandFailure } from '../command.ts';

/**
 * Line by line, with numbers from 1, blank lines left out; a file whose name ends in `.gz` is unpacked on the way.
 * @throws CommandFailure when the file cannot be read to its end.
 */
export async function* readLines(file: string): AsyncGenerator<{ number: number; text: string }> {
  const input = file.endsWith('.gz') ? createGunzip() : new PassThrough();
  // A failure of either end destroys `input`, and the loop below meets it there.
  pipeline(createReadStream(file), input, () => undefined);
  try {
    let number = 0;
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (text.trim() !== '') yield { number, text };
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(`${file} cannot be read: ${why}`, { cause });
  } finally {
    input.destroy();
  }
}
