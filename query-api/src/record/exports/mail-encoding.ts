/** RFC 2045 allows 76 characters a line; 57 bytes are 76 in base64. */
const bytesPerBase64Line = 57;
/** RFC 2047 allows 75 characters an encoded word; `=?UTF-8?B?…?=` leaves room for 45 bytes in base64. */
const bytesPerEncodedWord = 45;

/** Base64 lines of a text that comes in pieces, of any size, without holding more than a piece. */
export async function* base64Lines(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, Buffer.from(piece.toWellFormed())]);
    const whole = bytes.length - (bytes.length % bytesPerBase64Line);
    if (whole > 0) yield wrapped(bytes.subarray(0, whole));
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) yield wrapped(rest);
}

function wrapped(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += bytesPerBase64Line)
    lines.push(`${bytes.subarray(at, at + bytesPerBase64Line).toString('base64')}\r\n`);
  return lines.join('');
}

/** Text for a header: as it is where that is safe, else RFC 2047 encoded words, folded. */
export function headerText(text: string): string {
  if (/^[\x20-\x7e]{0,60}$/.test(text) && !text.includes('=?') && text === text.trim()) return text;
  return encodedWords(text);
}

function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(word + character) > bytesPerEncodedWord) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join('\r\n ');
}

const plainAddress = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$/;

/** A mailbox of RFC 5322. Who has no address that fits one gets theirs under `.invalid`, which no mail reaches. */
export function mailbox(displayName: string, email: string | null, id: string): string {
  const address = email !== null && plainAddress.test(email) ? email : `${id}@people.invalid`;
  const isPlainPhrase = /^[A-Za-z0-9 ]{1,60}$/.test(displayName) && displayName === displayName.trim();
  const phrase = isPlainPhrase ? `"${displayName}"` : encodedWords(displayName);
  return `${phrase} <${address}>`;
}
