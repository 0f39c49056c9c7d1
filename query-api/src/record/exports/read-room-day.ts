import { fieldsOf, type DomainEventOf, type Recorded } from '@verbatim/shared';
import { openRows } from '../entries/open-entries.ts';
import { recordColumns, recordRows } from '../entries/record-row.ts';
import type { MessageTrail, RoomDay } from './mail.ts';
import { messagesOn } from './export-scope.ts';
import { textsOf, type TextEvent, type TranscriptSource } from './read-transcript.ts';
import type { ExportedRoom, PresenceLine } from './transcript.ts';

/** What was said in a room on a day, as far as the export is about it, with all that became of it by its end. */
export async function readRoomDay(
  from: TranscriptSource,
  room: ExportedRoom,
  day: string,
  presence: readonly PresenceLine[],
): Promise<RoomDay> {
  const counts = new Map<string, { person: MessageTrail['author']; messages: number }>();
  const count = (person: MessageTrail['author'], messages: number): void => {
    const counted = counts.get(person.id);
    if (counted === undefined) counts.set(person.id, { person, messages });
    else counted.messages += messages;
  };
  for (const { person } of presence) count(person, 0);
  for await (const { author } of trailsOf(from, room.id, day)) count(author, 1);
  return {
    room,
    day,
    presence,
    participants: [...counts.values()],
    messages: () => trailsOf(from, room.id, day),
  };
}

async function* trailsOf(from: TranscriptSource, roomId: string, day: string): AsyncGenerator<MessageTrail> {
  const { source, scope, people } = from;
  for await (const messageIds of messagesOn(source, scope, roomId, day)) {
    const texts = await textsOf(from, messageIds);
    const deletions = await deletionsOf(from, messageIds);
    const personOf = await people.among([
      ...[...texts.values()].flatMap((versions) => versions.map(writerOf)),
      ...[...deletions.values()].map(({ metadata }) => metadata.actorId),
    ]);
    for (const messageId of messageIds) {
      const versions = texts.get(messageId) ?? [];
      const [sent] = versions;
      if (sent?.type !== 'MessageSent') continue;
      const deletion = deletions.get(messageId);
      yield {
        messageId,
        author: personOf(sent.data.authorId),
        createdAtMs: Date.parse(sent.data.source?.at ?? sent.metadata.occurredAt),
        versions: versions.map((version) => ({
          atMs: Date.parse(version.metadata.occurredAt),
          by: personOf(writerOf(version)),
          text: fieldsOf(version.content)?.text ?? null,
          content: version.content.status,
        })),
        deleted: deletion
          ? { atMs: Date.parse(deletion.metadata.occurredAt), by: personOf(deletion.metadata.actorId) }
          : null,
      };
    }
  }
}

/** The importer sends for others: what they send is the author's. */
const writerOf = (version: TextEvent): string =>
  version.type === 'MessageSent' ? version.data.authorId : version.metadata.actorId;

type Deletion = Recorded<DomainEventOf<'MessageDeleted'>>;

async function deletionsOf(
  { source, scope, freshKeyring }: TranscriptSource,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, Deletion>> {
  const rows = await recordRows(
    source,
    `SELECT ${recordColumns} FROM record.event AS e
     WHERE e.organization_id = $1 AND e.entity_id = ANY($2::uuid[]) AND e.leaf_index < $3
       AND e.type = 'MessageDeleted'
     ORDER BY e.leaf_index`,
    [scope.organizationId, messageIds, scope.endLeaf],
  );
  const deletions = new Map<string, Deletion>();
  for (const { event } of await openRows(rows, freshKeyring()))
    if (event?.type === 'MessageDeleted') deletions.set(event.data.messageId, event);
  return deletions;
}
