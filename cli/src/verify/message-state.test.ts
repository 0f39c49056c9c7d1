import { message, type MessageEvent } from '@verbatim/shared';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stateAfter, type MessageState } from './message-state.ts';

const about = { messageId: 'm', roomId: 'r' };
const written = { ...about, authorId: 'a', day: '2026-11-22' };
const anyMentions = fc.record({
  userIds: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
  room: fc.boolean(),
});
const anyContent = fc.oneof(
  fc.string().map((text) => ({ status: 'present' as const, fields: { text } })),
  fc.constantFrom({ status: 'erased' as const }, { status: 'expired' as const }),
);
const anyReaction = fc.record({ userId: fc.constantFrom('a', 'b'), emoji: fc.constantFrom('👍', '🎉') });
const anyEvent: fc.Arbitrary<MessageEvent> = fc.oneof(
  fc
    .tuple(anyMentions, anyContent, fc.option(fc.constant('n')))
    .map(([mentions, content, replyTo]): MessageEvent => ({
      type: 'MessageSent',
      data: { ...written, mentions, kind: 'text', replyTo, threadOf: null, roomRevision: 1, source: null },
      content,
    })),
  fc.tuple(anyMentions, anyContent).map(([mentions, content]): MessageEvent => ({
    type: 'MessageEdited',
    data: { ...written, mentions },
    content,
  })),
  fc
    .tuple(fc.constantFrom('ReactionAdded' as const, 'ReactionRemoved' as const), anyReaction)
    .map(([type, reaction]): MessageEvent => ({ type, data: { ...about, ...reaction } })),
  fc
    .constantFrom('MessageDeleted' as const, 'MessagePinned' as const, 'MessageUnpinned' as const)
    .map((type): MessageEvent => ({ type, data: about })),
);

it('is what Verbatim itself makes of the same events, whatever they are', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
      let state: MessageState | null = null;
      for (const event of events) {
        const content = 'content' in event ? event.content : null;
        const text =
          content === null ? {} : { text: content.status === 'present' ? content.fields.text : null };
        const data: Record<string, unknown> = { ...event.data, ...text };
        state = stateAfter(state, { type: event.type, data, content: content?.status ?? null });
      }
      const folded = message.fold(message.initial, events);
      expect(state).toEqual(
        folded.status === 'none'
          ? null
          : {
              ...folded,
              reactions: [...folded.reactions].map(([emoji, ids]) => ({ emoji, userIds: [...ids] })),
            },
      );
    }),
  );
});
