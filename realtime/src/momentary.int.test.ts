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

const eventually = (check: () => void) => vi.waitFor(check, patience);
/** Few of these are more than a socket may have to read yet when something momentary is said. */
const longText = '漢'.repeat(16_384);

describe('momentary frames', () => {
  test('typing reaches the others in the room, and not the typer', async () => {
    const roomId = await world.room([ann, bob]);
    const [typer, other] = [await fixture.enter(ann), await fixture.enter(bob)];
    for (let count = 0; count < 10; count += 1) typer.say({ type: 'typing', roomId });
    expect(await other.heard('typing')).toEqual({ type: 'typing', roomId, userId: ann.userId });
    typer.say({ type: 'ping' });
    await typer.heard('pong');
    expect(typer.of('typing')).toEqual([]);
    expect(other.of('typing')).toHaveLength(1);
  });

  test('presence is that of all devices together', async () => {
    const [cat, dog] = [await world.person(), await world.person()];
    await world.room([cat, dog]);
    const watcher = await fixture.enter(dog);
    const statuses = () => watcher.of('presence').map(({ status }) => status);
    const [laptop, phone] = [await fixture.enter(cat), await fixture.enter(cat)];
    await eventually(() => expect(statuses()).toEqual(['online']));
    laptop.say({ type: 'presence', status: 'away' });
    phone.say({ type: 'presence', status: 'away' });
    await eventually(() => expect(statuses()).toEqual(['online', 'away']));
    laptop.webSocket.terminate();
    phone.say({ type: 'presence', status: 'online' });
    await eventually(() => expect(statuses()).toEqual(['online', 'away', 'online']));
    phone.webSocket.close();
    await eventually(() => expect(statuses()).toEqual(['online', 'away', 'online', 'offline']));
  });

  test('a newcomer learns who is there', async () => {
    const [cat, dog] = [await world.person(), await world.person()];
    await world.room([cat, dog]);
    await fixture.enter(cat);
    const newcomer = await fixture.enter(dog);
    expect(await newcomer.heard('presence')).toEqual({
      type: 'presence',
      userId: cat.userId,
      status: 'online',
    });
  });

  test('read markers and changes of the directory are told on', async () => {
    const roomId = await world.room([ann, bob]);
    const client = await fixture.enter(bob);
    const { organizationId } = world;
    world.push(
      { kind: 'read', organizationId, roomId, userId: ann.userId, readSeq: 2 },
      { kind: 'directory', organizationId, version: 7 },
    );
    expect(await client.heard('read')).toEqual({ type: 'read', roomId, userId: ann.userId, readSeq: 2 });
    expect(await client.heard('directory')).toEqual({ type: 'directory', version: 7 });
  });

  test('a marker that is told while a hello is looked at is in its answer', async () => {
    const { organizationId } = world;
    const roomId = await world.room([ann, bob]);
    const other = await fixture.enter(bob);
    const directory = await fixture.hold('directory.organization');
    const client = await fixture.connect().opened();
    client.say({ type: 'hello', token: fixture.tokenOf(ann) });
    await directory.awaited();
    world.push({ kind: 'read', organizationId, roomId, userId: ann.userId, readSeq: 2 });
    await other.heard('read');
    await directory.release();
    expect((await client.heard('ready')).rooms).toContainEqual({ roomId, seq: 2, epoch: 0, readSeq: 2 });
  });

  test('markers and who is there reach a client that catches up yet', async () => {
    const { organizationId } = world;
    const [cat, dog] = [await world.person(), await world.person()];
    const roomId = await world.room([cat, dog]);
    await world.sendMany(roomId, cat, 100);
    const frames = await fixture.hold('chat.frame');
    const client = await fixture.enter(dog, { [roomId]: 2 });
    await fixture.enter(cat);
    expect(await client.heard('presence')).toMatchObject({ userId: cat.userId, status: 'online' });
    world.push({ kind: 'read', organizationId, roomId, userId: dog.userId, readSeq: 102 });
    expect(await client.heard('read')).toMatchObject({ roomId, readSeq: 102 });
    expect(client.seqs(roomId)).toEqual([]);
    await frames.release();
    await eventually(() => expect(client.seqs(roomId).at(-1)).toBe(102));
  });

  test('who is there is told to a newcomer behind all that was missed', async () => {
    const [cat, dog] = [await world.person(), await world.person()];
    const roomId = await world.room([cat, dog]);
    const first = await fixture.enter(cat);
    await fixture.enter(dog);
    await first.heard('presence'); // who is in the room is known, so that newcomers are told at once
    for (let count = 0; count < 4; count += 1) await world.send(roomId, cat, longText);
    await eventually(() => expect(first.seqs(roomId)).toEqual([3, 4, 5, 6]));
    const newcomer = await fixture.enter(dog, { [roomId]: 2 });
    expect(await newcomer.heard('presence')).toMatchObject({ userId: cat.userId, status: 'online' });
    expect(newcomer.seqs(roomId)).toEqual([3, 4, 5, 6]);
  });
});
