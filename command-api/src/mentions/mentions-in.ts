import type { Mentions } from '@verbatim/shared';
import type { RoomWorld } from '../room/room-rights.ts';
import type { Services } from '../services.ts';
import { parseMentions } from './parse-mentions.ts';

/** Whom a text calls in a room: everybody active in public rooms, only the people of the room in others. */
export async function mentionsIn(
  { names }: Pick<Services, 'names'>,
  organizationId: string,
  text: string,
  { room, members }: RoomWorld,
): Promise<Mentions> {
  if (room.status === 'none' || !text.includes('@')) return { userIds: [], room: false };
  const index = await names.of(organizationId, members);
  return parseMentions(
    text,
    index,
    (userId) =>
      members.get(userId)?.active === true && (room.visibility === 'public' || room.participants.has(userId)),
  );
}
