import type { MessageView, OrganizationRole, RoomRole } from '@verbatim/shared/browser';

export interface MessageRights {
  /** React, reply, open and write in its thread. */
  readonly answer: boolean;
  readonly edit: boolean;
  readonly delete: boolean;
  readonly pin: boolean;
}

export interface Standing {
  readonly myId: string;
  /** Null where one only reads. */
  readonly roomRole: RoomRole | null;
  readonly organizationRole: OrganizationRole;
  readonly isPublic: boolean;
  readonly isArchived: boolean;
}

/** What the server would allow, so that nothing is offered that it would refuse. */
export function rightsOver(
  message: Pick<MessageView, 'author' | 'content' | 'kind'>,
  standing: Standing,
): MessageRights {
  const { myId, roomRole, organizationRole, isPublic, isArchived } = standing;
  const isAlive = message.content === 'present' && !isArchived;
  const isIn = roomRole !== null;
  const governs = isPublic && (organizationRole === 'owner' || organizationRole === 'admin');
  const moderates = roomRole === 'admin' || roomRole === 'moderator' || governs;
  const isMine = message.author.id === myId && message.kind === 'text';
  return {
    answer: isAlive && isIn && message.kind !== 'system',
    edit: isAlive && isIn && isMine,
    delete: isAlive && ((isIn && isMine) || moderates),
    pin: isAlive && moderates,
  };
}
