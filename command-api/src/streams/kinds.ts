import {
  eventCatalogue,
  message,
  organization,
  reading,
  room,
  user,
  type AuditEvent,
  type MessageEvent,
  type MessageState,
  type OrganizationEvent,
  type OrganizationState,
  type ReadingEvent,
  type ReadingState,
  type Recorded,
  type RoomEvent,
  type RoomState,
  type StoredEvent,
  type UserEvent,
  type UserState,
} from '@verbatim/shared';
import type { StreamKind } from './stream-kind.ts';

export const organizationKind: StreamKind<OrganizationState, OrganizationEvent> = {
  pick: (event) => (isOrganizationEvent(event) ? event : undefined),
  initial: organization.initial,
  fold: (state, events) =>
    organization.fold(
      state,
      events.map(({ event }) => event),
    ),
  readsContent: false,
  weigh: (state) =>
    state.status === 'none' ? 0 : state.members.size + state.invitations.size + state.expiredRoomDays.size,
};

export const roomKind: StreamKind<RoomState, RoomEvent> = {
  pick: (event) => (isRoomEvent(event) ? event : undefined),
  initial: room.initial,
  fold: (state, events) =>
    room.fold(
      state,
      events.map(({ event }) => event),
    ),
  readsContent: true,
  weigh: (state) => (state.status === 'none' ? 0 : state.participants.size),
};

/** The person with unopened names, and the event that holds the newest name, to be opened when it is asked for. */
export interface UnnamedUser {
  readonly user: UserState;
  readonly registered: StoredEvent | undefined;
  readonly named: StoredEvent | undefined;
}

export const userKind: StreamKind<UnnamedUser, UserEvent> = {
  pick: (event) => (isUserEvent(event) ? event : undefined),
  initial: { user: user.initial, registered: undefined, named: undefined },
  fold: (state, events) => ({
    user: user.fold(
      state.user,
      events.map(({ event }) => event),
    ),
    registered: state.registered ?? events.find(({ event }) => event.type === 'UserRegistered')?.stored,
    named:
      events.findLast(({ event }) => event.type === 'UserRegistered' || event.type === 'ProfileChanged')
        ?.stored ?? state.named,
  }),
  readsContent: false,
  weigh: ({ user: state }) => (state.status === 'none' ? 0 : state.sessionIds.size),
};

/** The message without its text, and the event that holds the newest text, to be opened when it matters. */
export interface UnreadMessage {
  readonly message: MessageState;
  readonly written: StoredEvent | undefined;
}

export const messageKind: StreamKind<UnreadMessage, MessageEvent> = {
  pick: (event) => (isMessageEvent(event) ? event : undefined),
  initial: { message: message.initial, written: undefined },
  fold: (state, events) => ({
    message: message.fold(
      state.message,
      events.map(({ event }) => event),
    ),
    written:
      events.findLast(({ event }) => event.type === 'MessageSent' || event.type === 'MessageEdited')
        ?.stored ?? state.written,
  }),
  readsContent: false,
  weigh: ({ message: state }) => (state.status === 'none' ? 0 : 2 + state.reactions.size),
};

export const readingKind: StreamKind<ReadingState, ReadingEvent> = {
  pick: (event) => (isReadingEvent(event) ? event : undefined),
  initial: reading.initial,
  fold: (state, events) =>
    reading.fold(
      state,
      events.map(({ event }) => event),
    ),
  readsContent: false,
  // Marks only move forward but for a MarkUnread, so the newest ones tell where somebody is.
  tailEvents: 500,
  weigh: () => 0,
};

/** Only what commands with a key came to: so many events ago a retry is a new request. */
export const auditKind: StreamKind<undefined, AuditEvent> = {
  pick: (event) => (isAuditEvent(event) ? event : undefined),
  initial: undefined,
  fold: () => undefined,
  readsContent: false,
  tailEvents: 500,
  weigh: () => 0,
};

function isOrganizationEvent(event: Recorded): event is Recorded<OrganizationEvent> {
  return eventCatalogue[event.type].category === 'organization';
}

function isRoomEvent(event: Recorded): event is Recorded<RoomEvent> {
  return eventCatalogue[event.type].category === 'room';
}

function isUserEvent(event: Recorded): event is Recorded<UserEvent> {
  return eventCatalogue[event.type].category === 'user';
}

function isMessageEvent(event: Recorded): event is Recorded<MessageEvent> {
  return eventCatalogue[event.type].category === 'message';
}

function isReadingEvent(event: Recorded): event is Recorded<ReadingEvent> {
  return eventCatalogue[event.type].category === 'reading';
}

function isAuditEvent(event: Recorded): event is Recorded<AuditEvent> {
  return eventCatalogue[event.type].category === 'audit';
}
