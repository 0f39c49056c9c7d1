import type { RoomKind, RoomRole, RoomSettings, Visibility } from '@verbatim/shared';

interface OnRoom {
  /** Who acts: an active member of the organization. */
  readonly actorId: string;
}

export interface CreateRoom extends OnRoom {
  readonly type: 'CreateRoom';
  readonly roomId: string;
  readonly kind: RoomKind;
  readonly visibility: Visibility;
  readonly name: string | null;
  readonly description: string;
  /** The first people besides the actor; for a direct room the other one, or nobody for a note to self. */
  readonly participantIds: readonly string[];
}

export interface ChangeRoomDetails extends OnRoom {
  readonly type: 'ChangeRoomDetails';
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly topic?: string | undefined;
  readonly visibility?: Visibility | undefined;
  readonly settings?: { readonly posting?: RoomSettings['posting'] | undefined } | undefined;
}

export interface ArchiveRoom extends OnRoom {
  readonly type: 'ArchiveRoom';
}
export interface UnarchiveRoom extends OnRoom {
  readonly type: 'UnarchiveRoom';
}
export interface JoinRoom extends OnRoom {
  readonly type: 'JoinRoom';
}
export interface LeaveRoom extends OnRoom {
  readonly type: 'LeaveRoom';
}
export interface AddParticipant extends OnRoom {
  readonly type: 'AddParticipant';
  readonly userId: string;
  readonly role: RoomRole;
}
export interface ChangeParticipantRole extends OnRoom {
  readonly type: 'ChangeParticipantRole';
  readonly userId: string;
  readonly role: RoomRole;
}
export interface RemoveParticipant extends OnRoom {
  readonly type: 'RemoveParticipant';
  readonly userId: string;
}

export type RoomCommand =
  | CreateRoom
  | ChangeRoomDetails
  | ArchiveRoom
  | UnarchiveRoom
  | JoinRoom
  | LeaveRoom
  | AddParticipant
  | ChangeParticipantRole
  | RemoveParticipant;
