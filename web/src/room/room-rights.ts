import type { OrganizationRole, RoomSummaryView } from '@verbatim/shared/browser';

export interface RoomRights {
  readonly addPeople: boolean;
  readonly removePeople: boolean;
  /** Details, roles, archive. */
  readonly changeDetails: boolean;
}

/** Who may do what with a room, as the server decides it. */
export function roomRights(
  room: Pick<RoomSummaryView, 'kind' | 'visibility' | 'role' | 'archived'> | undefined,
  organizationRole: OrganizationRole,
): RoomRights {
  if (room === undefined || room.kind === 'direct')
    return { addPeople: false, removePeople: false, changeDetails: false };
  const isPublic = room.visibility === 'public';
  const governs = isPublic && (organizationRole === 'owner' || organizationRole === 'admin');
  const moderates = room.role === 'admin' || room.role === 'moderator' || governs;
  return {
    addPeople: !room.archived && (moderates || (isPublic && room.role !== null)),
    removePeople: moderates,
    changeDetails: room.role === 'admin' || governs,
  };
}
