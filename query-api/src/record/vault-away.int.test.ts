import { auditEntryView, createPool, pageOf, problemSchema, type Database } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person, type Answer } from '../testing/person.ts';
import { startSystem, type System } from '../testing/system.ts';

let system: System;
let database: Database;
let owner: Person;
let messageId: string;

beforeAll(async () => {
  system = await startSystem();
  database = createPool(system.databaseUrl, { applicationName: 'test' });
  owner = await Person.signUp(system, 'Olga');
  const roomId = await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'kept' });
  messageId = await owner.say(roomId, 'words under a key');
});
afterAll(async () => {
  await database.destroy();
  await system.stop();
});

const questions = (): string[] => ['/audit/events?type=MessageSent', `/audit/messages/${messageId}/trail`];
const ask = (path: string): Promise<Answer> => owner.ask(path);

async function everyAnswerIs(status: number, code: string): Promise<void> {
  for (const question of questions()) {
    const answer = await ask(question);
    expect([question, answer.status, problemSchema.parse(answer.body).code]).toEqual([
      question,
      status,
      code,
    ]);
  }
}

/** What is told of the message's words once all is as it was. */
async function wordsTold(): Promise<unknown> {
  const { body } = await ask('/audit/events?type=MessageSent');
  return pageOf(auditEntryView)
    .parse(body)
    .items.map(({ content, data }) => [content, data.text]);
}

describe('the record, asked', () => {
  it('while the vault is away, says that a part is away, and never that something was erased', async () => {
    await database.raw('ALTER TABLE vault.key RENAME TO key_away');
    try {
      await everyAnswerIs(503, 'unavailable');
    } finally {
      await database.raw('ALTER TABLE vault.key_away RENAME TO key');
    }
    expect(await wordsTold()).toEqual([['present', 'words under a key']]);
  });

  it('with a vault that lacks a key, stops, and never says that something was erased', async () => {
    await database.raw(`CREATE TABLE public.lost AS SELECT * FROM vault.key WHERE scope LIKE 'room-day:%'`);
    await database.raw(`DELETE FROM vault.key WHERE scope LIKE 'room-day:%'`);
    try {
      await everyAnswerIs(500, 'internal');
    } finally {
      await database.raw('INSERT INTO vault.key SELECT * FROM public.lost');
    }
    expect(await wordsTold()).toEqual([['present', 'words under a key']]);
  });
});
