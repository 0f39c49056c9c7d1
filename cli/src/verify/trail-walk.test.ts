import {
  canonicalJson,
  checkpointKeyFromSeed,
  contentKey,
  hashOfRange,
  inclusionRanges,
  originOf,
  sealBox,
  signCheckpoint,
  type NodeAddress,
} from '@verbatim/shared';
import { leafEntry, leafHash, nodeHash, sha256Hex } from '@verbatim/shared/record-hash';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { verifyTrail } from './verify-trail.ts';

const key = checkpointKeyFromSeed('verbatim.test', Buffer.alloc(32, 7));
const organization = '0198a000-0000-7000-8000-000000000001';
const wordsKey = contentKey([Buffer.alloc(32, 1), Buffer.alloc(32, 2)]);
const [messageId, otherId] = ['m', 'n'];

type Fields = Record<string, unknown>;
interface Happened {
  readonly type: string;
  readonly data: Fields;
  readonly text?: string;
  readonly state: Fields;
}

const sentState = {
  status: 'sent',
  messageId,
  roomId: 'r',
  authorId: 'a',
  day: '2026-11-22',
  kind: 'text',
  text: 'as sent',
  content: 'present',
  edited: false,
  mentions: { userIds: [], room: false },
  replyTo: null,
  threadOf: null,
  pinned: false,
  reactions: [],
  source: null,
};
const written = { messageId, roomId: 'r', authorId: 'a', day: '2026-11-22', mentions: sentState.mentions };
const edited = { ...sentState, text: 'as edited', edited: true };
const liked = { ...edited, reactions: [{ emoji: '👍', userIds: ['b'] }] };
const history: readonly Happened[] = [
  {
    type: 'MessageSent',
    data: { ...written, kind: 'text', replyTo: null, threadOf: null, source: null, roomRevision: 3 },
    text: 'as sent',
    state: sentState,
  },
  { type: 'MessageEdited', data: written, text: 'as edited', state: edited },
  { type: 'ReactionAdded', data: { messageId, roomId: 'r', userId: 'b', emoji: '👍' }, state: liked },
  {
    type: 'MessageDeleted',
    data: { messageId, roomId: 'r' },
    state: { ...liked, status: 'deleted', text: null, content: 'deleted' },
  },
];

/** With its fields in the order in which they are stored. */
const asStored = (fields: Fields): Fields =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(canonicalJson(fields)));

/** The events of a message as they are stored and shown; all have their place in one tree, another's last. */
function trail() {
  const of = ({ type, data: plain, text }: Happened, revision: number, message: string = messageId) => {
    const eventId = `e${revision}-${message}`;
    const box =
      text === undefined ? undefined : sealBox(wordsKey, canonicalJson({ text }), `${eventId}|${type}`);
    const data = asStored({ ...plain, messageId: message, ...(box !== undefined && { sealed: { box } }) });
    const metadata = { organizationId: organization };
    const created = '2026-11-22T10:00:00.000Z';
    return {
      shown: asStored({ ...plain, messageId: message, ...(text !== undefined && { text }) }),
      stored: {
        stream: `message-${message}`,
        revision,
        eventId,
        type,
        created,
        dataSha256: sha256Hex(canonicalJson(data)),
        metadataSha256: sha256Hex(canonicalJson(metadata)),
        data,
        metadata,
      },
    };
  };
  const events = history.map((each, revision) => of(each, revision));
  const [first] = history;
  if (first === undefined) throw new RangeError('a message is sent first');
  const all = [...events, of(first, 0, otherId)];
  const leaves = all.map(({ stored }) => leafHash(leafEntry(stored)));
  const node = ({ level, index }: NodeAddress): Uint8Array =>
    level === 0
      ? (leaves[index] ?? new Uint8Array())
      : nodeHash(
          node({ level: level - 1, index: 2 * index }),
          node({ level: level - 1, index: 2 * index + 1 }),
        );
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const size = all.length;
  const root = hashOfRange({ from: 0, to: size }, node);
  const items = all.map(({ stored, shown }, index) => ({
    position: String(70 + index),
    leafIndex: index,
    leafHash: base64(leaves[index] ?? new Uint8Array()),
    eventId: stored.eventId,
    type: stored.type,
    action: 'something',
    at: stored.created,
    organization,
    room: null,
    actor: { id: null, displayName: 'Olga' },
    context: { sessionId: null, ip: '192.0.2.1' },
    correlationId: null,
    causationId: null,
    content: 'sealed' in stored.data ? 'present' : null,
    data: shown,
    ...('sealed' in stored.data && { contentKey: base64(wordsKey) }),
    stored,
    priorState: history[index - 1]?.state ?? null,
    resultingState: history[index]?.state ?? null,
    inclusion: {
      leafIndex: index,
      treeSize: size,
      hashes: inclusionRanges(index, size).map((range) => base64(hashOfRange(range, node))),
    },
  }));
  const checkpoint = signCheckpoint({ origin: originOf(key, organization), size, root }, key);
  return { items, checkpoint };
}
type Item = ReturnType<typeof trail>['items'][number];

const { items: all, checkpoint } = trail();
const items = all.slice(0, history.length);

const page = (shown: readonly unknown[], nextCursor: string | null = null): string =>
  `${JSON.stringify({ items: shown, nextCursor, checkpoint, verifierKey: key.verifierKey })}\n`;
const faultsIn = (...pages: readonly string[]) => verifyTrail(pages.join(''), key.verifierKey).faults;
const changed = (index: number, change: (item: Item) => object): readonly unknown[] =>
  items.map((item, at) => (at === index ? { ...item, ...change(item) } : item));
/** The message's event at an index, as it has to be for the test to mean anything. */
const at = (index: number): Item => {
  const item = all[index];
  if (item === undefined) throw new RangeError(`no event ${index}`);
  return item;
};

describe('a trail of several events', () => {
  it('has no faults as it was signed, on one page or several', () => {
    const sound = { faults: [], events: 4, stream: 'message-m', wordsGone: 0 };
    expect(verifyTrail(page(items), key.verifierKey)).toMatchObject(sound);
    const pages = page(items.slice(0, 1), '1') + page(items.slice(1));
    expect(verifyTrail(pages, key.verifierKey)).toMatchObject(sound);
  });

  it.each<[string, readonly number[], string, RegExp]>([
    ['begins too late', [1, 2, 3], '71', /number 0 is missing/],
    ['lacks one in the middle', [0, 2, 3], '72', /number 1 is missing/],
    ['is in another order', [0, 2, 1, 3], '72', /number 1 is missing/],
    ['has one twice', [0, 0, 1, 2, 3], '70', /stands after number 0/],
    ['has one of another message', [0, 1, 2, 3, 4], '74', /of message-n/],
  ])('is found out when it %s, on one page or several', (_how, order, position, what) => {
    const shown = order.map(at);
    for (const pages of [[page(shown)], shown.map((item) => page([item]))])
      expect(faultsIn(...pages)[0]).toEqual({ position, what: expect.stringMatching(what) as unknown });
  });

  it('is found out when a page comes twice, or the last is not there', () => {
    expect(faultsIn(page(items), page(items))).not.toEqual([]);
    expect(faultsIn(page(items.slice(0, 2), '2'))).toMatchObject([
      { what: expect.stringMatching(/another/) as unknown },
    ]);
  });

  it.each<[string, number, (item: Item) => object]>([
    ['position', 1, () => ({ position: '70' })],
    ['words before', 2, (item) => ({ priorState: { ...item.priorState, text: 'forged' } })],
    ['words afterwards', 1, (item) => ({ resultingState: { ...item.resultingState, text: 'forged' } })],
    ['reactions', 2, (item) => ({ resultingState: { ...item.resultingState, reactions: [] } })],
    ['state before it was sent', 0, (item) => ({ priorState: item.resultingState })],
    ['state after it was deleted', 3, (item) => ({ resultingState: item.priorState })],
    ['state, which is left out', 1, () => ({ resultingState: undefined })],
  ])('names the event that is shown with another %s', (_what, index, change) => {
    const shown = changed(index, change);
    const { position } = z.object({ position: z.string() }).parse(shown[index]);
    expect(faultsIn(page(shown))[0]?.position).toBe(position);
  });

  it('says that an event is told to be erased whose words the key of another version opens', () => {
    const gone = { text: null, content: 'erased' };
    const hidden = changed(1, ({ data, resultingState }) => ({
      content: 'erased',
      contentKey: undefined,
      data: { ...data, text: null },
      resultingState: { ...resultingState, ...gone },
    }));
    expect(faultsIn(page(hidden))[0]).toMatchObject({
      position: '71',
      what: expect.stringMatching(/gone/) as unknown,
    });
  });

  it('counts the words that are told to be erased, also where that came between two pages', () => {
    const erased = ({ content, data, contentKey: _key, priorState, resultingState, ...item }: Item) => {
      const without = (state: Fields | null) =>
        state?.content === 'present' ? { ...state, text: null, content: 'erased' } : state;
      const words =
        content === null ? { content, data } : { content: 'erased', data: { ...data, text: null } };
      return { ...item, ...words, priorState: without(priorState), resultingState: without(resultingState) };
    };
    const report = (text: string) => verifyTrail(text, key.verifierKey);
    expect(report(page(items.map(erased)))).toMatchObject({ faults: [], wordsGone: 2 });
    const between = page(items.slice(0, 1), '1') + page(items.slice(1).map(erased));
    expect(report(between)).toMatchObject({ faults: [], wordsGone: 1 });
  });
});
