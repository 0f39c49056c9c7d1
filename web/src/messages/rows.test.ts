import type { MessageView } from '@verbatim/shared/browser';
import { describe, expect, it } from 'vitest';
import { rowsOf, type RowsInput } from './rows.ts';

const start = new Date(2026, 10, 22, 10, 0).getTime();
const message = (seq: number, minute: number, more: Partial<MessageView> = {}): MessageView => ({
  id: `m${seq}`,
  roomId: 'room',
  seq,
  author: { id: 'ada', displayName: 'Ada' },
  kind: 'text',
  content: 'present',
  text: 'hello',
  createdAt: new Date(start + minute * 60_000).toISOString(),
  editedAt: null,
  deletedAt: null,
  replyTo: null,
  threadOf: null,
  replyCount: 0,
  reactions: [],
  mentions: [],
  pinned: false,
  ...more,
});
const rows = (messages: MessageView[], more: Partial<RowsInput> = {}) =>
  rowsOf({
    messages,
    pending: [],
    myId: 'me',
    unreadAfterSeq: null,
    reachesStart: true,
    reachesEnd: true,
    ...more,
  });
const kinds = (messages: MessageView[], more: Partial<RowsInput> = {}) =>
  rows(messages, more).map((row) =>
    'startsGroup' in row ? `${row.kind}${row.startsGroup ? '+' : ''}` : row.kind,
  );
const pending = { id: 'p1', text: 'x', createdAt: '', replyTo: null, threadOf: null, failure: null };

describe('the rows of a message list', () => {
  it('group what one author says within five minutes', () =>
    expect(
      kinds([
        message(1, 0),
        message(2, 4),
        message(3, 9),
        message(4, 10, { author: { id: 'b', displayName: 'B' } }),
      ]),
    ).toEqual(['start', 'day', 'message+', 'message', 'message+', 'message+']));
  it('begin a group at a reply', () =>
    expect(kinds([message(1, 0), message(2, 1, { replyTo: 'm1' })])).toEqual([
      'start',
      'day',
      'message+',
      'message+',
    ]));
  it('begin a group at a message that is pinned, and after it', () =>
    expect(kinds([message(1, 0), message(2, 1, { pinned: true }), message(3, 2), message(4, 3)])).toEqual([
      'start',
      'day',
      'message+',
      'message+',
      'message+',
      'message',
    ]));
  it('begin a group where an import begins and ends', () => {
    const source = { id: 'irc:1', importedAt: new Date(start).toISOString() };
    expect(
      kinds([message(1, 0), message(2, 1, { source }), message(3, 2, { source }), message(4, 3)]),
    ).toEqual(['start', 'day', 'message+', 'message+', 'message', 'message+']);
  });
  it('separate days', () =>
    expect(kinds([message(1, 0), message(2, 24 * 60)])).toEqual([
      'start',
      'day',
      'message+',
      'day',
      'message+',
    ]));
  it('mark once where reading stopped, with what waits', () => {
    const messages = [
      message(1, 0),
      message(2, 1),
      message(3, 2),
      message(4, 3, { content: 'deleted', text: null }),
    ];
    expect(kinds(messages, { unreadAfterSeq: 1 })).toEqual([
      'start',
      'day',
      'message+',
      'unread',
      'message+',
      'message',
      'message',
    ]);
    expect(rows(messages, { unreadAfterSeq: 1 })[3]).toMatchObject({ count: 2 });
  });
  it('draw no line before one’s own messages', () =>
    expect(kinds([message(1, 0), message(2, 1)], { unreadAfterSeq: 1, myId: 'ada' })).not.toContain(
      'unread',
    ));
  it('show replies of threads and system lines as what they are', () =>
    expect(
      kinds([message(1, 0), message(2, 1, { threadOf: 'm1' }), message(3, 1, { kind: 'system' })]),
    ).toEqual(['start', 'day', 'message+', 'thread-reply+', 'system+']));
  it('say that there is more at either end', () =>
    expect(kinds([message(5, 0)], { reachesStart: false, reachesEnd: false })).toEqual([
      'loading',
      'day',
      'message+',
      'loading',
    ]));
  it('end with what is being sent, until it is there', () => {
    expect(kinds([message(1, 0)], { pending: [pending] })).toEqual(['start', 'day', 'message+', 'pending+']);
    expect(kinds([message(1, 0, { id: 'p1' })], { pending: [pending] })).toEqual([
      'start',
      'day',
      'message+',
    ]);
    expect(kinds([message(1, 0)], { pending: [pending], reachesEnd: false })).not.toContain('pending+');
  });
  it('group what is being sent as it will be once it is there', () => {
    const sent = (minute: number) => ({
      ...pending,
      id: `p${minute}`,
      createdAt: message(0, minute).createdAt,
    });
    const shown = (...waiting: RowsInput['pending']) =>
      kinds([message(1, 0)], { pending: waiting, myId: 'ada' }).slice(3);
    expect(shown(sent(1), sent(2))).toEqual(['pending', 'pending']);
    expect(shown(sent(6), sent(7))).toEqual(['pending+', 'pending']);
  });
});
