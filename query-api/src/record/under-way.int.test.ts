import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import {
  auditEntryView,
  contentKey,
  createPool,
  encodeEvent,
  exportScope,
  keysToSeal,
  newId,
  present,
  Sealer,
  sqlSourceOf,
  streamOf,
  VaultKeyring,
  type AuditEvent,
  type Database,
} from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReadSources, type ReadSources } from '../sources/read-sources.ts';
import { Person, send } from '../testing/person.ts';
import { startSystem, until, type System } from '../testing/system.ts';
import { SealedFile } from './exports/sealed-file.ts';
import { replayRoom } from './replay/replay-room.ts';

let system: System;
let database: Database;
let sources: ReadSources;
let owner: Person;
let roomId: string;
let keyring: VaultKeyring;
const freshKeyring = (): VaultKeyring => new VaultKeyring(sqlSourceOf(database), system.masterKey);

beforeAll(async () => {
  system = await startSystem();
  database = createPool(system.databaseUrl, { applicationName: 'test' });
  sources = openReadSources(system.databaseUrl);
  keyring = freshKeyring();
  owner = await Person.signUp(system, 'Olga');
  roomId = await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'talk' });
});
afterAll(async () => {
  await Promise.all([sources.stop(), database.destroy()]);
  await system.stop();
});

async function author(): Promise<Person> {
  const person = await owner.invite('Author');
  await person.command('POST', `/chat/rooms/${roomId}/join`);
  return person;
}

async function erase({ userId }: Person): Promise<void> {
  const body = { userId, reason: 'asked by the person' };
  const { status } = await send(system.commandOrigin, 'POST', '/audit/erasures', {
    body,
    token: owner.token,
  });
  expect(status).toBe(202);
}

async function append(event: AuditEvent): Promise<void> {
  const { organizationId, userId: actorId } = owner;
  const id = newId();
  const metadata = {
    organizationId,
    actorId,
    commandId: id,
    correlationId: id,
    causationId: id,
    occurredAt: new Date().toISOString(),
    sessionId: null,
  };
  await keyring.prepare(organizationId, keysToSeal(event, metadata));
  const encoded = encodeEvent(event, id, metadata, new Sealer(keyring));
  await system.eventStore.append(streamOf.audit(organizationId), [encoded], { expectedRevision: 'any' });
}

/** A finished export of so many bytes: more than the buffers between a server and a reader take. */
async function exportOf(bytes: number): Promise<string> {
  const { organizationId } = owner;
  const exportId = newId();
  const scope = exportScope(exportId);
  await keyring.prepare(organizationId, [scope], { create: true });
  const found = keyring.lookUp(organizationId, scope);
  if (found.status !== 'present') throw new Error('the export has no key');
  const file = new SealedFile(system.directories[1] ?? '', exportId);
  await file.write(contentKey([found.key]), (sink) => sink(Buffer.alloc(bytes, 'words')));
  await append({ type: 'ExportCompleted', data: { exportId, sha256: '', bytes } });
  await append({
    type: 'ExportRequested',
    data: { exportId, format: 'jsonl', untilPosition: '1' },
    content: present({ asked: '{}', reason: 'a test' }),
  });
  return exportId;
}

describe('what is under way when somebody is erased', () => {
  it('a download is cut off before the erasure is answered, though its reader does not read', async () => {
    const person = await author();
    const bytes = 48 * 1024 * 1024;
    const path = `/audit/exports/${await exportOf(bytes)}/download`;
    const head = String(await system.eventStore.head());
    const headers = { authorization: `Bearer ${owner.token}`, 'x-min-position': head };
    await until('the export is on the record', async () => {
      const { status } = await owner.ask(path.replace('/download', ''));
      return status === 200;
    });
    const asked = request(system.queryOrigin + path, { headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect([answer.statusCode, answer.headers['content-length']]).toEqual([200, String(bytes)]);
    asked.on('error', () => undefined); // the answer tells of it
    const failed = once(answer, 'error');
    await once(answer, 'readable');

    await erase(person);
    let read = 0;
    answer.on('data', (piece: Buffer) => (read += piece.length));
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(answer.complete).toBe(false);
    expect(read).toBeLessThan(bytes);
  });

  it('a replay tells no more of what they wrote, however far ahead of its reader it had been', async () => {
    const person = await author();
    for (const text of ['first', 'second']) await person.say(roomId, text);
    const head = String(await system.eventStore.head());
    await owner.ask(`/audit/rooms/${roomId}/at`, { 'x-min-position': head });
    const room = { organizationId: owner.organizationId, roomId };
    const range = { from: 0n, to: 1_000_000n };
    const { signal } = new AbortController();
    const told = [];
    for await (const line of replayRoom({ sources, freshKeyring }, room, range, 0, signal)) {
      const { type, content, data } = auditEntryView.parse(JSON.parse(line));
      if (type !== 'MessageSent') continue;
      told.push([content, data.text]);
      if (told.length === 1) await erase(person);
    }
    expect(told).toEqual([
      ['present', 'first'],
      ['erased', null],
    ]);
  });
});
