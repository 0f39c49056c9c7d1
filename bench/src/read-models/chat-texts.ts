import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';

/** Real public conversations; another folder of the same shape is given by `--data`. */
export const publicChats = fileURLToPath(new URL('../../../../shared/data', import.meta.url));

const files = [
  'irc/ubuntu.jsonl.gz',
  'gitter/freecodecamp.jsonl.gz',
  'zulip/bytecodealliance.jsonl.gz',
  'irc/mediawiki.jsonl.gz',
];
const lineSchema = z.object({ text: z.string() });
/** Few are longer, and a measurement is not about them. */
const maxTextChars = 8_000;

/** What people wrote, each text once, the sources mixed. */
export async function readChatTexts(folder: string): Promise<readonly string[]> {
  const sources = await Promise.all(files.map((file) => textsOf(`${folder}/${file}`)));
  const mixed = sources.flatMap((texts) =>
    texts.map((text, index) => ({ text, place: index / texts.length })),
  );
  return mixed.sort((one, other) => one.place - other.place).map(({ text }) => text);
}

async function textsOf(file: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
    const { text } = lineSchema.parse(JSON.parse(line));
    if (text.trim() !== '' && !text.includes('\0')) texts.push(text.slice(0, maxTextChars).toWellFormed());
  }
  return texts;
}
