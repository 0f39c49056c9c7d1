import {
  Problem,
  room,
  streamOf,
  type AuditEvent,
  type EventStore,
  type ExistingOrganization,
  type MessageEvent,
  type OrganizationEvent,
  type OrganizationState,
  type ReadingEvent,
  type ReadingState,
  type RecordedEvent,
  type RoomEvent,
  type RoomState,
  type UserEvent,
} from '@verbatim/shared';
import type { RoomWorld } from '../room/room-rights.ts';
import {
  auditKind,
  messageKind,
  organizationKind,
  readingKind,
  roomKind,
  userKind,
  type UnnamedUser,
  type UnreadMessage,
} from './kinds.ts';
import type { Opener } from './opener.ts';
import { StreamStates, type Freshness } from './stream-states.ts';

export interface RoomWorldAt extends RoomWorld {
  /** The revision of the room that the world shows; -1 when there is none. */
  readonly roomRevision: bigint;
}

/** What is held of each kind, in members, participants, sessions and reactions. */
const maxWeights = {
  organizations: 2_000_000,
  rooms: 1_000_000,
  users: 200_000,
  messages: 50_000,
  readings: 50_000,
  audits: 50_000,
};

/** The states that commands are decided on. */
export class States {
  readonly organizations: StreamStates<OrganizationState, OrganizationEvent>;
  readonly users: StreamStates<UnnamedUser, UserEvent>;
  readonly rooms: StreamStates<RoomState, RoomEvent>;
  readonly messages: StreamStates<UnreadMessage, MessageEvent>;
  readonly readings: StreamStates<ReadingState, ReadingEvent>;
  readonly audits: StreamStates<undefined, AuditEvent>;

  constructor(source: Pick<EventStore, 'readStream'>, opener: Opener, feedAgeMs: () => number) {
    const followed = { source, opener, feedAgeMs };
    const unfollowed = { source, opener, feedAgeMs: () => Infinity };
    const { organizations, users, rooms, messages, readings, audits } = maxWeights;
    this.organizations = new StreamStates({ ...followed, kind: organizationKind, maxWeight: organizations });
    this.users = new StreamStates({ ...followed, kind: userKind, maxWeight: users });
    this.rooms = new StreamStates({ ...followed, kind: roomKind, maxWeight: rooms });
    this.messages = new StreamStates({ ...unfollowed, kind: messageKind, maxWeight: messages });
    this.readings = new StreamStates({ ...unfollowed, kind: readingKind, maxWeight: readings });
    this.audits = new StreamStates({ ...unfollowed, kind: auditKind, maxWeight: audits });
  }

  applyFromFeed(event: RecordedEvent): void {
    if (event.stream.startsWith('room-')) this.rooms.applyFromFeed(event);
    else if (event.stream.startsWith('user-')) this.users.applyFromFeed(event);
    else if (event.stream.startsWith('organization-')) this.organizations.applyFromFeed(event);
  }

  /** @throws Problem `unauthenticated` when there is no such organization. */
  async organization(organizationId: string, freshness: Freshness): Promise<ExistingOrganization> {
    const { state } = await this.organizations.get(streamOf.organization(organizationId), freshness);
    if (state.status === 'none') throw new Problem('unauthenticated');
    return state;
  }

  /** A room of another organization is as if it were not there. */
  async roomWorld(organizationId: string, roomId: string, freshness: Freshness): Promise<RoomWorldAt> {
    const [tracked, { members }] = await Promise.all([
      this.rooms.get(streamOf.room(roomId), freshness),
      this.organization(organizationId, freshness),
    ]);
    if (tracked.organizationId !== organizationId) return { room: room.initial, members, roomRevision: -1n };
    return { room: tracked.state, members, roomRevision: tracked.revision };
  }

  async members(organizationId: string, freshness: Freshness): Promise<RoomWorld['members']> {
    const tracked = await this.organizations.get(streamOf.organization(organizationId), freshness);
    return tracked.state.status === 'none' ? new Map() : tracked.state.members;
  }
}
