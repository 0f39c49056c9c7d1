import {
  commandAnswer,
  consistencyProofView,
  createPool,
  erasureView,
  exportView,
  inclusionProofView,
  isConsistent,
  isIncluded,
  messagePageView,
  messageView,
  newId,
  openCheckpoint,
  problemSchema,
  type Database,
} from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cutWaitingFor } from '../testing/cut-waiting.ts';
import { Person, send, type Answer } from '../testing/person.ts';
import { startSystem, until, type System } from '../testing/system.ts';

let system: System;
let database: Database;
let owner: Person;
let auditor: Person;

beforeAll(async () => {
  system = await startSystem();
  database = createPool(system.databaseUrl, { applicationName: 'test' });
  owner = await Person.signUp(system, 'Olga');
  auditor = await owner.invite('Cora', 'compliance');
});
afterAll(async () => {
  await database.destroy();
  await system.stop();
});

const command = (person: Person, method: string, path: string, body: unknown = {}): Promise<Answer> =>
  send(system.commandOrigin, method, path, { body, token: person.token });
const idIn = ({ body }: Answer): string => commandAnswer.parse(body).id;
const codeIn = ({ body }: Answer): string => problemSchema.parse(body).code;
/** Asks once the read models have everything that is in the log by now. */
const look = async (path: string, person = auditor): Promise<Answer> => {
  const head = await system.eventStore.head();
  return person.ask(path, { 'x-min-position': String(head) });
};
const placeHold = async (about: object): Promise<string> =>
  idIn(
    await command(auditor, 'POST', '/audit/holds', { name: 'Case 7', reason: 'asked by court', ...about }),
  );
const erase = (userId: string): Promise<Answer> =>
  command(auditor, 'POST', '/audit/erasures', { userId, reason: 'asked by the person' });
const statusOf = async (erasureId: string): Promise<string> =>
  erasureView.parse((await look(`/audit/erasures/${erasureId}`)).body).status;
const isDone = (erasureId: string) =>
  until('the erasure is done', async () => (await statusOf(erasureId)) === 'done');

/** Somebody whose name and words are found nowhere else. */
interface Author {
  readonly person: Person;
  readonly words: readonly string[];
  readonly roomId: string;
  readonly messageIds: readonly [string, string, string];
}
async function newAuthor(): Promise<Author> {
  const mark = newId().replaceAll('-', '');
  const words = [`name${mark}`, `first${mark}`, `edited${mark}`, `deleted${mark}`];
  const [name = '', first = '', edited = '', deleted = ''] = words;
  const person = await owner.invite(name);
  const roomId = await owner.command('POST', '/chat/rooms', {
    kind: 'channel',
    name: 'talk',
    participantIds: [person.userId],
  });
  const messageIds = [
    await person.say(roomId, first),
    await person.say(roomId, edited),
    await person.say(roomId, deleted),
  ] as const;
  await person.command('PATCH', `/chat/messages/${messageIds[1]}`, { text: `again ${edited}` });
  await person.command('DELETE', `/chat/messages/${messageIds[2]}`);
  return { person, words, roomId, messageIds: [...messageIds] };
}

describe('an erasure under a hold', () => {
  it.each([
    ['the person', ({ person }: Author) => ({ userIds: [person.userId] })],
    ['a room where they wrote', ({ roomId }: Author) => ({ roomIds: [roomId] })],
    ['somebody who was in a room with them', () => ({ userIds: [owner.userId] })],
  ])('on %s is refused and says which, until that is released', async (_, about) => {
    const author = await newAuthor();
    const holdId = await placeHold(about(author));
    const refused = await erase(author.person.userId);
    expect([refused.status, codeIn(refused)]).toEqual([409, 'held']);
    expect(problemSchema.parse(refused.body).detail).toContain(holdId);
    expect(problemSchema.parse(refused.body).detail).toContain('Case 7');
    const { body } = await look(`/chat/messages/${author.messageIds[0]}`, owner);
    expect(messageView.parse(body).content).toBe('present');

    await command(auditor, 'DELETE', `/audit/holds/${holdId}`);
    expect((await erase(author.person.userId)).status).toBe(202);
  });

  it('on days when they were not there goes on', async () => {
    const author = await newAuthor();
    const holdId = await placeHold({ roomIds: [author.roomId], to: '2020-01-01T00:00:00Z' });
    expect((await erase(author.person.userId)).status).toBe(202);
    await command(auditor, 'DELETE', `/audit/holds/${holdId}`);
  });

  it('of the last owner is refused too', async () => {
    expect(codeIn(await erase(owner.userId))).toBe('last-owner');
  });
});

describe('once an erasure is answered', () => {
  let author: Author;
  let erasureId: string;
  let oldExport: string;
  let before: Awaited<ReturnType<typeof proofOf>>;

  const exported = async (): Promise<string> => {
    const id = idIn(
      await command(auditor, 'POST', '/audit/exports', {
        format: 'jsonl',
        roomId: author.roomId,
        reason: 'r',
      }),
    );
    await until('the export is made', async () => {
      const { status } = exportView.parse((await look(`/audit/exports/${id}`)).body);
      return status === 'completed';
    });
    return id;
  };
  const proofOf = async (messageId: string) => {
    const { body } = await look(`/audit/events?entity=${messageId}&type=MessageSent`);
    const [entry] = z
      .object({ items: z.array(z.object({ position: z.string(), leafHash: z.string() })) })
      .parse(body).items;
    const proof = inclusionProofView.parse(
      (await look(`/audit/proofs/inclusion?position=${entry?.position}`)).body,
    );
    const note = String((await look(`/audit/checkpoint?size=${proof.treeSize}`)).body);
    const checkpoint = openCheckpoint(note, system.checkpointKey);
    if (checkpoint === undefined) throw new Error('the checkpoint does not open');
    return { proof, checkpoint, leafHash: entry?.leafHash };
  };
  const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

  beforeAll(async () => {
    author = await newAuthor();
    oldExport = await exported();
    before = await proofOf(author.messageIds[0]);
    const answer = await erase(author.person.userId);
    expect(answer.status).toBe(202);
    erasureId = idIn(answer);
  });

  it('nothing that the person wrote or is called can be read', async () => {
    const { roomId, words, person, messageIds } = author;
    const page = messagePageView.parse((await owner.ask(`/chat/rooms/${roomId}/messages?after=0`)).body);
    expect(page.items.map(({ content, text }) => [content, text])).toEqual([
      ['erased', null],
      ['erased', null],
      ['deleted', null],
    ]);
    const questions = [
      `/chat/rooms/${roomId}/messages?after=0`,
      `/chat/rooms/${roomId}/events?after=0`,
      `/chat/rooms/${roomId}/participants`,
      `/chat/messages/${messageIds[1]}/history`,
      `/chat/search?q=${words[1]}`,
      `/chat/organizations/${owner.organizationId}/users`,
    ];
    const records = [
      `/audit/events?entity=${messageIds[0]}`,
      `/audit/events?entity=${person.userId}`,
      `/audit/rooms/${roomId}/at`,
      `/audit/rooms/${roomId}/replay?speed=0`,
      `/audit/messages/${messageIds[1]}/trail`,
    ];
    const answers = await Promise.all([
      ...questions.map((path) => owner.ask(path)),
      ...records.map((path) => auditor.ask(path)),
    ]);
    for (const [index, { status, body }] of answers.entries()) {
      const path = [...questions, ...records][index];
      expect([path, status]).toEqual([path, 200]);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      expect([path, words.filter((word) => text.includes(word))]).toEqual([path, []]);
    }
  });

  it('the person cannot come in any more, and asking again is the same erasure', async () => {
    const renaming = { displayName: 'Back again' };
    expect((await command(author.person, 'PATCH', '/auth/me', renaming)).status).toBe(401);
    expect((await author.person.ask('/chat/rooms')).status).toBe(401);
    expect(idIn(await erase(author.person.userId))).toBe(erasureId);
  });

  it('it goes on until no account of the person is left', async () => {
    await isDone(erasureId);
    const { rows } = z.object({ rows: z.array(z.object({ count: z.bigint() })) }).parse(
      await database.raw(
        `SELECT (SELECT count(*) FROM accounts.email WHERE user_id = ?) +
           (SELECT count(*) FROM accounts.credential WHERE user_id = ?) +
           (SELECT count(*) FROM accounts.session WHERE user_id = ?) AS count`,
        Array.from({ length: 3 }, () => author.person.userId),
      ),
    );
    expect(rows[0]?.count).toBe(0n);
  });

  it('exports made before are gone, and another is made', async () => {
    const { body } = await look(`/audit/exports/${oldExport}`);
    expect(exportView.parse(body).status).toBe('outdated');
    expect((await look(`/audit/exports/${oldExport}/download`)).status).toBe(409);
    await exported();
  });

  it('every old proof still verifies', async () => {
    const after = await proofOf(author.messageIds[0]);
    expect(after.leafHash).toBe(before.leafHash);
    for (const { proof, checkpoint } of [before, after])
      expect(
        isIncluded({
          leafHash: bytes(proof.leafHash),
          leafIndex: proof.leafIndex,
          treeSize: proof.treeSize,
          rootHash: Buffer.from(checkpoint.root),
          hashes: proof.hashes.map(bytes),
        }),
      ).toBe(true);
    const [from, to] = [before.checkpoint.size, after.checkpoint.size];
    const { hashes } = consistencyProofView.parse(
      (await look(`/audit/proofs/consistency?from=${from}&to=${to}`)).body,
    );
    const [fromRoot, toRoot] = [Buffer.from(before.checkpoint.root), Buffer.from(after.checkpoint.root)];
    expect(isConsistent({ from, to, fromRoot, toRoot, hashes: hashes.map(bytes) })).toBe(true);
  });

  it('another organization does not know of it', async () => {
    const stranger = await Person.signUp(system, 'Stranger');
    expect((await look(`/audit/erasures/${erasureId}`, stranger)).status).toBe(404);
    const member = await owner.invite('Member');
    expect((await look(`/audit/erasures/${erasureId}`, member)).status).toBe(403);
  });
});

describe('an erasure that a crash cuts short', () => {
  /** Holds whoever needs the table up until it is released. */
  async function lock(table: string, mode: string): Promise<() => Promise<void>> {
    const blocking = createPool(system.databaseUrl, { applicationName: 'test', max: 1 });
    return new Promise((locked) => {
      void blocking.transaction(async (transaction) => {
        await transaction.raw(`LOCK TABLE ${table} IN ${mode} MODE`);
        await new Promise<void>((release) =>
          locked(async () => {
            release();
            await blocking.destroy();
          }),
        );
      });
    });
  }
  const stepOf = async (userId: string): Promise<string | undefined> =>
    z
      .array(z.object({ step: z.string() }))
      .parse(await database('accounts.erasure').where({ user_id: userId }).select('step'))[0]?.step;
  const stopLock = 4_711;
  const isAdvisoryLockWaitedFor = async (): Promise<boolean> => {
    const waiting = await database('pg_locks')
      .where({ locktype: 'advisory', objid: stopLock, granted: false })
      .select('pid');
    return waiting.length > 0;
  };
  const isBlocked = async (table: string): Promise<boolean> => {
    const waiting = await database('pg_locks')
      .whereRaw('relation = ?::regclass AND NOT granted', [table])
      .select('pid');
    return waiting.length > 0;
  };

  /** Holds whoever is about to note that a step is done, until it is released. */
  async function stopBefore(step: string): Promise<() => Promise<void>> {
    await database.raw(`CREATE OR REPLACE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN PERFORM pg_advisory_xact_lock(${stopLock}); RETURN NEW; END$$`);
    await database.raw(`CREATE TRIGGER wait_for_test BEFORE UPDATE ON accounts.erasure
      FOR EACH ROW WHEN (NEW.step = '${step}') EXECUTE FUNCTION wait_for_test()`);
    const holding = createPool(system.databaseUrl, { applicationName: 'test', max: 1 });
    await holding.raw(`SELECT pg_advisory_lock(${stopLock})`);
    return async () => {
      await database.raw('DROP TRIGGER wait_for_test ON accounts.erasure');
      await holding.destroy();
    };
  }

  async function expectFinishedByStart({ userId }: Person, roomId: string): Promise<void> {
    await system.startCommands();
    await until('it is done', async () => (await stepOf(userId)) === 'done');
    const page = await look(`/chat/rooms/${roomId}/messages?after=0`, owner);
    expect(messagePageView.parse(page.body).items.map(({ content }) => content)).toEqual([
      'erased',
      'erased',
      'deleted',
    ]);
  }

  it.each<[string, string, string, string]>([
    ['before any key is destroyed', 'vault.key', 'SHARE', 'requested'],
    ['while tables are rewritten', 'chat.message', 'ACCESS SHARE', 'content-erased'],
  ])('%s is finished by the next start', async (_, table, mode, step) => {
    const author = await newAuthor();
    const { userId } = author.person;
    const release = await lock(table, mode);
    const answer = erase(userId).catch(() => undefined); // the connection is cut with the process
    await until(`it waits for ${table}`, () => isBlocked(table));
    expect(await stepOf(userId)).toBe(step);
    await system.crashCommands();
    await answer;
    await cutWaitingFor(database, table);
    await release();
    expect(await stepOf(userId)).toBe(step);
    await expectFinishedByStart(author.person, author.roomId);
  });

  it.each([
    ['keys-destroyed', 'requested'],
    ['content-erased', 'keys-destroyed'],
    ['rewritten', 'content-erased'],
    ['done', 'rewritten'],
  ])('once it is %s, before that could be noted, is finished by the next start', async (reached, noted) => {
    const author = await newAuthor();
    const { userId } = author.person;
    const release = await stopBefore(reached);
    const answer = erase(userId).catch(() => undefined); // the connection is cut with the process
    await until('it waits', () => isAdvisoryLockWaitedFor());
    await system.crashCommands();
    await answer;
    await database('pg_locks')
      .where({ locktype: 'advisory', objid: stopLock, granted: false })
      .select(database.raw('pg_terminate_backend(pid)'));
    await release();
    expect(await stepOf(userId)).toBe(noted);
    await expectFinishedByStart(author.person, author.roomId);
  });
});
