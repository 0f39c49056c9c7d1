import { assertNever } from '../assert-never.ts';
import type { DomainEventOf, MessageEvent } from '../events/catalogue.ts';
import type { Mentions, MessageKind } from '../events/message-events.ts';
import { fieldsOf, type GoneContent } from '../sealing/content.ts';
import { folding } from './fold.ts';

export interface NoMessage {
  readonly status: 'none';
}

/** A message that was sent, perhaps deleted since; the trail of a deleted one stays. */
export interface ExistingMessage {
  readonly status: 'sent' | 'deleted';
  readonly messageId: string;
  readonly roomId: string;
  readonly authorId: string;
  /** UTC day whose key seals every version. */
  readonly day: string;
  readonly kind: MessageKind;
  /** The newest version; null when it was deleted or its key is gone. */
  readonly text: string | null;
  readonly content: 'present' | 'deleted' | GoneContent['status'];
  readonly edited: boolean;
  readonly mentions: Mentions;
  readonly replyTo: string | null;
  readonly threadOf: string | null;
  readonly pinned: boolean;
  /** Who reacted, by emoji, both in the order in which they came. */
  readonly reactions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly source: { readonly id: string; readonly at: string } | null;
}

export type MessageState = NoMessage | ExistingMessage;

interface DraftMessage extends ExistingMessage {
  readonly reactions: Map<string, Set<string>>;
}
type Draft = NoMessage | DraftMessage;

export const message = folding<MessageState, Draft, MessageEvent>({
  initial: { status: 'none' },
  draft: (state) =>
    state.status === 'none'
      ? state
      : {
          ...state,
          reactions: new Map([...state.reactions].map(([emoji, userIds]) => [emoji, new Set(userIds)])),
        },
  apply: (draft, event) => (draft.status === 'none' ? send(draft, event) : change(draft, event)),
});

function send(draft: NoMessage, event: MessageEvent): Draft {
  if (event.type !== 'MessageSent') return draft;
  const { messageId, roomId, authorId, day, kind, mentions, replyTo, threadOf, source } = event.data;
  return {
    status: 'sent',
    messageId,
    roomId,
    authorId,
    day,
    kind,
    ...textOf(event),
    edited: false,
    mentions,
    replyTo,
    threadOf,
    pinned: false,
    reactions: new Map(),
    source,
  };
}

function change(draft: DraftMessage, event: MessageEvent): Draft {
  switch (event.type) {
    case 'MessageSent':
      return draft;
    case 'MessageEdited':
      return { ...draft, ...textOf(event), edited: true, mentions: event.data.mentions };
    case 'MessageDeleted':
      return { ...draft, status: 'deleted', text: null, content: 'deleted', pinned: false };
    case 'ReactionAdded': {
      const { emoji, userId } = event.data;
      const userIds = draft.reactions.get(emoji) ?? new Set<string>();
      draft.reactions.set(emoji, userIds.add(userId));
      return draft;
    }
    case 'ReactionRemoved': {
      const { emoji, userId } = event.data;
      const userIds = draft.reactions.get(emoji);
      userIds?.delete(userId);
      if (userIds?.size === 0) draft.reactions.delete(emoji);
      return draft;
    }
    case 'MessagePinned':
      return { ...draft, pinned: true };
    case 'MessageUnpinned':
      return { ...draft, pinned: false };
    default:
      return assertNever(event);
  }
}

function textOf(
  event: DomainEventOf<'MessageSent' | 'MessageEdited'>,
): Pick<ExistingMessage, 'text' | 'content'> {
  return { text: fieldsOf(event.content)?.text ?? null, content: event.content.status };
}
