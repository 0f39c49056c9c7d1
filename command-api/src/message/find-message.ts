import { streamOf, type ExistingMessage } from '@verbatim/shared';
import type { States } from '../streams/states.ts';
import type { MessageReference } from './message-command.ts';

/** A message of the organization; what never changes of it (room, author, thread) may be relied on. */
export async function findMessage(
  states: States,
  organizationId: string,
  messageId: string,
): Promise<ExistingMessage | undefined> {
  const stream = streamOf.message(messageId);
  const held = states.messages.peek(stream);
  const isHeld = held !== undefined && held.revision >= 0n;
  const tracked = isHeld ? held : await states.messages.get(stream, 'recent');
  const { message } = tracked.state;
  return message.status === 'none' || tracked.organizationId !== organizationId ? undefined : message;
}

export async function referTo(
  states: States,
  organizationId: string,
  messageId: string | undefined,
): Promise<MessageReference | null> {
  if (messageId === undefined) return null;
  const found = await findMessage(states, organizationId, messageId);
  return { messageId, found: found && { roomId: found.roomId, threadOf: found.threadOf } };
}
