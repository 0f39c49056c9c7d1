import { streamPrefixes, type RecordedEvent } from '@verbatim/shared';
import { z } from 'zod';
import { fieldIn, idIn, isUuid, wholeOrganization } from '../group/partition.ts';

/** What an entry of the record can be found by. Read from the stored form without opening it, and never refused. */
export interface EventDescription {
  readonly organizationId: string;
  readonly actorId: string | null;
  readonly roomId: string | null;
  readonly entityType: string;
  readonly entityId: string | null;
  readonly authorId: string | null;
  readonly day: string | null;
}

/** The tree of what names no organization: nobody's, but not lost. */
export const unattributed = '00000000-0000-0000-0000-000000000000';

const daySchema = z.iso.date();

export function describeEvent(event: RecordedEvent): EventDescription {
  const { type, data, metadata } = event;
  const organizationId = wholeOrganization(event).organizationId ?? unattributed;
  const { entityType, entityId } = entityOf(event, organizationId);
  const isMessage = type === 'MessageSent';
  return {
    organizationId,
    actorId: idIn(metadata, 'actorId'),
    roomId: idIn(metadata, 'roomId'),
    entityType,
    entityId,
    authorId: isMessage ? idIn(data, 'authorId') : null,
    day: isMessage ? dayIn(data) : null,
  };
}

const dayIn = (data: unknown): string | null => daySchema.safeParse(fieldIn(data, 'day')).data ?? null;

/** What happened to: the message, the room, the person, or whatever an event of the organization names. */
function entityOf(
  event: RecordedEvent,
  organizationId: string,
): Pick<EventDescription, 'entityType' | 'entityId'> {
  const [category, subject] = subjectOf(event.stream);
  if (category === 'message' || category === 'room' || category === 'user')
    return { entityType: category, entityId: subject };
  const { data } = event;
  const holdId = idIn(data, 'holdId');
  if (holdId !== null) return { entityType: 'hold', entityId: holdId };
  const exportId = idIn(data, 'exportId');
  if (exportId !== null) return { entityType: 'export', entityId: exportId };
  const userId = idIn(data, 'userId');
  const invitationId = idIn(data, 'invitationId');
  if (invitationId !== null && userId === null) return { entityType: 'invitation', entityId: invitationId };
  if (category !== 'reading' && userId !== null) return { entityType: 'user', entityId: userId };
  const roomId = idIn(data, 'roomId');
  if (roomId !== null) return { entityType: 'room', entityId: roomId };
  return { entityType: 'organization', entityId: organizationId };
}

/** `['message', '0198…']` of `message-0198…`; of two ids, as in `reading-…`, the first. */
function subjectOf(stream: string): [string, string | null] {
  const prefix = streamPrefixes.find((candidate) => stream.startsWith(candidate)) ?? '';
  const id = stream.slice(prefix.length, prefix.length + 36);
  return [prefix.slice(0, -1), isUuid(id) ? id : null];
}
