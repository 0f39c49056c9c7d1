import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { actianceConversation, actianceFoot, actianceHead } from './actiance.ts';
import { ann, awkwardTexts, imported, joined, lines, room, streamed } from './fixture.ts';

const schemaUrl = new URL('./actiance-fixture.xsd', import.meta.url);

async function dump(): Promise<string> {
  const conversation = actianceConversation({
    room,
    startMs: 1_000,
    endMs: 9_000,
    presence: lines.filter((line) => line.kind === 'presence'),
    messages: streamed(lines.filter((line) => line.kind === 'message')),
  });
  return actianceHead + (await joined(conversation)) + actianceFoot;
}

const contentsOf = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>(?<inner>[^<]*)</${name}>`, 'g'))].map(({ groups }) =>
    (groups?.inner ?? '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#13;', '\r')
      .replaceAll('&amp;', '&'),
  );

test('libxml2 finds it valid against the schema', async () => {
  const schema = await readFile(schemaUrl, 'utf8');
  const result = await validateXML({ xml: { fileName: 'dump.xml', contents: await dump() }, schema });
  expect(result.errors).toEqual([]);
  expect(result.valid).toBe(true);
});

test('texts come back as they were, but for characters that XML cannot hold', async () => {
  const contents = contentsOf(await dump(), 'Content');
  expect(contents.slice(0, awkwardTexts.length)).toEqual(
    awkwardTexts.map((text) => text.replaceAll('\u0018', '\ufffd')),
  );
});

test('everyone there at the start entered, everyone there at the end left', async () => {
  const xml = await dump();
  const part = (name: string) => [...xml.matchAll(new RegExp(`<${name}>[^]*?</${name}>`, 'g'))].join('');
  const told = (name: string) => {
    const people = contentsOf(part(name), 'LoginName');
    return people.map((person, index) => [person, contentsOf(part(name), 'DateTimeUTC')[index]]);
  };
  expect(told('ParticipantEntered')).toEqual([
    [ann.email, '1000'],
    [imported.id, String(lines[1]?.atMs)],
  ]);
  expect(told('ParticipantLeft')).toEqual([
    [imported.id, String(lines.at(-1)?.atMs)],
    [ann.email, '9000'],
  ]);
});
