import { messageView, newId, pageOf, participantView, pastRoomAnswer, roomView } from '@verbatim/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Person } from '../../testing/person.ts';
import { startSystem, type System } from '../../testing/system.ts';

let system: System;
let owner: Person;
let auditor: Person;
let others: Person[];

beforeAll(async () => {
  system = await startSystem();
  owner = await Person.signUp(system, 'Olga');
  [auditor, ...others] = [
    await owner.invite('Cora', 'compliance'),
    await owner.invite('Max'),
    await owner.invite('Ben'),
  ];
});
afterAll(() => system.stop());

/** Something that somebody does in a room; `pick` chooses among what there is then. */
const deed = fc.record({
  what: fc.constantFrom(
    ...['send', 'send', 'send', 'reply', 'edit', 'delete', 'react', 'unreact', 'pin', 'unpin'],
    ...['join', 'leave', 'role', 'rename', 'topic', 'profile', 'archive'],
  ),
  pick: fc.nat(),
  text: fc
    .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
    .map((text) => text.replaceAll('\0', '0')),
});
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;

const emojis = ['👍', '🎉'];

class Story {
  readonly roomId: string;
  readonly #messages: { readonly id: string; readonly author: Person }[] = [];

  constructor(roomId: string) {
    this.roomId = roomId;
  }

  /** What is not allowed just then, such as editing in an archived room, is refused and changes nothing. */
  async do({ what, pick, text }: Deed): Promise<void> {
    const people = [owner, ...others];
    const person = people[pick % people.length] ?? owner;
    const message = this.#messages[pick % Math.max(1, this.#messages.length)];
    const room = `/chat/rooms/${this.roomId}`;
    const attempt = async (by: Person, method: string, path: string, body?: unknown): Promise<boolean> =>
      by.command(method, path, body).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && /answered 4\d\d/.test(error.message)) return false;
          throw error;
        },
      );
    const tried = async (...request: Parameters<typeof attempt>): Promise<void> => {
      await attempt(...request);
    };
    const said = async (more: object): Promise<void> => {
      const id = newId();
      if (await attempt(person, 'POST', `${room}/messages`, { id, text, ...more }))
        this.#messages.push({ id, author: person });
    };
    if (what === 'send') return said({});
    if (what === 'profile') return tried(person, 'PATCH', '/auth/me', { displayName: text.trim() || 'X' });
    if (what === 'rename') return tried(owner, 'PATCH', room, { name: text.trim() || 'x' });
    if (what === 'topic') return tried(owner, 'PATCH', room, { topic: text });
    if (what === 'archive') {
      if (await attempt(owner, 'POST', `${room}/archive`)) await attempt(owner, 'POST', `${room}/unarchive`);
      return;
    }
    if (what === 'join' || what === 'leave') return tried(person, 'POST', `${room}/${what}`);
    if (what === 'role') {
      const role = ['member', 'moderator'][pick % 2];
      return tried(owner, 'PATCH', `${room}/participants/${person.userId}`, { role });
    }
    if (message === undefined) return;
    const path = `/chat/messages/${message.id}`;
    const reaction = `${path}/reactions/${encodeURIComponent(emojis[pick % 2] ?? '')}`;
    if (what === 'reply') return said({ replyTo: message.id });
    if (what === 'edit') await attempt(message.author, 'PATCH', path, { text });
    if (what === 'delete') await attempt(message.author, 'DELETE', path);
    if (what === 'react') await attempt(person, 'PUT', reaction);
    if (what === 'unreact') await attempt(person, 'DELETE', reaction);
    if (what === 'pin') await attempt(owner, 'PUT', `${path}/pin`);
    if (what === 'unpin') await attempt(owner, 'DELETE', `${path}/pin`);
  }
}

/** What a system shows that has read the log so far and no further. */
async function shownNow(roomId: string) {
  const room = await owner.get(roomView, `/chat/rooms/${roomId}`);
  const participants = await owner.get(
    pageOf(participantView),
    `/chat/rooms/${roomId}/participants?limit=200`,
  );
  const messages = await owner.get(pageOf(messageView), `/chat/rooms/${roomId}/messages?after=0&limit=200`);
  return comparable(room, participants.items, messages.items);
}

async function shownThen(roomId: string, position: bigint) {
  const path = `/audit/rooms/${roomId}/at?position=${position}&limit=200`;
  const { room, participants, messages } = await auditor.get(pastRoomAnswer, path);
  return comparable(room, participants, messages);
}

/** What both tell: places in a room's timeline and counts of replies are of the read model alone. */
function comparable(
  { kind, visibility, name, description, topic, archived }: Details,
  participants: readonly { readonly userId: string; readonly role: string }[],
  messages: readonly object[],
) {
  return {
    room: { kind, visibility, name, description, topic, archived },
    participants: participants.map(({ userId, role }) => `${userId} ${role}`).sort(),
    messages: messages.map((message) => ({
      ...message,
      seq: undefined,
      replyCount: undefined,
      position: undefined,
      version: undefined,
    })),
  };
}
interface Details {
  readonly kind: string;
  readonly visibility: string;
  readonly name: string | null;
  readonly description: string;
  readonly topic: string;
  readonly archived: boolean;
}

it('a room as of any position is what a system shows that stopped there', async () => {
  const seed = 20_261_130;
  const stories = fc.sample(fc.array(deed, { minLength: 40, maxLength: 40, size: 'max' }), {
    seed,
    numRuns: process.env.VERBATIM_LONG ? 10 : 1,
  });
  for (const deeds of stories) {
    const roomId = await owner.command('POST', '/chat/rooms', { kind: 'channel', name: 'story' });
    const story = new Story(roomId);
    const shown: { readonly position: bigint; readonly view: Awaited<ReturnType<typeof shownNow>> }[] = [];
    for (const each of deeds) {
      await story.do(each);
      // Nothing else is in the log, so the projectors stand exactly here.
      shown.push({ position: (await system.eventStore.head()) ?? 0n, view: await shownNow(roomId) });
    }
    for (const { position, view } of shown)
      expect([position, await shownThen(roomId, position)]).toEqual([position, view]);
  }
}, 300_000);
