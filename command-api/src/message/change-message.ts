import {
  assertNever,
  present,
  type ExistingMessage,
  type ExistingRoom,
  type MessageEvent,
} from '@verbatim/shared';
import { accept, alreadySo, reject, type Decision } from '../deciding/decision.ts';
import { lacksRight, type RoomWorld } from '../room/room-rights.ts';
import type {
  DeleteMessage,
  EditMessage,
  MessageCommand,
  PinMessage,
  React,
  SendMessage,
  Unreact,
  UnpinMessage,
} from './message-command.ts';

interface InRoom {
  readonly message: ExistingMessage;
  readonly room: ExistingRoom;
  readonly members: RoomWorld['members'];
}

/** Different emoji on one message; more would only be noise, and every list has an end. */
const maxEmojiPerMessage = 100;

/** Everything but sending: the message is there, and so is its room. */
export function changeMessage(
  command: Exclude<MessageCommand, SendMessage>,
  world: InRoom,
): Decision<MessageEvent> {
  const { room, members } = world;
  const isPinning = command.type === 'PinMessage' || command.type === 'UnpinMessage';
  const mayDelete = command.type === 'DeleteMessage' && moderates(command.actorId, world);
  const lack = lacksRight(command.actorId, isPinning ? 'moderate' : 'take-part', room, members);
  if (lack !== undefined && !mayDelete) return reject(lack);
  if (room.status === 'archived') return reject('room-archived');
  switch (command.type) {
    case 'EditMessage':
      return editMessage(command, world);
    case 'DeleteMessage':
      return deleteMessage(command, world);
    case 'React':
      return react(command, world);
    case 'Unreact':
      return unreact(command, world);
    case 'PinMessage':
    case 'UnpinMessage':
      return pinMessage(command, world);
    default:
      return assertNever(command);
  }
}

/** In a direct room nobody has power over the other's words. */
function moderates(userId: string, { room, members }: InRoom): boolean {
  return room.kind !== 'direct' && lacksRight(userId, 'moderate', room, members) === undefined;
}

function editMessage({ actorId, text, mentions }: EditMessage, { message }: InRoom): Decision<MessageEvent> {
  const { messageId, roomId, authorId, day } = message;
  if (authorId !== actorId) return reject('forbidden');
  if (message.status === 'deleted') return reject('message-deleted');
  if (message.content !== 'present') return reject('expired');
  if (message.text === text) return alreadySo;
  return accept({
    type: 'MessageEdited',
    data: { messageId, roomId, authorId, day, mentions },
    content: present({ text }),
  });
}

function deleteMessage({ actorId }: DeleteMessage, world: InRoom): Decision<MessageEvent> {
  const { messageId, roomId, authorId, status } = world.message;
  if (authorId !== actorId && !moderates(actorId, world)) return reject('forbidden');
  if (status === 'deleted') return alreadySo;
  return accept({ type: 'MessageDeleted', data: { messageId, roomId } });
}

function react({ actorId, emoji }: React, { message }: InRoom): Decision<MessageEvent> {
  const { messageId, roomId, reactions } = message;
  if (message.status === 'deleted') return reject('message-deleted');
  if (reactions.get(emoji)?.has(actorId) === true) return alreadySo;
  if (!reactions.has(emoji) && reactions.size >= maxEmojiPerMessage) return reject('too-many-reactions');
  return accept({ type: 'ReactionAdded', data: { messageId, roomId, userId: actorId, emoji } });
}

function unreact({ actorId, emoji }: Unreact, { message }: InRoom): Decision<MessageEvent> {
  const { messageId, roomId, reactions } = message;
  if (reactions.get(emoji)?.has(actorId) !== true) return alreadySo;
  return accept({ type: 'ReactionRemoved', data: { messageId, roomId, userId: actorId, emoji } });
}

function pinMessage({ type }: PinMessage | UnpinMessage, { message }: InRoom): Decision<MessageEvent> {
  const { messageId, roomId, pinned } = message;
  if (type === 'UnpinMessage')
    return pinned ? accept({ type: 'MessageUnpinned', data: { messageId, roomId } }) : alreadySo;
  if (message.status === 'deleted') return reject('message-deleted');
  return pinned ? alreadySo : accept({ type: 'MessagePinned', data: { messageId, roomId } });
}
