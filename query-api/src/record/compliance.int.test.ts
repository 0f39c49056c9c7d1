import {
  commandAnswer,
  createPool,
  exportView,
  holdView,
  importAnswer,
  importedRoomId,
  messagePageView,
  newId,
  pageOf,
  problemSchema,
  retentionPreviewView,
  retentionView,
  type Database,
} from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutWaitingFor } from '../testing/cut-waiting.ts';
import { Person, send, type Answer } from '../testing/person.ts';
import { startSystem, until, type System } from '../testing/system.ts';

let system: System;
let database: Database;
let owner: Person;
let auditor: Person;
let member: Person;
let roomId: string;

beforeAll(async () => {
  system = await startSystem();
  database = createPool(system.databaseUrl, { applicationName: 'test' });
  owner = await Person.signUp(system, 'Olga');
  [auditor, member] = [await owner.invite('Cora', 'compliance'), await owner.invite('Max')];
  roomId = await room('held');
});
afterAll(async () => {
  await database.destroy();
  await system.stop();
});

const command = (person: Person, method: string, path: string, body: unknown = {}): Promise<Answer> =>
  send(system.commandOrigin, method, path, { body, token: person.token });
const idIn = ({ body }: Answer): string => commandAnswer.parse(body).id;
const room = (name: string): Promise<string> =>
  owner.command('POST', '/chat/rooms', { kind: 'channel', name, participantIds: [member.userId] });
const placeHold = async (about: object): Promise<string> => {
  const body = { name: 'Case 7', reason: 'asked by court', ...about };
  const answer = await command(auditor, 'POST', '/audit/holds', body);
  expect(answer.status).toBe(201);
  return idIn(answer);
};

const dayMs = 24 * 60 * 60 * 1_000;
/** An import brings what was said long ago; only by it is anything past retention today. */
async function saidDaysAgo(name: string, days: readonly number[]): Promise<string> {
  const items = days.map((daysAgo) => ({
    sourceId: newId(),
    at: new Date(Date.now() - daysAgo * dayMs).toISOString(),
    as: { sourceUserId: `author of ${name}`, displayName: 'Author' },
    command: { type: 'SendMessage', room: name, text: `said ${daysAgo} days ago` },
  }));
  const { results } = importAnswer.parse((await command(owner, 'POST', '/chat/import', { items })).body);
  expect(results.map(({ status }) => status)).toEqual(days.map(() => 'imported'));
  return importedRoomId(owner.organizationId, name);
}

/** What is told of each message, once the read models have everything. */
async function contentsIn(id: string): Promise<string[]> {
  const head = await system.eventStore.head();
  const { body } = await owner.ask(`/chat/rooms/${id}/messages?after=0&limit=200`, {
    'x-min-position': String(head),
  });
  return messagePageView.parse(body).items.map(({ content }) => content);
}

describe('a hold', () => {
  it('is listed with who placed and released it, and why', async () => {
    const id = await placeHold({ userIds: [member.userId], roomIds: [roomId] });
    const held = async () => {
      const head = await system.eventStore.head();
      const { body } = await auditor.ask('/audit/holds', { 'x-min-position': String(head) });
      return pageOf(holdView)
        .parse(body)
        .items.find((hold) => hold.id === id);
    };
    expect(await held()).toMatchObject({
      name: 'Case 7',
      reason: 'asked by court',
      userIds: [member.userId],
      roomIds: [roomId],
      placed: { by: auditor.userId },
      released: null,
    });
    expect((await command(owner, 'DELETE', `/audit/holds/${id}`)).status).toBe(200);
    expect((await held())?.released).toMatchObject({ by: owner.userId });
    expect((await command(owner, 'DELETE', `/audit/holds/${id}`)).status).toBe(404);
  });

  it('is placed once by a repeated request', async () => {
    const asked = {
      token: auditor.token,
      headers: { 'idempotency-key': newId() },
      body: { name: 'Case 8', roomIds: [roomId], reason: 'asked twice' },
    };
    const first = await send(system.commandOrigin, 'POST', '/audit/holds', asked);
    const second = await send(system.commandOrigin, 'POST', '/audit/holds', asked);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    await command(auditor, 'DELETE', `/audit/holds/${idIn(first)}`);
  });
});

describe('who may decide about the record', () => {
  const attempts = (): [string, string, string, object?][] => [
    ['place-hold', 'POST', '/audit/holds', { name: 'n', reason: 'r', roomIds: [roomId] }],
    ['release-hold', 'DELETE', `/audit/holds/${newId()}`],
    ['set-retention', 'PUT', '/audit/retention', { roomId, days: 1 }],
    ['request-export', 'POST', '/audit/exports', { format: 'jsonl', roomId, reason: 'r' }],
    ['request-erasure', 'POST', '/audit/erasures', { userId: member.userId, reason: 'r' }],
  ];
  const accessesBy = async (reader: Person, actorId: string): Promise<string[]> => {
    const head = await system.eventStore.head();
    const { body } = await reader.ask(`/audit/events?type=AuditAccessed&actor=${actorId}&limit=200`, {
      'x-min-position': String(head),
    });
    const { items } = body as { items: { data: { access: string; allowed: boolean } }[] };
    return items.filter(({ data }) => !data.allowed).map(({ data }) => data.access);
  };

  it('are owners and compliance alone, and every attempt is on the record', async () => {
    const admin = await owner.invite('Ada', 'admin');
    for (const person of [member, admin]) {
      for (const [, method, path, body] of attempts())
        expect([path, (await command(person, method, path, body)).status]).toEqual([path, 403]);
      // What is refused to them is not even looked at.
      expect((await command(person, 'PUT', '/audit/retention', { nonsense: true })).status).toBe(403);
      expect(await accessesBy(auditor, person.userId)).toEqual([
        ...attempts().map(([access]) => access),
        'set-retention',
      ]);
    }
  });

  it('know nothing of another organization, whose own record has the attempt', async () => {
    const stranger = await Person.signUp(system, 'Stranger');
    const strange = await stranger.invite('Strange', 'compliance');
    for (const [, method, path, body] of attempts())
      expect([path, (await command(strange, method, path, body)).status]).toEqual([path, 404]);
    expect(await accessesBy(stranger, strange.userId)).toEqual(attempts().map(([access]) => access));
  });
});

describe('retention', () => {
  it('tells what would go and what holds keep, and then takes just that', async () => {
    const old = await saidDaysAgo('old', [40, 40, 35, 3]);
    const kept = await saidDaysAgo('kept', [40]);
    const forEver = await saidDaysAgo('for ever', [400]);
    const holdId = await placeHold({ roomIds: [kept] });
    await command(auditor, 'PUT', '/audit/retention', { roomId: forEver, days: null });

    const dry = await command(auditor, 'PUT', '/audit/retention', { days: 30, dryRun: true });
    expect(retentionPreviewView.parse(dry.body)).toMatchObject({
      messages: 3,
      rooms: [{ roomId: old, messages: 3, days: 2 }],
      kept: [{ holdId, roomId: kept, messages: 1, days: 1 }],
    });
    expect(await contentsIn(old)).toEqual(['present', 'present', 'present', 'present']);

    expect((await command(auditor, 'PUT', '/audit/retention', { days: 30 })).status).toBe(200);
    await until('what is past retention is gone', async () => (await contentsIn(old))[0] === 'expired');
    expect(await contentsIn(old)).toEqual(['expired', 'expired', 'expired', 'present']);
    expect(await contentsIn(kept)).toEqual(['present']);
    expect(await contentsIn(forEver)).toEqual(['present']);
    expect((await contentsIn(roomId)).every((content) => content === 'present')).toBe(true);

    const head = await system.eventStore.head();
    const rules = await auditor.ask('/audit/retention', { 'x-min-position': String(head) });
    expect(retentionView.parse(rules.body)).toEqual({
      organization: { days: 30 },
      rooms: [{ roomId: forEver, days: null }],
    });

    // Released, it goes by itself; its message was never anybody's to bring back.
    await command(auditor, 'DELETE', `/audit/holds/${holdId}`);
    await until('what the hold kept is gone', async () => (await contentsIn(kept))[0] === 'expired');
    await command(auditor, 'PUT', '/audit/retention', { days: null });
  });

  it('finishes by itself what a crash left between the event and the keys', async () => {
    const id = await saidDaysAgo('crashed', [50]);
    const blocking = createPool(system.databaseUrl, { applicationName: 'test', max: 1 });
    const release = await new Promise<() => void>((locked) => {
      void blocking.transaction(async (transaction) => {
        await transaction.raw('LOCK TABLE vault.key IN SHARE MODE');
        await new Promise<void>((released) => locked(released));
      });
    });
    await command(auditor, 'PUT', '/audit/retention', { roomId: id, days: 30 });
    await until('it is on the record', async () => (await contentsIn(id))[0] === 'expired');
    await system.crashCommands();
    await cutWaitingFor(database, 'vault.key');
    release();
    await blocking.destroy();
    const livingKeys = async (): Promise<number> =>
      Number(
        (
          await database('vault.key')
            .where('scope', 'like', `room-day:${id}:%`)
            .whereNull('destroyed_as')
            .count<{ count: bigint }[]>()
        )[0]?.count,
      );
    expect(await livingKeys()).toBe(1);
    await system.startCommands();
    await until('its key is destroyed', async () => (await livingKeys()) === 0);
  });
});

describe('an export', () => {
  it('that was asked for is made and can be fetched', async () => {
    await member.say(roomId, 'to be exported');
    const asked = await command(auditor, 'POST', '/audit/exports', {
      format: 'jsonl',
      roomId,
      reason: 'a request',
    });
    expect(asked.status).toBe(202);
    const path = `/audit/exports/${idIn(asked)}`;
    const show = async () => {
      const head = await system.eventStore.head();
      return exportView.parse((await auditor.ask(path, { 'x-min-position': String(head) })).body);
    };
    await until('it is made', async () => (await show()).status === 'completed');
    expect(await show()).toMatchObject({ format: 'jsonl', reason: 'a request', filters: { roomId } });
    const download = await auditor.ask(`${path}/download`);
    expect(download.status).toBe(200);
    expect(download.headers.get('content-type')).toBe('application/zip');
  });

  it('of nobody or nothing of the organization is not found', async () => {
    for (const about of [{ actorId: newId() }, { roomId: newId() }]) {
      const body = { format: 'csv', reason: 'a request', ...about };
      const answer = await command(auditor, 'POST', '/audit/exports', body);
      expect([answer.status, problemSchema.parse(answer.body).code]).toEqual([404, 'not-found']);
    }
  });
});
