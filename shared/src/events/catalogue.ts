import type { z } from 'zod';
import type { Content } from '../sealing/content.ts';
import { auditEvents } from './audit-events.ts';
import type { Category, EventType } from './event-type.ts';
import { messageEvents } from './message-events.ts';
import type { EventMetadata } from './metadata.ts';
import { organizationEvents } from './organization-events.ts';
import { readingEvents } from './reading-events.ts';
import { roomEvents } from './room-events.ts';
import { userEvents } from './user-events.ts';

/** Every event there is, by its type as stored. */
export const eventCatalogue = {
  ...organizationEvents,
  ...userEvents,
  ...roomEvents,
  ...messageEvents,
  ...readingEvents,
  ...auditEvents,
};

type Catalogue = typeof eventCatalogue;
export type EventName = keyof Catalogue;
export const eventNames = Object.keys(eventCatalogue) as readonly EventName[];

type ContentOf<Type> =
  Type extends EventType<z.ZodObject, infer Sealed>
    ? Sealed extends z.ZodObject
      ? { readonly content: Content<z.output<Sealed>> }
      : unknown
    : never;

/** An event as the domain speaks of it; `content` is there where the type seals something. */
export type DomainEventOf<Name extends EventName> = Name extends EventName
  ? { readonly type: Name; readonly data: Readonly<z.output<Catalogue[Name]['data']>> } & ContentOf<
      Catalogue[Name]
    >
  : never;

export type DomainEvent = DomainEventOf<EventName>;
export type OrganizationEvent = DomainEventOf<keyof typeof organizationEvents>;
export type UserEvent = DomainEventOf<keyof typeof userEvents>;
export type RoomEvent = DomainEventOf<keyof typeof roomEvents>;
export type MessageEvent = DomainEventOf<keyof typeof messageEvents>;
export type ReadingEvent = DomainEventOf<keyof typeof readingEvents>;
export type AuditEvent = DomainEventOf<keyof typeof auditEvents>;

/** An event as it was recorded: where it stands, and who, when and why. */
export type Recorded<Event extends DomainEvent = DomainEvent> = Event & {
  readonly id: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  /** When the store took it. */
  readonly created: Date;
  readonly metadata: EventMetadata;
};

export const isEventName = (type: string): type is EventName => Object.hasOwn(eventCatalogue, type);

/** Stream names of ours begin with these; all else in the log is somebody else's. */
export const streamPrefixes: readonly `${Category}-`[] = [
  'organization-',
  'user-',
  'room-',
  'message-',
  'reading-',
  'audit-',
];

export const streamOf = {
  organization: (organizationId: string) => `organization-${organizationId}`,
  user: (userId: string) => `user-${userId}`,
  room: (roomId: string) => `room-${roomId}`,
  message: (messageId: string) => `message-${messageId}`,
  reading: (roomId: string, userId: string) => `reading-${roomId}-${userId}`,
  audit: (organizationId: string) => `audit-${organizationId}`,
};
