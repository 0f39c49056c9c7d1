import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { patience } from './testing/client-socket.ts';
import { startRelayFixture, type RelayFixture } from './testing/relay-fixture.ts';
import type { WrittenPerson } from './testing/written-world.ts';

let fixture: RelayFixture;
let world: RelayFixture['world'];
let ann: WrittenPerson;
let bob: WrittenPerson;

beforeAll(async () => {
  fixture = await startRelayFixture();
  ({ world } = fixture);
  [ann, bob] = [await world.person('Ann'), await world.person('Bob')];
});
afterAll(() => fixture.stop());

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const eventually = (check: () => void) => vi.waitFor(check, patience);

describe('a client', () => {
  test('learns where its rooms stand and gets what comes after', async () => {
    const roomId = await world.room([ann, bob]);
    await world.send(roomId, bob, 'before');
    await world.read(roomId, ann, 2);
    await world.read(roomId, bob, 1);
    const client = await fixture.enter(ann);
    const ready = await client.heard('ready');
    expect(ready).toMatchObject({ userId: ann.userId, heartbeatMs: 25_000, directoryVersion: 0 });
    expect(ready.rooms).toContainEqual({ roomId, seq: 3, epoch: 0, readSeq: 2 });
    await world.send(roomId, bob, 'after');
    const { message, seq } = await client.heard('message');
    expect([message.text, message.author.displayName, seq]).toEqual(['after', 'Bob', 4]);
  });

  test('gets its own messages too, and the answer to each', async () => {
    const roomId = await world.room([ann]);
    const client = await fixture.enter(ann);
    const id = '01890000-0000-7000-8000-0000000000f1';
    client.say({ type: 'message', id, roomId, text: 'mine' });
    expect(await client.heard('ack')).toEqual({ type: 'ack', id, position: '2' });
    expect((await client.heard('message')).message.id).toBe(id);
  });

  test('is told what is wrong with a message, and stays connected', async () => {
    const roomId = await world.room([ann]);
    const client = await fixture.enter(ann);
    const id = randomUUID();
    client.webSocket.send(JSON.stringify({ type: 'message', id, roomId, text: '', colour: 'red' }));
    const { problem } = await client.heard('error');
    expect(problem).toMatchObject({ code: 'invalid', status: 422 });
    expect(problem.errors?.map(({ path }) => path).sort()).toEqual(['colour', 'text']);
    client.say({ type: 'ping' });
    await client.heard('pong');
  });

  test.each([
    ['with an epoch', (seq: number) => ({ seq, epoch: 0 })],
    ['without', (seq: number) => seq],
  ])('resumes where it stood, %s', async (_name, cursorAt) => {
    const roomId = await world.room([ann, bob]);
    await world.sendMany(roomId, bob, 100);
    const client = await fixture.enter(ann, { [roomId]: cursorAt(40) });
    await world.send(roomId, bob, 'live');
    await eventually(() => expect(client.seqs(roomId)).toEqual(upTo(41, 103)));
  });

  test('is told the gap when it is too far behind', async () => {
    const roomId = await world.room([ann, bob]);
    await world.sendMany(roomId, bob, 600);
    const client = await fixture.enter(ann, { [roomId]: 1 });
    expect(await client.heard('gap')).toEqual({ type: 'gap', roomId, from: 2, to: 602 });
    await world.send(roomId, bob, 'live');
    await eventually(() => expect(client.seqs(roomId)).toEqual([603]));
  });

  test('is told to fetch afresh when its cursor is not of this history', async () => {
    const roomId = await world.room([ann]);
    const client = await fixture.enter(ann, { [roomId]: { seq: 99, epoch: 0 } });
    expect(await client.heard('reset')).toEqual({ type: 'reset', roomId, epoch: 0 });
  });

  test('gets what a lost push did not bring', async () => {
    const roomId = await world.room([ann, bob]);
    const client = await fixture.enter(ann);
    await world.send(roomId, bob, 'lost', { isPushed: false });
    await world.send(roomId, bob, 'lost too', { isPushed: false });
    await eventually(() => expect(client.seqs(roomId)).toEqual([3, 4]));
    await world.send(roomId, bob, 'lost', { isPushed: false });
    await world.send(roomId, bob, 'pushed');
    await eventually(() => expect(client.seqs(roomId)).toEqual([3, 4, 5, 6]));
  });

  test('reads a public room along while it wants to', async () => {
    const roomId = await world.room([bob], 'public');
    await world.sendMany(roomId, bob, 5);
    const client = await fixture.enter(ann);
    client.say({ type: 'join_room', roomId, after: 3 });
    expect(await client.heard('room_added')).toMatchObject({ roomId, lastSeq: 6, epoch: 0, own: false });
    await world.send(roomId, bob, 'live');
    await eventually(() => expect(client.seqs(roomId)).toEqual([4, 5, 6, 7]));
    client.say({ type: 'typing', roomId });
    expect((await client.heard('error')).problem.code).toBe('forbidden');
    client.say({ type: 'leave_room', roomId });
    client.say({ type: 'ping' });
    await client.heard('pong');
    await world.send(roomId, bob, 'unheard');
    client.say({ type: 'ping' });
    await eventually(() => expect(client.of('pong')).toHaveLength(2));
    expect(client.seqs(roomId)).toEqual([4, 5, 6, 7]);
  });

  test('is not told that a private room of others exists', async () => {
    const roomId = await world.room([bob]);
    const client = await fixture.enter(ann);
    for (const unknown of [roomId, randomUUID()]) client.say({ type: 'join_room', roomId: unknown });
    await eventually(() => expect(client.of('error')).toHaveLength(2));
    const [real, made] = client.of('error').map(({ problem }) => problem);
    expect(real).toEqual(made);
    expect(real?.code).toBe('not-found');
  });
});

describe('rights', () => {
  test('somebody who comes into a room receives it from then on', async () => {
    const roomId = await world.room([bob]);
    const client = await fixture.enter(ann);
    const joinedAt = await world.join(roomId, ann);
    expect(await client.heard('room_added')).toMatchObject({ roomId, epoch: 0, own: true });
    await world.send(roomId, bob, 'welcome');
    await eventually(() => expect(client.seqs(roomId)).toContain(joinedAt + 1));
  });

  test('so it is when the push was lost', async () => {
    const roomId = await world.room([bob]);
    const client = await fixture.enter(ann);
    await world.join(roomId, ann, { isPushed: false });
    expect(await client.heard('room_added')).toMatchObject({ roomId, own: true });
  });

  test.each([
    ['pushed', true],
    ['not pushed', false],
  ])('somebody who is removed hears nothing after it and knows (%s)', async (_name, isPushed) => {
    const roomId = await world.room([ann, bob]);
    const [gone, stays] = [await fixture.enter(ann), await fixture.enter(bob)];
    await world.send(roomId, bob, 'last');
    await eventually(() => expect(gone.seqs(roomId)).toEqual([3]));
    await world.remove(roomId, ann, { isPushed });
    await world.send(roomId, bob, 'secret');
    expect(await gone.heard('room_removed')).toEqual({
      type: 'room_removed',
      roomId,
    });
    await eventually(() => expect(stays.seqs(roomId)).toEqual([3, 4, 5]));
    expect(gone.seqs(roomId)).toEqual([3]);
    const back = await fixture.enter(ann, { [roomId]: 3 });
    expect(await back.heard('room_removed')).toEqual({ type: 'room_removed', roomId });
    expect(back.seqs(roomId)).toEqual([]);
  });

  test.each([
    ['pushed', true],
    ['not pushed', false],
  ])('a public room that becomes private goes from those who are not in it (%s)', async (_name, isPushed) => {
    const roomId = await world.room([bob], 'public');
    const [reader, member] = [await fixture.enter(ann), await fixture.enter(bob)];
    reader.say({ type: 'join_room', roomId });
    await reader.heard('room_added');
    await world.setVisibility(roomId, 'private', { isPushed });
    await world.send(roomId, bob, 'among us', { isPushed });
    expect(await reader.heard('room_removed')).toEqual({ type: 'room_removed', roomId });
    await eventually(() => expect(member.seqs(roomId)).toEqual([2, 3]));
    expect(reader.seqs(roomId)).toEqual([]);
    const back = await fixture.enter(ann, { [roomId]: 1 });
    expect(await back.heard('room_removed')).toEqual({ type: 'room_removed', roomId });
    expect(back.seqs(roomId)).toEqual([]);
  });

  test.each([
    ['pushed', true],
    ['not pushed', false],
  ])('an ended session is cut (%s)', async (_name, isPushed) => {
    const person = await world.person();
    const client = await fixture.enter(person);
    await world.endSession(person, { isPushed });
    expect((await client.ended()).code).toBe(4401);
    const again = await fixture.connect().opened();
    again.say({ type: 'hello', token: fixture.tokenOf(person) });
    expect((await again.ended()).code).toBe(4401);
  });

  test('a session that is forgotten is cut, even when nobody heard that it ended', async () => {
    const person = await world.person();
    const client = await fixture.enter(person);
    await world.forget(person);
    expect((await client.ended()).code).toBe(4401);
  });

  test.each([
    ['pushed', true],
    ['not pushed', false],
  ])(
    'somebody who is deactivated is cut on every device and not let in again (%s)',
    async (_name, isPushed) => {
      const person = await world.person();
      const roomId = await world.room([person, bob]);
      const devices = [await fixture.enter(person), await fixture.enter(person)];
      await world.deactivate(person, { isPushed });
      if (isPushed) await world.send(roomId, bob, 'secret');
      for (const device of devices) {
        expect((await device.ended()).code).toBe(4401);
        expect(device.seqs(roomId)).toEqual([]);
      }
      const again = await fixture.connect().opened();
      again.say({ type: 'hello', token: fixture.tokenOf(person) });
      expect((await again.ended()).code).toBe(4401);
    },
  );

  test.each([
    ['pushed', true],
    ['not pushed', false],
  ])('erased content is let go of (%s)', async (_name, isPushed) => {
    const roomId = await world.room([ann, bob]);
    await world.send(roomId, bob, 'to be erased');
    const client = await fixture.enter(ann);
    const epoch = await world.erase(roomId, { isPushed });
    expect(await client.heard('reset')).toEqual({ type: 'reset', roomId, epoch });
    const stale = await fixture.enter(ann, { [roomId]: { seq: 2, epoch: epoch - 1 } });
    expect(await stale.heard('reset')).toEqual({ type: 'reset', roomId, epoch });
    const current = await fixture.enter(ann, { [roomId]: { seq: 2, epoch } });
    expect(await current.heard('message')).toMatchObject({ message: { content: 'erased', text: null } });
  });
});

describe('the only room of a connection', () => {
  test('is received alone', async () => {
    const [roomId, other] = [await world.room([ann, bob]), await world.room([ann, bob])];
    const client = await fixture.enter(ann, undefined, { path: `/chat/${roomId}` });
    expect((await client.heard('ready')).rooms.map((room) => room.roomId)).toEqual([roomId]);
    await world.send(other, bob, 'elsewhere');
    await world.send(roomId, bob, 'here');
    await eventually(() => expect(client.seqs(roomId)).toEqual([3]));
    expect(client.seqs(other)).toEqual([]);
    await world.remove(roomId, ann);
    expect((await client.ended()).code).toBe(4403);
  });

  test('is refused with 4403 to whoever may not read it', async () => {
    const roomId = await world.room([bob]);
    for (const id of [roomId, randomUUID()]) {
      const client = await fixture.connect(`/chat/${id}`).opened();
      client.say({ type: 'hello', token: fixture.tokenOf(ann) });
      expect((await client.ended()).code).toBe(4403);
    }
  });
});
