import {
  auditEntryView,
  consistencyProofView,
  inclusionProofView,
  isConsistent,
  isIncluded,
  leafEntry,
  leafHash,
  messageTrailView,
  newId,
  openCheckpoint,
  pageOf,
  pastRoomAnswer,
  problemSchema,
  roomDiffAnswer,
  type AuditEntryView,
} from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../testing/person.ts';
import { startSystem, type System } from '../testing/system.ts';

let system: System;
let owner: Person;
let auditor: Person;
let member: Person;
let stranger: Person;
let publicRoom: string;
let privateRoom: string;

beforeAll(async () => {
  system = await startSystem();
  owner = await Person.signUp(system, 'Olga');
  [auditor, member] = [await owner.invite('Cora', 'compliance'), await owner.invite('Max')];
  stranger = await Person.signUp(system, 'Stranger');
  publicRoom = await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'open' });
  privateRoom = await owner.command('POST', '/chat/rooms', {
    kind: 'group',
    name: 'closed',
    participantIds: [member.userId],
  });
});
afterAll(() => system.stop());

const codeOf = (body: unknown): string => problemSchema.parse(body).code;
const reason = 'reason=a%20matter%20of%20record';
/** Asks once the record has everything that is in the log by now, earlier looks too. */
const look = async (person: Person, path: string) => {
  const head = await system.eventStore.head();
  return person.ask(path, { 'x-min-position': String(head) });
};
const everyEntry = async (person: Person, query = ''): Promise<AuditEntryView[]> => {
  const items: AuditEntryView[] = [];
  for (let cursor = ''; ;) {
    const { body } = await look(person, `/audit/events?limit=200${query}${cursor}`);
    const page = pageOf(auditEntryView).parse(body);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = `&cursor=${page.nextCursor}`;
  }
};
const accesses = async (): Promise<AuditEntryView[]> => everyEntry(auditor, '&type=AuditAccessed');

describe('the log of events', () => {
  it('has everything that happened in the organization, in order, with its leaf', async () => {
    const said = await owner.say(publicRoom, 'on the record');
    const items = await everyEntry(auditor);
    expect(items.map(({ leafIndex }) => leafIndex)).toEqual(items.map((_, index) => index));
    expect(items.slice(0, 3).map(({ type }) => type)).toContain('OrganizationCreated');
    const entry = items.find(({ entity }) => entity.id === said);
    expect(entry).toMatchObject({
      type: 'MessageSent',
      action: 'message_sent',
      actor: { type: 'user', id: owner.userId, displayName: 'Olga' },
      room: publicRoom,
      content: 'present',
      data: { text: 'on the record' },
      context: { ip: '127.0.0.1' },
    });
    for (const { stored, leafHash: told } of items)
      expect(leafHash(leafEntry(stored)).toString('base64')).toBe(told);
  });

  it('takes filters, and pages backward too', async () => {
    const joins = await everyEntry(auditor, `&room=${publicRoom}&type=ParticipantJoined`);
    expect(joins.map(({ action }) => action)).toEqual(['user_channel_join']);
    const newest = await auditor.get(pageOf(auditEntryView), '/audit/events?order=desc&limit=2');
    const next = await auditor.get(
      pageOf(auditEntryView),
      `/audit/events?order=desc&limit=2&cursor=${newest.nextCursor}`,
    );
    const indexes = [...newest.items, ...next.items].map(({ leafIndex }) => leafIndex);
    expect(indexes).toEqual([0, 1, 2, 3].map((back) => (indexes[0] ?? 0) - back));
  });

  it('keeps what was said in a private room sealed until there is a reason', async () => {
    const secret = await owner.say(privateRoom, 'between us');
    const sealed = (await everyEntry(auditor)).find(({ entity }) => entity.id === secret);
    expect(sealed).toMatchObject({ content: 'sealed', data: { text: null } });
    const { status, body } = await auditor.ask(`/audit/events?room=${privateRoom}`);
    expect([status, codeOf(body)]).toEqual([422, 'reason-required']);
    const opened = await everyEntry(auditor, `&room=${privateRoom}&${reason}`);
    expect(opened.find(({ entity }) => entity.id === secret)?.data).toMatchObject({ text: 'between us' });
  });
});

describe('who may look', () => {
  const routes = (): string[] => [
    '/audit/events',
    `/audit/rooms/${publicRoom}/at`,
    `/audit/rooms/${publicRoom}/diff?from=0`,
    `/audit/rooms/${publicRoom}/replay`,
    `/audit/messages/${newId()}/trail`,
    '/audit/checkpoint',
    '/audit/key',
    '/audit/proofs/inclusion?position=1',
    '/audit/proofs/consistency?from=1',
    '/audit/holds',
    '/audit/retention',
    `/audit/exports/${newId()}`,
    `/audit/exports/${newId()}/download`,
    `/audit/erasures/${newId()}`,
  ];

  it('is owners and compliance alone, and every refusal is on the record', async () => {
    const admin = await owner.invite('Ada', 'admin');
    for (const person of [member, admin])
      for (const route of routes()) expect([route, (await person.ask(route)).status]).toEqual([route, 403]);
    const refused = (await accesses()).filter(({ data }) => data.allowed === false);
    for (const person of [member, admin])
      expect(refused.filter(({ actor }) => actor.id === person.userId)).toHaveLength(routes().length);
  });

  it('is told of what was refused for what was asked, too', async () => {
    const before = await accesses();
    const refused = [
      ['checkpoint', '/audit/checkpoint?size=999999', 422],
      ['proof-consistency', '/audit/proofs/consistency?from=9&to=3', 422],
      ['proof-inclusion', '/audit/proofs/inclusion?position=1', 404],
      ['room-at', `/audit/rooms/${privateRoom}/at`, 422],
      ['events', '/audit/events?limit=many', 422],
    ] as const;
    for (const [, route, status] of refused)
      expect([route, (await auditor.ask(route)).status]).toEqual([route, status]);
    const noted = (await accesses()).slice(before.length).filter(({ data }) => data.allowed === false);
    expect(noted.map(({ data }) => data.access)).toEqual(refused.map(([access]) => access));
  });

  it('knows nothing of another organization, and that somebody asked stands in their own record', async () => {
    for (const route of [`/audit/rooms/${publicRoom}/at`, `/audit/rooms/${publicRoom}/replay`])
      expect((await stranger.ask(route)).status).toBe(404);
    const own = await everyEntry(stranger, '&type=AuditAccessed');
    expect(own.filter(({ data }) => data.roomId === publicRoom && data.allowed === false)).toHaveLength(2);
    const about = await everyEntry(stranger, `&entity=${publicRoom}`);
    expect(new Set(about.map(({ type }) => type))).toEqual(new Set(['AuditAccessed']));
  });

  it('is on the record before it is answered: who, what, why and how much', async () => {
    const before = await accesses();
    await auditor.ask(`/audit/rooms/${privateRoom}/at?limit=1&${reason}`);
    const [noted, ...others] = (await accesses()).slice(before.length + 1);
    expect(others).toEqual([]);
    expect(noted).toMatchObject({
      actor: { id: auditor.userId },
      data: {
        access: 'room-at',
        roomId: privateRoom,
        allowed: true,
        results: 1,
        reason: 'a matter of record',
      },
      room: privateRoom,
    });
    expect(String(noted?.data.asked)).toContain(privateRoom);
  });
});

describe('a room as of a moment', () => {
  it('reads as it then read, whatever was changed since', async () => {
    const messageId = await owner.say(publicRoom, 'first words');
    const then = (await everyEntry(auditor, `&entity=${messageId}`)).at(-1);
    await owner.command('PATCH', `/chat/messages/${messageId}`, { text: 'second words' });
    await owner.command('PATCH', `/chat/rooms/${publicRoom}`, { name: 'renamed' });
    await member.command('POST', `/chat/rooms/${publicRoom}/join`);
    const { status: deleted } = await member.ask(`/chat/messages/${messageId}`);
    expect(deleted).toBe(200);
    await owner.command('DELETE', `/chat/messages/${messageId}`);

    const past = await auditor.get(
      pastRoomAnswer,
      `/audit/rooms/${publicRoom}/at?position=${then?.position}&limit=200`,
    );
    expect(past.room.name).toBe('open');
    expect(past.participants.map(({ userId, displayName }) => [userId, displayName])).toEqual([
      [owner.userId, 'Olga'],
    ]);
    expect(past.messages.at(-1)).toMatchObject({ id: messageId, content: 'present', text: 'first words' });

    const byTime = await auditor.get(
      pastRoomAnswer,
      `/audit/rooms/${publicRoom}/at?time=${then?.stored.created}&limit=200`,
    );
    expect(byTime.messages.at(-1)?.text).toBe('first words');

    const now = await auditor.get(pastRoomAnswer, `/audit/rooms/${publicRoom}/at?limit=200`);
    expect(now.room.name).toBe('renamed');
    expect(now.messages.at(-1)).toMatchObject({ content: 'deleted', text: null });

    const diff = await auditor.get(
      roomDiffAnswer,
      `/audit/rooms/${publicRoom}/diff?from=${then?.position}&to=${now.asOf.position}`,
    );
    expect([diff.room?.before?.name, diff.room?.after?.name]).toEqual(['open', 'renamed']);
    expect(diff.participants).toMatchObject([{ userId: member.userId, before: null }]);
    expect(diff.messages).toMatchObject([
      { messageId, before: { text: 'first words' }, after: { text: null } },
    ]);
  });

  it('is not there before it was made', async () => {
    expect((await auditor.ask(`/audit/rooms/${publicRoom}/at?position=1`)).status).toBe(404);
    expect(
      (await auditor.ask(`/audit/rooms/${publicRoom}/at?position=1&time=2020-01-01T00:00:00Z`)).status,
    ).toBe(422);
  });

  it('pages through its messages in order', async () => {
    const room = await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'long' });
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.push(await owner.say(room, `message ${count}`));
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await auditor.get(pastRoomAnswer, `/audit/rooms/${room}/at?limit=3${cursor}`);
      seen.push(...page.messages.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(ids);
    const newest = await auditor.get(
      pastRoomAnswer,
      `/audit/rooms/${room}/at?limit=2&before=9223372036854775807`,
    );
    expect(newest.messages.map(({ id }) => id)).toEqual(ids.slice(-2));
  });
});

describe('a replay', () => {
  it('tells every change of a room in order, and goes on from a cursor', async () => {
    const room = await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'replayed' });
    await owner.say(room, 'one');
    await owner.say(room, 'two');
    const replayed = async (query = ''): Promise<AuditEntryView[]> => {
      const { status, body } = await auditor.ask(`/audit/rooms/${room}/replay?speed=0${query}`);
      expect(status).toBe(200);
      return String(body)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => auditEntryView.parse(JSON.parse(line)));
    };
    const all = await replayed();
    expect(all.map(({ type }) => type)).toEqual([
      'RoomCreated',
      'ParticipantJoined',
      'MessageSent',
      'MessageSent',
    ]);
    expect(await replayed(`&cursor=${all[1]?.position}`)).toEqual(all.slice(2));
    expect(await replayed(`&from=${all[2]?.position}&to=${all[2]?.position}`)).toEqual([all[2]]);
  });
});

describe('proofs', () => {
  const root = (base64: string): Buffer => Buffer.from(base64, 'base64');

  it('lead from an event to a signed checkpoint', async () => {
    const messageId = await owner.say(publicRoom, 'provable');
    const [entry] = await everyEntry(auditor, `&entity=${messageId}`);
    const proof = await auditor.get(
      inclusionProofView,
      `/audit/proofs/inclusion?position=${entry?.position}`,
    );
    expect(proof.leafHash).toBe(entry?.leafHash);
    expect(
      isIncluded({
        leafHash: root(proof.leafHash),
        leafIndex: proof.leafIndex,
        treeSize: proof.treeSize,
        rootHash: root(proof.rootHash),
        hashes: proof.hashes.map(root),
      }),
    ).toBe(true);
    const note = await auditor.ask(`/audit/checkpoint?size=${proof.treeSize}`);
    expect(note.headers.get('content-type')).toContain('text/plain');
    const checkpoint = openCheckpoint(String(note.body), system.checkpointKey);
    expect(checkpoint).toMatchObject({
      origin: `verbatim.test/${owner.organizationId}`,
      size: proof.treeSize,
    });
    expect(Buffer.from(checkpoint?.root ?? []).toString('base64')).toBe(proof.rootHash);
    expect((await auditor.ask('/audit/key')).body).toBe(`${system.checkpointKey.verifierKey}\n`);
  });

  it('show that an earlier tree is the beginning of a later one', async () => {
    const checkpointAt = async (size: number) =>
      openCheckpoint(
        String((await auditor.ask(`/audit/checkpoint?size=${size}`)).body),
        system.checkpointKey,
      );
    for (const [from, to] of [
      [1, 9],
      [8, 17],
      [13, 13],
    ] as const) {
      const { hashes } = await auditor.get(
        consistencyProofView,
        `/audit/proofs/consistency?from=${from}&to=${to}`,
      );
      const [fromRoot, toRoot] = [(await checkpointAt(from))?.root, (await checkpointAt(to))?.root];
      if (fromRoot === undefined || toRoot === undefined) throw new Error('a checkpoint is missing');
      expect(isConsistent({ from, to, fromRoot, toRoot, hashes: hashes.map(root) })).toBe(true);
    }
  });

  it('are refused for what is not there', async () => {
    expect((await auditor.ask('/audit/checkpoint?size=999999')).status).toBe(422);
    expect((await auditor.ask('/audit/proofs/inclusion?position=1')).status).toBe(404);
    expect((await auditor.ask('/audit/proofs/consistency?from=9&to=3')).status).toBe(422);
    expect((await auditor.ask('/audit/proofs/inclusion?position=x')).status).toBe(422);
  });
});

describe('the trail of a message', () => {
  it('hides nothing behind however many reactions', async () => {
    const messageId = await owner.say(publicRoom, 'much ado');
    const reaction = `/chat/messages/${messageId}/reactions/${encodeURIComponent('👍')}`;
    for (let count = 0; count < 260; count += 1)
      for (const method of ['PUT', 'DELETE']) await owner.command(method, reaction);
    await owner.command('PATCH', `/chat/messages/${messageId}`, { text: 'about something' });
    const first = await auditor.get(messageTrailView, `/audit/messages/${messageId}/trail`);
    const next = `/audit/messages/${messageId}/trail?cursor=${first.nextCursor}`;
    const second = await auditor.get(messageTrailView, next);
    expect(first.items).toHaveLength(500);
    expect(second.items.at(-1)).toMatchObject({
      type: 'MessageEdited',
      priorState: { text: 'much ado' },
      resultingState: { text: 'about something' },
    });
    expect([second.items.length, second.nextCursor]).toEqual([22, null]);
  });

  it('has every version and proves itself', async () => {
    const messageId = await owner.say(publicRoom, 'as sent');
    await owner.command('PATCH', `/chat/messages/${messageId}`, { text: 'as edited' });
    await owner.command('DELETE', `/chat/messages/${messageId}`);
    const trail = await auditor.get(messageTrailView, `/audit/messages/${messageId}/trail`);
    expect(trail.items.map(({ type, data }) => [type, data.text])).toEqual([
      ['MessageSent', 'as sent'],
      ['MessageEdited', 'as edited'],
      ['MessageDeleted', undefined],
    ]);
    expect(trail.items.at(-1)).toMatchObject({
      priorState: { text: 'as edited', status: 'sent' },
      resultingState: { text: null, status: 'deleted' },
    });
    const checkpoint = openCheckpoint(trail.checkpoint, system.checkpointKey);
    for (const { inclusion, leafHash: told } of trail.items) {
      expect(inclusion.leafHash).toBe(told);
      expect(inclusion.treeSize).toBe(checkpoint?.size);
      expect(inclusion.rootHash).toBe(Buffer.from(checkpoint?.root ?? []).toString('base64'));
    }
  });

  it('of a private room takes a reason, and of nobody’s message is unknown', async () => {
    const messageId = await owner.say(privateRoom, 'quietly');
    expect((await auditor.ask(`/audit/messages/${messageId}/trail`)).status).toBe(422);
    expect((await auditor.ask(`/audit/messages/${messageId}/trail?${reason}`)).status).toBe(200);
    expect((await stranger.ask(`/audit/messages/${messageId}/trail?${reason}`)).status).toBe(404);
  });
});
