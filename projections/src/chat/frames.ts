import type { ChatBatch } from './chat-batch.ts';
import { frameTypes, type FramedEvent } from './chat-event.ts';
import { instantOf } from './instant.ts';
import { detailsOf } from './rooms.ts';

/**
 * Keeps the frame that an event becomes, once the other tables have taken it in. A message's own frame is not kept:
 * it is read from the message.
 */
export function projectFrame(batch: ChatBatch, event: FramedEvent, seq: number): void {
  const { organizationId, actorId, occurredAt } = event.metadata;
  const { roomId } = event.data;
  batch.push({ kind: 'frame', organizationId, roomId, seq });
  if (event.type === 'MessageSent') return;
  batch.frames.put({
    organizationId,
    roomId,
    seq,
    position: event.position,
    type: frameTypes[event.type],
    at: instantOf(occurredAt),
    actorId,
    messageId: 'messageId' in event.data ? event.data.messageId : null,
    fields: fieldsOf(batch, event),
  });
}

function fieldsOf(batch: ChatBatch, event: FramedEvent): Readonly<Record<string, unknown>> | null {
  switch (event.type) {
    case 'RoomDetailsChanged':
    case 'RoomArchived':
    case 'RoomUnarchived':
      return detailsOf(batch.room(event));
    case 'ParticipantJoined':
    case 'ParticipantAdded':
    case 'ParticipantRoleChanged':
      return { userId: event.data.userId, role: event.data.role };
    case 'ParticipantLeft':
    case 'ParticipantRemoved':
      return { userId: event.data.userId };
    case 'MessageEdited':
      return { version: batch.message(event).version };
    case 'ReactionAdded':
    case 'ReactionRemoved':
      return { userId: event.data.userId, emoji: event.data.emoji };
    default:
      return null;
  }
}
