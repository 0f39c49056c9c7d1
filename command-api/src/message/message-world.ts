import type { MessageState } from '@verbatim/shared';
import type { RoomWorld } from '../room/room-rights.ts';

/** What message commands are decided on: the message, its room, and the people of the organization. */
export interface MessageWorld extends RoomWorld {
  readonly message: MessageState;
}
