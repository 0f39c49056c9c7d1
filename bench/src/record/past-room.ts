import { randomInt } from 'node:crypto';
import {
  encodeEvent,
  keysToSeal,
  leafEntry,
  leafHash,
  MasterKey,
  newId,
  organizationScope,
  pastRoomAnswer,
  personScope,
  present,
  recordEntry,
  roomDayScope,
  roomScope,
  Sealer,
  streamOf,
  utcDay,
  vaultDatabase,
  VaultKeyring,
  type DomainEvent,
} from '@verbatim/shared';
import type { Benchmark } from '../benchmark.ts';
import { grouped, latencyLine } from '../statistics.ts';
import { startAuditedInstance, type AuditedInstance } from './audited-instance.ts';
import { RecordGrowth } from './record-rows.ts';

const roomEvents = 1_000_000;
const people = 500;
const moments = 100;
const pageMessages = 50;
/** A page of messages is edited, reacted to and deleted like this. */
const shares = { sent: 0.7, edited: 0.1, reacted: 0.15 };

/** A room of a million events, as of any moment: the whole answer of the first page, and of later pages. */
export const recordPastBenchmark: Benchmark = {
  name: 'record-past',
  summary: `a room of ${grouped(roomEvents)} events as of any moment`,
  run: async () => {
    const audited = await startAuditedInstance();
    try {
      const room = await fillRoom(audited);
      const figures = await measure(audited, room);
      for (const [what, samples] of Object.entries(figures)) console.log(`${what}: ${latencyLine(samples)}`);
    } finally {
      await audited.close();
    }
  },
};

interface FilledRoom {
  readonly roomId: string;
  readonly firstPosition: bigint;
  readonly startMs: number;
}

const positionsFrom = 1_000_000_000n;
const msPerEvent = 20;

async function fillRoom({ database, organizationId, masterKey }: AuditedInstance): Promise<FilledRoom> {
  const startedAt = performance.now();
  const keyring = new VaultKeyring(vaultDatabase(database), new MasterKey(masterKey));
  const sealer = new Sealer(keyring);
  const [roomId, startMs] = [newId(), Date.now()];
  const userIds = Array.from({ length: people }, () => newId());
  const days = [0, roomEvents * msPerEvent].map((ms) => utcDay(new Date(startMs + ms).toISOString()));
  const scopes = [organizationScope, roomScope(roomId), ...userIds.map(personScope)];
  const dayScopes = [...new Set(days)].map((day) => roomDayScope(roomId, day));
  await keyring.prepare(organizationId, [...scopes, ...dayScopes], { create: true });
  await RecordGrowth.run(database, organizationId, async (growth) => {
    let count = 0;
    const add = async (
      event: DomainEvent,
      stream: string,
      actorId: string,
      entity: Entity,
    ): Promise<void> => {
      const at = new Date(startMs + count * msPerEvent);
      const position = positionsFrom + BigInt(count);
      count += 1;
      const id = newId();
      const metadata = {
        organizationId,
        actorId,
        ...(entity.type !== 'user' && { roomId }),
        commandId: id,
        correlationId: id,
        causationId: id,
        occurredAt: at.toISOString(),
        sessionId: null,
      };
      if (count === 1) keysToSeal(event, metadata);
      const encoded = encodeEvent(event, id, metadata, sealer);
      const stored = { ...encoded, stream, revision: 0n, position, created: at };
      const entry = recordEntry(stored);
      const hash = leafHash(leafEntry(entry.stored));
      const leafIndex = growth.size;
      if ('role' in event.data && event.type !== 'OrganizationRoleChanged' && 'roomId' in event.data)
        await growth.addParticipant(roomId, actorId, leafIndex, event.data.role);
      const isSent = event.type === 'MessageSent';
      await growth.add(hash, {
        leafIndex,
        position,
        eventId: id,
        stream,
        type: event.type,
        at: at.toISOString(),
        actorId,
        roomId: entity.type === 'user' ? null : roomId,
        entityType: entity.type,
        entityId: entity.id,
        authorId: isSent ? event.data.authorId : null,
        day: isSent ? event.data.day : null,
        data: entry.data,
        metadata: entry.metadata,
        dataSha256: Buffer.from(entry.stored.dataSha256, 'hex'),
        metadataSha256: Buffer.from(entry.stored.metadataSha256, 'hex'),
        leafHash: hash,
      });
    };
    const ofRoom = { type: 'room', id: roomId };
    const [admin = ''] = userIds;
    for (const [index, userId] of userIds.entries()) {
      const content = present({ displayName: `Person ${index}`, email: `p${index}@bench.test` });
      await add(
        { type: 'UserRegistered', data: { userId, source: null }, content },
        streamOf.user(userId),
        userId,
        {
          type: 'user',
          id: userId,
        },
      );
    }
    await add(
      {
        type: 'RoomCreated',
        data: { roomId, kind: 'channel', visibility: 'public', imported: false },
        content: present({ name: 'a million', description: '' }),
      },
      streamOf.room(roomId),
      admin,
      ofRoom,
    );
    for (const userId of userIds)
      await add(
        { type: 'ParticipantJoined', data: { roomId, userId, role: userId === admin ? 'admin' : 'member' } },
        streamOf.room(roomId),
        userId,
        ofRoom,
      );
    const sent: { readonly messageId: string; readonly authorId: string; readonly day: string }[] = [];
    while (count < roomEvents) {
      const dice = Math.random();
      const actorId = userIds[randomInt(people)] ?? admin;
      const recent = sent[Math.max(0, sent.length - 1 - randomInt(200))];
      if (recent === undefined || dice < shares.sent) {
        const day = utcDay(new Date(startMs + count * msPerEvent).toISOString());
        const message = { messageId: newId(), authorId: actorId, day };
        sent.push(message);
        await add(
          {
            type: 'MessageSent',
            data: {
              ...message,
              roomId,
              mentions: { userIds: [], room: false },
              kind: 'text',
              replyTo: null,
              threadOf: null,
              roomRevision: 0,
              source: null,
            },
            content: present({ text: `message number ${count}, about as long as people write` }),
          },
          streamOf.message(message.messageId),
          actorId,
          { type: 'message', id: message.messageId },
        );
        continue;
      }
      const entity = { type: 'message', id: recent.messageId };
      const stream = streamOf.message(recent.messageId);
      if (dice < shares.sent + shares.edited)
        await add(
          {
            type: 'MessageEdited',
            data: { ...recent, roomId, mentions: { userIds: [], room: false } },
            content: present({ text: `edited by event ${count}` }),
          },
          stream,
          recent.authorId,
          entity,
        );
      else if (dice < shares.sent + shares.edited + shares.reacted)
        await add(
          {
            type: 'ReactionAdded',
            data: { messageId: recent.messageId, roomId, userId: actorId, emoji: '👍' },
          },
          stream,
          actorId,
          entity,
        );
      else
        await add(
          { type: 'MessagePinned', data: { messageId: recent.messageId, roomId } },
          stream,
          admin,
          entity,
        );
    }
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(
    `generated a room of ${grouped(roomEvents)} events and ${people} people in ${seconds.toFixed(0)} s`,
  );
  return { roomId, firstPosition: positionsFrom + BigInt(2 * people + 1), startMs };
}

interface Entity {
  readonly type: string;
  readonly id: string;
}

async function measure(
  { owner }: AuditedInstance,
  { roomId, firstPosition, startMs }: FilledRoom,
): Promise<Record<string, readonly number[]>> {
  const timed = async (query: string, samples: number[]): Promise<void> => {
    const askedAt = performance.now();
    const answer = await owner.api.call('GET', `/audit/rooms/${roomId}/at?limit=${pageMessages}&${query}`);
    samples.push(performance.now() - askedAt);
    const { messages, participants } = pastRoomAnswer.parse(answer);
    if (messages.length === 0 || participants.length < people) throw new Error(`${query} shows too little`);
  };
  const [first, newest, byTime]: [number[], number[], number[]] = [[], [], []];
  const warm: number[] = [];
  for (let index = 0; index < 5; index += 1) await timed(`position=${firstPosition + 1_000n}`, warm);
  for (let index = 0; index < moments; index += 1) {
    const at = firstPosition + BigInt(randomInt(1_000, roomEvents - 2 * people - 10));
    await timed(`position=${at}`, first);
    await timed(`position=${at}&before=${at}`, newest);
    const time = new Date(startMs + Number(at - positionsFrom) * msPerEvent).toISOString();
    await timed(`time=${encodeURIComponent(time)}`, byTime);
  }
  return {
    'the first page, as of a position': first,
    'the newest page, as of a position': newest,
    'the first page, as of a time': byTime,
  };
}
