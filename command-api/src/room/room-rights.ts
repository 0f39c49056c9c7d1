import type { ExistingRoom, Member, ProblemCode, RoomRole, RoomState } from '@verbatim/shared';

/**
 * - `see`: know that the room exists
 * - `take-part`: send, react, mark read, leave
 * - `add`: bring people in
 * - `moderate`: delete others' messages, pin, remove people
 * - `administer`: details, roles, archive
 */
export type RoomRight = 'see' | 'take-part' | 'add' | 'moderate' | 'administer';

/** What room commands are decided on: the room, and the people of its organization. */
export interface RoomWorld {
  readonly room: RoomState;
  readonly members: ReadonlyMap<string, Member>;
}

const rightsInRoom: Record<RoomRole, ReadonlySet<RoomRight>> = {
  member: new Set(['see', 'take-part']),
  moderator: new Set(['see', 'take-part', 'add', 'moderate']),
  admin: new Set(['see', 'take-part', 'add', 'moderate', 'administer']),
};
/** What anybody in a public room may do beyond that. */
const rightsOfEveryMemberInPublic: ReadonlySet<RoomRight> = new Set(['add']);
/** What the organization's owners and admins may do in public rooms, in them or not. */
const rightsOfAdminsInPublic: ReadonlySet<RoomRight> = new Set(['add', 'moderate', 'administer']);

/**
 * Whether somebody may do something in a room: undefined when so, else why not. A room that the person may not know
 * of is `not-found`, one that is known but not theirs to change `forbidden`.
 */
export function lacksRight(
  userId: string,
  right: RoomRight,
  room: ExistingRoom,
  members: RoomWorld['members'],
): Extract<ProblemCode, 'not-found' | 'forbidden'> | undefined {
  const member = members.get(userId);
  if (member?.active !== true) return 'not-found';
  const role = room.participants.get(userId);
  const isPublic = room.visibility === 'public';
  if (role === undefined && !isPublic) return 'not-found';
  const administersOrganization = member.role === 'owner' || member.role === 'admin';
  const isAllowed =
    right === 'see' ||
    (role !== undefined && rightsInRoom[role].has(right)) ||
    (role !== undefined &&
      isPublic &&
      member.role !== 'compliance' &&
      rightsOfEveryMemberInPublic.has(right)) ||
    (administersOrganization && isPublic && rightsOfAdminsInPublic.has(right));
  return isAllowed ? undefined : 'forbidden';
}

/** Whether the room would have nobody left to run it without this person. Deactivated admins don't count. */
export function isLastAdmin(userId: string, room: ExistingRoom, members: RoomWorld['members']): boolean {
  if (room.participants.get(userId) !== 'admin') return false;
  for (const [otherId, role] of room.participants)
    if (otherId !== userId && role === 'admin' && members.get(otherId)?.active === true) return false;
  return true;
}
