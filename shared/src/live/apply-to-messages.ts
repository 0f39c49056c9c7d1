import type { DurableFrame } from '../frames/server-frames.ts';
import type { MessageView, ReactionView } from '../http/messages.ts';

/** A message as held here, with the seq of its room that it reflects at least. */
export interface HeldMessage {
  readonly view: MessageView;
  readonly asOf: number;
}

/**
 * The messages after the frame; the array and every message that it does not touch stay the same objects.
 * What a message reflects already is not applied again. A new message is not added: that is the window's to say.
 */
export function applyToMessages(
  messages: readonly HeldMessage[],
  frame: DurableFrame,
): readonly HeldMessage[] {
  const targetId = targetOf(frame);
  if (targetId === null) return messages;
  const index = messages.findLastIndex(({ view }) => view.id === targetId);
  const held = messages[index];
  if (held === undefined || held.asOf >= frame.seq) return messages;
  return messages.with(index, { view: changed(held.view, frame), asOf: frame.seq });
}

/** Which message a frame changes: a reply changes the root of its thread. */
function targetOf(frame: DurableFrame): string | null {
  if (frame.type === 'message') return frame.message.threadOf;
  return 'messageId' in frame ? frame.messageId : null;
}

function changed(view: MessageView, frame: DurableFrame): MessageView {
  switch (frame.type) {
    case 'message':
      return { ...view, replyCount: view.replyCount + 1 };
    case 'message_edited':
      return {
        ...view,
        content: frame.content,
        text: frame.text,
        mentions: frame.mentions,
        editedAt: frame.at,
      };
    case 'message_deleted':
      return { ...view, content: 'deleted', text: null, mentions: [], pinned: false, deletedAt: frame.at };
    case 'reaction_added':
      return { ...view, reactions: withReaction(view.reactions, frame.emoji, frame.userId) };
    case 'reaction_removed':
      return { ...view, reactions: withoutReaction(view.reactions, frame.emoji, frame.userId) };
    case 'pinned':
      return { ...view, pinned: true };
    case 'unpinned':
      return { ...view, pinned: false };
    default:
      return view; // frames about the room itself
  }
}

const reaction = (emoji: string, userIds: string[]): ReactionView => ({
  emoji,
  count: userIds.length,
  userIds,
});

function withReaction(reactions: ReactionView[], emoji: string, userId: string): ReactionView[] {
  const index = reactions.findIndex((each) => each.emoji === emoji);
  const existing = reactions[index];
  if (existing === undefined) return [...reactions, reaction(emoji, [userId])];
  if (existing.userIds.includes(userId)) return reactions;
  return reactions.with(index, reaction(emoji, [...existing.userIds, userId]));
}

function withoutReaction(reactions: ReactionView[], emoji: string, userId: string): ReactionView[] {
  return reactions.flatMap((each) => {
    if (each.emoji !== emoji) return [each];
    const userIds = each.userIds.filter((other) => other !== userId);
    return userIds.length === 0 ? [] : [reaction(emoji, userIds)];
  });
}
