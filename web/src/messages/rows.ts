import type { MessageView } from '@verbatim/shared/browser';
import type { ListRow } from '../list/anchored-scroll.svelte.ts';
import { dayKey } from '../time/format.ts';

/** A message of one's own that the server has not confirmed yet. */
export interface PendingMessage {
  readonly id: string;
  readonly text: string;
  readonly createdAt: string;
  readonly replyTo: string | null;
  readonly threadOf: string | null;
  /** What went wrong, as a sentence; null while it is under way. */
  readonly failure: string | null;
}

interface Line extends ListRow {
  readonly message: MessageView;
  /** Carries the avatar and the name; those after it by the same author do not. */
  readonly startsGroup: boolean;
}

export type MessageRow =
  | (ListRow & { readonly kind: 'start' | 'loading' })
  | (ListRow & { readonly kind: 'day'; readonly at: string })
  | (ListRow & { readonly kind: 'unread'; readonly count: number; readonly since: string })
  | (Line & { readonly kind: 'message' | 'thread-reply' | 'system' })
  | (ListRow & { readonly kind: 'pending'; readonly pending: PendingMessage; readonly startsGroup: boolean });

export interface RowsInput {
  readonly messages: readonly MessageView[];
  readonly pending: readonly PendingMessage[];
  readonly myId: string;
  /** Where reading had got to when the room was opened; null draws no line. */
  readonly unreadAfterSeq: number | null;
  readonly reachesStart: boolean;
  readonly reachesEnd: boolean;
}

/** Messages further apart than this stand for themselves. */
const groupGapMs = 5 * 60_000;
const lineHeightPx = 22;
const charactersPerLine = 90;

/** What the list shows, from the first row to the last: messages grouped, days and unread marked between them. */
export function rowsOf(input: RowsInput): MessageRow[] {
  const rows: MessageRow[] = [edgeRow(input.reachesStart, 'start')];
  let previous: MessageView | undefined;
  let isMarked = input.unreadAfterSeq === null;
  for (const message of input.messages) {
    const isNewDay = previous === undefined || dayKey(previous.createdAt) !== dayKey(message.createdAt);
    if (isNewDay) rows.push(dayRow(message));
    const isFirstUnread =
      !isMarked && message.seq > (input.unreadAfterSeq ?? 0) && message.author.id !== input.myId;
    if (isFirstUnread) {
      isMarked = true;
      rows.push(unreadRow(message, input));
    }
    rows.push(lineRow(message, isNewDay || isFirstUnread ? undefined : previous));
    previous = message;
  }
  if (!input.reachesEnd) return [...rows, edgeRow(false, 'end')];
  return [...rows, ...pendingRows(input, previous)];
}

const edgeRow = (isReached: boolean, edge: 'start' | 'end'): MessageRow =>
  isReached
    ? { kind: 'start', key: 'start', estimate: 120, fleeting: true }
    : { kind: 'loading', key: `loading-${edge}`, estimate: 160, fleeting: true };

const dayRow = ({ createdAt, id }: MessageView): MessageRow => ({
  kind: 'day',
  // Imported messages may go back in time: a day can come twice.
  key: `day-${dayKey(createdAt)}-${id}`,
  estimate: 36,
  // With older messages of that day above it, it stands elsewhere.
  fleeting: true,
  at: createdAt,
});

function unreadRow(first: MessageView, { messages, myId }: RowsInput): MessageRow {
  const count = messages.filter(
    ({ seq, author, content }) => seq >= first.seq && author.id !== myId && content !== 'deleted',
  ).length;
  return { kind: 'unread', key: 'unread', estimate: 32, fleeting: true, count, since: first.createdAt };
}

function lineRow(message: MessageView, previous: MessageView | undefined): MessageRow {
  const startsGroup = previous === undefined || !continues(previous, message);
  const kind =
    message.kind === 'system' ? 'system' : message.threadOf === null ? ('message' as const) : 'thread-reply';
  return { kind, key: message.id, message, startsGroup, estimate: estimateOf(message, kind, startsGroup) };
}

/** What is pinned or came in by an import says so beside its author's name: it stands for itself. */
function continues(previous: MessageView, message: MessageView): boolean {
  return (
    previous.author.id === message.author.id &&
    isPlain(previous) &&
    isPlain(message) &&
    message.replyTo === null &&
    (previous.source === undefined) === (message.source === undefined) &&
    isSoonAfter(previous.createdAt, message.createdAt)
  );
}

const isPlain = ({ kind, threadOf, pinned }: MessageView): boolean =>
  kind === 'text' && threadOf === null && !pinned;

const isSoonAfter = (before: string, after: string): boolean =>
  new Date(after).getTime() - new Date(before).getTime() < groupGapMs;

function estimateOf(
  { text, reactions, replyTo, replyCount }: MessageView,
  kind: string,
  startsGroup: boolean,
): number {
  if (kind !== 'message') return 28;
  let lines = 0;
  for (const line of (text ?? '').split('\n', 20)) lines += 1 + Math.floor(line.length / charactersPerLine);
  const extras = (replyTo === null ? 0 : 24) + (reactions.length > 0 ? 32 : 0) + (replyCount > 0 ? 32 : 0);
  return Math.min(lines, 20) * lineHeightPx + 4 + (startsGroup ? 30 : 0) + extras;
}

function pendingRows({ pending, messages, myId }: RowsInput, last: MessageView | undefined): MessageRow[] {
  const confirmed = new Set(messages.slice(-pending.length - 200).map(({ id }) => id));
  const waiting = pending.filter(({ id }) => !confirmed.has(id));
  const lastOfMine = last?.author.id === myId && isPlain(last) ? last.createdAt : undefined;
  return waiting.map((each, index) => {
    const before = waiting[index - 1]?.createdAt ?? lastOfMine;
    return {
      kind: 'pending',
      // The same key as the message that it becomes, so that its row stays the same element.
      key: each.id,
      pending: each,
      estimate: 60,
      // As it will be once it is there, so that nothing jumps then.
      startsGroup: each.replyTo !== null || before === undefined || !isSoonAfter(before, each.createdAt),
    };
  });
}
