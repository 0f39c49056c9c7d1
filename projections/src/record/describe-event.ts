import { streamPrefixes, type RecordedEvent } from '@verbatim/shared';
import { z } from 'zod';
import { isUuid, wholeOrganization } from '../group/partition.ts';

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

const maybeId = z.string().refine(isUuid).nullish().catch(null);
const metadataSchema = z.object({ actorId: maybeId, roomId: maybeId }).catch({ actorId: null, roomId: null });
const messageSchema = z
  .object({ authorId: maybeId, day: z.iso.date().nullish().catch(null) })
  .catch({ authorId: null, day: null });
const dataSchema = z
  .object({ userId: maybeId, roomId: maybeId, holdId: maybeId, exportId: maybeId, invitationId: maybeId })
  .catch({ userId: null, roomId: null, holdId: null, exportId: null, invitationId: null });

export function describeEvent(event: RecordedEvent): EventDescription {
  const { actorId, roomId } = metadataSchema.parse(event.metadata);
  const { authorId, day } =
    event.type === 'MessageSent' ? messageSchema.parse(event.data) : { authorId: null, day: null };
  const organizationId = wholeOrganization(event).organizationId ?? unattributed;
  return {
    organizationId,
    actorId: actorId ?? null,
    roomId: roomId ?? null,
    authorId: authorId ?? null,
    day: day ?? null,
    ...entityOf(event, organizationId),
  };
}

/** What happened to: the message, the room, the person, or whatever an event of the organization names. */
function entityOf(
  event: RecordedEvent,
  organizationId: string,
): Pick<EventDescription, 'entityType' | 'entityId'> {
  const [category, subject] = subjectOf(event.stream);
  if (category === 'message' || category === 'room' || category === 'user')
    return { entityType: category, entityId: subject };
  const { userId, roomId, holdId, exportId, invitationId } = dataSchema.parse(event.data);
  if (holdId) return { entityType: 'hold', entityId: holdId };
  if (exportId) return { entityType: 'export', entityId: exportId };
  if (invitationId && !userId) return { entityType: 'invitation', entityId: invitationId };
  if (category !== 'reading' && userId) return { entityType: 'user', entityId: userId };
  if (roomId) return { entityType: 'room', entityId: roomId };
  return { entityType: 'organization', entityId: organizationId };
}

/** `['message', '0198…']` of `message-0198…`; of two ids, as in `reading-…`, the first. */
function subjectOf(stream: string): [string, string | null] {
  const prefix = streamPrefixes.find((candidate) => stream.startsWith(candidate)) ?? '';
  const id = stream.slice(prefix.length, prefix.length + 36);
  return [prefix.slice(0, -1), isUuid(id) ? id : null];
}
