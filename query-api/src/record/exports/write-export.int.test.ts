import {
  createPool,
  importedRoomId,
  leafEntry,
  leafHash,
  openNote,
  provenEntryView,
  sha256Hex,
  canonicalJson,
  sqlSourceOf,
  VaultKeyring,
  type Database,
  type ExportFormat,
} from '@verbatim/shared';
import { parse as parseCsv } from 'csv-parse/sync';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { z } from 'zod';
import { Person } from '../../testing/person.ts';
import { startSystem, until, type System } from '../../testing/system.ts';
import type { ExportFilters } from './export-request.ts';
import { TreeSigner } from '../checkpoints/tree-signer.ts';
import { writeExport } from './write-export.ts';

let system: System;
let database: Database;
let owner: Person;
let roomId: string;
let messageIds: string[];
let memberId: string;
let importedId: string;
/** When the first message was edited, after all were sent. */
let editedAt: string;

beforeAll(async () => {
  system = await startSystem();
  database = createPool(system.databaseUrl, { applicationName: 'test' });
  owner = await Person.signUp(system, 'Olga "O" Ölsen');
  const member = await owner.invite('Max');
  memberId = member.userId;
  roomId = await owner.command('POST', '/chat/rooms', {
    kind: 'channel',
    name: 'Ops & Dev',
    participantIds: [member.userId],
  });
  await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'elsewhere' });
  messageIds = [];
  for (const text of ['=1+1', 'second "quoted"', 'third\nline'])
    messageIds.push(await member.say(roomId, text));
  const [first = '', second = ''] = messageIds;
  const imported = {
    sourceId: 'one',
    at: '2026-01-05T10:00:00.000Z',
    as: { sourceUserId: 'somebody', displayName: 'Somebody' },
    command: { type: 'SendMessage', room: 'long ago', text: 'said long ago' },
  };
  await owner.commandAnswer('POST', '/chat/import', { items: [imported] });
  importedId = importedRoomId(owner.organizationId, 'long ago');
  await member.command('PATCH', `/chat/messages/${first}`, { text: 'edited' });
  await owner.command('DELETE', `/chat/messages/${second}`);
  await owner.command('PUT', `/chat/messages/${first}/pin`);
  await member.command('POST', `/chat/rooms/${roomId}/leave`);
  await projected();
  const events = linesIn((await unzip(await write('jsonl'))).get('events.jsonl'));
  const lines = events.map((line) => lineSchema.parse(line));
  const longAgo = lines.find(({ type, room }) => type === 'MessageSent' && room === importedId);
  await owner.command('DELETE', `/chat/messages/${longAgo?.entity.id}`);
  await projected();
  editedAt = lines.find(({ type }) => type === 'MessageEdited')?.stored.created ?? '';
});
afterAll(async () => {
  await database.destroy();
  await system.stop();
});

/** Until the record has everything that is in the log by now. */
async function projected(): Promise<void> {
  const head = (await system.eventStore.head()) ?? 0n;
  await until('the record has caught up', async () => {
    const { rows } = await sqlSourceOf(database).query(
      'SELECT 1 FROM record.checkpoint WHERE position >= $1',
      [head],
    );
    return rows.length === 1;
  });
}

async function write(format: ExportFormat, filters: ExportFilters = {}): Promise<Buffer> {
  const source = sqlSourceOf(database);
  const { checkpointKey: key, eventStore } = system;
  const signer = new TreeSigner({ key, eventStore, anchors: undefined });
  const pieces: Uint8Array[] = [];
  const { organizationId, userId } = owner;
  await writeExport(
    {
      source,
      freshKeyring: () => new VaultKeyring(source, system.masterKey),
      key,
      signer,
      onProgress: () => undefined,
    },
    {
      exportId: 'any',
      organizationId,
      format,
      filters,
      reason: 'a test',
      requestedBy: userId,
      requestedAt: '2026-11-22T00:00:00.000Z',
      untilPosition: '9223372036854775807',
    },
    (bytes) => {
      pieces.push(bytes);
      return Promise.resolve();
    },
  );
  return Buffer.concat(pieces);
}

async function unzip(bytes: Buffer): Promise<Map<string, string>> {
  const archive = await yauzl.fromBufferPromise(bytes);
  const files = new Map<string, string>();
  for await (const entry of archive.eachEntry()) {
    let text = '';
    const stream = await archive.openReadStreamPromise(entry);
    stream.setEncoding('utf8');
    for await (const piece of stream) text += String(piece);
    files.set(entry.fileName, text);
  }
  return files;
}

const manifestSchema = z.object({
  counts: z.object({ events: z.number(), types: z.record(z.string(), z.number()) }),
  files: z.array(z.object({ name: z.string(), sha256: z.string() })),
  treeSize: z.number(),
  checkpoint: z.string(),
});
const manifestIn = (files: Map<string, string>) =>
  manifestSchema.parse(JSON.parse(files.get('manifest.json') ?? ''));
const linesIn = (text = ''): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
const lineSchema = provenEntryView.omit({ priorState: true, resultingState: true, inclusion: true });

describe('an export', () => {
  it.each(['jsonl', 'csv', 'actiance', 'eml'] as const)(
    'as %s is the same to the byte when made again, and its files are those of its manifest',
    async (format) => {
      const bytes = await write(format, { roomId });
      expect((await write(format, { roomId })).equals(bytes)).toBe(true);
      const files = await unzip(bytes);
      const { files: named } = manifestIn(files);
      for (const { name, sha256 } of named)
        expect([name, sha256Hex(files.get(name) ?? '')]).toEqual([name, sha256]);
      expect([...files.keys()].sort()).toEqual([...named.map(({ name }) => name), 'manifest.json'].sort());
    },
  );

  it('of everything leaves nothing out, and each line hashes to its leaf', async () => {
    const files = await unzip(await write('jsonl'));
    const lines = linesIn(files.get('events.jsonl')).map((line) => lineSchema.parse(line));
    const { counts, treeSize } = manifestIn(files);
    expect(lines.map(({ leafIndex }) => leafIndex)).toEqual(
      Array.from({ length: treeSize }, (_, index) => index),
    );
    expect([counts.events, files.get('proofs.jsonl')]).toEqual([lines.length, '']);
    for (const { stored, leafHash: told } of lines) {
      expect(sha256Hex(canonicalJson(stored.data))).toBe(stored.dataSha256);
      expect(leafHash(leafEntry(stored)).toString('base64')).toBe(told);
    }
  });

  it('of a room is that room alone, with hashes for what lies between', async () => {
    const files = await unzip(await write('jsonl', { roomId }));
    const lines = linesIn(files.get('events.jsonl')).map((line) => lineSchema.parse(line));
    expect(new Set(lines.map(({ room }) => room))).toEqual(new Set([roomId]));
    expect(linesIn(files.get('proofs.jsonl')).length).toBeGreaterThan(0);
    expect(manifestIn(files).counts.types).toMatchObject({
      MessageSent: 3,
      MessageEdited: 1,
      MessageDeleted: 1,
    });
  });

  it('as CSV tells each thing in its order', async () => {
    const files = await unzip(await write('csv', { roomId }));
    const rows = z
      .array(z.record(z.string(), z.string()))
      .parse(parseCsv(files.get('messages.csv') ?? '', { columns: true, record_delimiter: '\r\n' }));
    const told = rows.map((row) => [row['Post Type'], row['Post Update Type'], row['Post Message']]);
    expect(told).toEqual([
      ['enter', '', ''],
      ['enter', '', ''],
      ['message', 'EditedOriginalMsg', "'=1+1"],
      ['message', '', 'second "quoted"'],
      ['message', '', 'third\nline'],
      ['message', 'EditedNewMsg', 'edited'],
      ['message', 'Deleted', 'second "quoted"'],
      ['message', 'UpdatedNoMsgChange', 'edited'],
      ['leave', '', ''],
    ]);
  });

  it('as mail has what was deleted and what was edited', async () => {
    const files = await unzip(await write('eml', { roomId }));
    const [name = ''] = [...files.keys()].filter((file) => file.startsWith('mail/'));
    const mail = await PostalMime.parse(files.get(name) ?? '');
    for (const words of ['=1+1', 'edited', 'second "quoted"', '[deleted by Olga "O" Ölsen]'])
      expect(mail.text).toContain(words);
  });

  it.each<[string, () => ExportFilters]>([
    ['everything', () => ({})],
    ['a room', () => ({ roomId })],
    ['what came after messages were sent', () => ({ from: editedAt })],
    ['what came before they were edited', () => ({ to: new Date(Date.parse(editedAt) - 1).toISOString() })],
    ['somebody who wrote', () => ({ actorId: memberId })],
    ['somebody who deleted what others wrote', () => ({ actorId: owner.userId, from: editedAt })],
  ])('of %s counts to the log in every format', async (_, filters) => {
    const kinds = { MessageSent: 'sent', MessageEdited: 'edited', MessageDeleted: 'deleted' } as const;
    const told = (files: Map<string, string>) =>
      linesIn(files.get('events.jsonl'))
        .map((line) => lineSchema.parse(line))
        .filter(({ type }) => type in kinds);
    const [csv, actiance, mails, everything] = await Promise.all([
      write('csv', filters()).then(unzip),
      write('actiance', filters()).then(unzip),
      write('eml', filters()).then(unzip),
      write('jsonl').then(unzip),
    ]);
    const inScope = told(csv);
    expect(inScope.length).toBeGreaterThan(0);
    const deletions = inScope.filter(({ type }) => type === 'MessageDeleted').length;

    const rows = z
      .array(z.record(z.string(), z.string()))
      .parse(parseCsv(csv.get('messages.csv') ?? '', { columns: true, record_delimiter: '\r\n' }))
      .filter((row) => row['Post Type'] === 'message' && row['Post Update Type'] !== 'UpdatedNoMsgChange');
    expect(rows).toHaveLength(inScope.length);
    expect(rows.filter((row) => row['Post Update Type'] === 'Deleted')).toHaveLength(deletions);

    const xml = actiance.get('actiance.xml') ?? '';
    const times = (words: string): number => xml.split(words).length - 1;
    expect(times('<Message>') - times('>UpdatedNoMsgChange<')).toBe(inScope.length);
    expect(times('>Deleted<')).toBe(deletions);

    // A mail has all that was said on a day: of each message that is told of, whatever became of it by the end.
    const end = manifestIn(mails).treeSize;
    const ids = new Set(inScope.map(({ entity }) => entity.id));
    const ofThese = told(everything).filter(({ entity, leafIndex }) => ids.has(entity.id) && leafIndex < end);
    let entries = 0;
    for (const [name, content] of mails) {
      if (!name.startsWith('mail/')) continue;
      const { text = '' } = await PostalMime.parse(content);
      const messages = text.slice(text.indexOf('\nMessages'));
      entries += messages.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z /gm)?.length ?? 0;
    }
    expect(entries).toBe(ofThese.length);
  });

  it('as mail has what became of a message under the day on which it was said', async () => {
    const files = await unzip(await write('eml', { roomId: importedId, from: editedAt }));
    const { text } = await PostalMime.parse(files.get(`mail/${importedId}/2026-01-05.eml`) ?? '');
    expect(text).toContain('said long ago');
    expect(text).toContain('[deleted by Olga "O" Ölsen]');
  });

  it('is signed over every byte', async () => {
    const bytes = await write('jsonl', { roomId });
    const note = bytes.subarray(bytes.lastIndexOf('verbatim export v1')).toString();
    const covered = bytes.subarray(0, bytes.lastIndexOf('verbatim export v1'));
    const sha256 = Buffer.from(sha256Hex(covered), 'hex').toString('base64');
    expect(openNote(note, system.checkpointKey)).toBe(`verbatim export v1\n${sha256}\n`);
  });
});
