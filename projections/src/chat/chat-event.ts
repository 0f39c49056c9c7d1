import type { DomainEvent, EventName, Recorded } from '@verbatim/shared';

/** What changes rooms, participants, messages or anybody's inbox. */
export const chatEventNames = [
  'UserRegistered',
  'ProfileChanged',
  'SessionEnded',
  'UserJoined',
  'OrganizationRoleChanged',
  'UserDeactivated',
  'UserReactivated',
  'ErasureRequested',
  'ContentErased',
  'RetentionApplied',
  'RoomCreated',
  'RoomDetailsChanged',
  'RoomArchived',
  'RoomUnarchived',
  'ParticipantJoined',
  'ParticipantAdded',
  'ParticipantLeft',
  'ParticipantRemoved',
  'ParticipantRoleChanged',
  'MessageSent',
  'MessageEdited',
  'MessageDeleted',
  'ReactionAdded',
  'ReactionRemoved',
  'MessagePinned',
  'MessageUnpinned',
  'RoomRead',
  'RoomMarkedUnread',
  'NotificationLevelSet',
  'RoomFavourited',
  'RoomUnfavourited',
] as const satisfies readonly EventName[];

type ChatEventName = (typeof chatEventNames)[number];
export type ChatEvent = Recorded<Extract<DomainEvent, { readonly type: ChatEventName }>>;

/** The type of the durable frame that an event of a room becomes; the rest of the events have none. */
export const frameTypes = {
  RoomDetailsChanged: 'room_changed',
  RoomArchived: 'room_changed',
  RoomUnarchived: 'room_changed',
  ParticipantJoined: 'participant_joined',
  ParticipantAdded: 'participant_joined',
  ParticipantLeft: 'participant_left',
  ParticipantRemoved: 'participant_left',
  ParticipantRoleChanged: 'participant_role',
  MessageSent: 'message',
  MessageEdited: 'message_edited',
  MessageDeleted: 'message_deleted',
  ReactionAdded: 'reaction_added',
  ReactionRemoved: 'reaction_removed',
  MessagePinned: 'pinned',
  MessageUnpinned: 'unpinned',
} as const;

export type FramedEvent = Extract<ChatEvent, { readonly type: keyof typeof frameTypes }>;

export const hasFrame = (event: ChatEvent): event is FramedEvent => Object.hasOwn(frameTypes, event.type);
