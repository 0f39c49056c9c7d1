import type { MessageEvent } from '@verbatim/shared';
import { reject, type Decision } from '../deciding/decision.ts';
import { changeMessage } from './change-message.ts';
import type { MessageCommand } from './message-command.ts';
import type { MessageWorld } from './message-world.ts';
import { sendMessage } from './send-message.ts';

export function decideMessage(command: MessageCommand, world: MessageWorld): Decision<MessageEvent> {
  if (command.type === 'SendMessage') return sendMessage(command, world);
  const { message, room, members } = world;
  if (message.status === 'none' || room.status === 'none') return reject('not-found');
  return changeMessage(command, { message, room, members });
}
