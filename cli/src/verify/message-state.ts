import { z } from 'zod';
import type { ExportLine } from './export-line.ts';

/** A message as a trail shows it before and after each of its events; null before it was sent. */
export type MessageState = Readonly<z.infer<typeof sentSchema>> & {
  readonly status: 'sent' | 'deleted';
  readonly text: string | null;
  readonly content: 'present' | 'deleted' | 'erased' | 'expired';
  readonly edited: boolean;
  readonly pinned: boolean;
  readonly reactions: readonly { readonly emoji: string; readonly userIds: readonly string[] }[];
};

const sentSchema = z.object({
  messageId: z.string(),
  roomId: z.string(),
  authorId: z.string(),
  day: z.string(),
  kind: z.string(),
  mentions: z.unknown(),
  replyTo: z.string().nullable(),
  threadOf: z.string().nullable(),
  source: z.unknown(),
});
const wordsSchema = z.object({ text: z.string().nullable() });
const reactionSchema = z.object({ emoji: z.string(), userId: z.string() });

/** What an event makes of a message. An event that nobody can read, or of no known type, changes nothing. */
export function stateAfter(
  state: MessageState | null,
  event: Pick<ExportLine, 'type' | 'data' | 'content'>,
): MessageState | null {
  if (event.type === 'MessageSent') return state ?? sent(event);
  return state === null ? null : { ...state, ...changeBy(event, state) };
}

function sent({ data, content }: Pick<ExportLine, 'data' | 'content'>): MessageState | null {
  const told = sentSchema.safeParse(data).data;
  const words = wordsOf({ data, content });
  if (told === undefined || words === undefined) return null;
  return { ...told, ...words, status: 'sent', edited: false, pinned: false, reactions: [] };
}

function changeBy(
  { type, data, content }: Pick<ExportLine, 'type' | 'data' | 'content'>,
  { reactions }: MessageState,
): Partial<MessageState> {
  switch (type) {
    case 'MessageEdited': {
      const words = wordsOf({ data, content });
      return words === undefined ? {} : { ...words, edited: true, mentions: data.mentions };
    }
    case 'MessageDeleted':
      return { status: 'deleted', text: null, content: 'deleted', pinned: false };
    case 'MessagePinned':
      return { pinned: true };
    case 'MessageUnpinned':
      return { pinned: false };
    case 'ReactionAdded':
    case 'ReactionRemoved': {
      const reaction = reactionSchema.safeParse(data).data;
      if (reaction === undefined) return {};
      return { reactions: (type === 'ReactionAdded' ? withOne : withoutOne)(reactions, reaction) };
    }
    default:
      return {};
  }
}

function wordsOf({
  data,
  content,
}: Pick<ExportLine, 'data' | 'content'>): Pick<MessageState, 'text' | 'content'> | undefined {
  const text = wordsSchema.safeParse(data).data?.text;
  return text === undefined || content === null ? undefined : { text, content };
}

type Reactions = MessageState['reactions'];
type Reaction = z.infer<typeof reactionSchema>;

/** Emojis and people stand in the order in which they came. */
function withOne(reactions: Reactions, { emoji, userId }: Reaction): Reactions {
  if (!reactions.some((each) => each.emoji === emoji)) return [...reactions, { emoji, userIds: [userId] }];
  return reactions.map((each) =>
    each.emoji === emoji ? { emoji, userIds: [...new Set([...each.userIds, userId])] } : each,
  );
}

function withoutOne(reactions: Reactions, { emoji, userId }: Reaction): Reactions {
  return reactions
    .map((each) =>
      each.emoji === emoji ? { emoji, userIds: each.userIds.filter((id) => id !== userId) } : each,
    )
    .filter(({ userIds }) => userIds.length > 0);
}
