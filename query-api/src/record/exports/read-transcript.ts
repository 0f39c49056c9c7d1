import {
  fieldsOf,
  type DomainEventOf,
  type Keyring,
  type MessageEvent,
  type Recorded,
  type SqlSource,
} from '@verbatim/shared';
import { openRows, type OpenedRow } from '../entries/open-entries.ts';
import { recordColumns, recordRows } from '../entries/record-row.ts';
import { isMessageEvent } from '../past/messages-then.ts';
import { participantsThen } from '../past/room-then.ts';
import { eventsIn, type ExportScope } from './export-scope.ts';
import type { ExportedPeople } from './people.ts';
import type { MessageLine, PresenceLine, TranscriptLine } from './transcript.ts';

export interface TranscriptSource {
  readonly source: SqlSource;
  readonly freshKeyring: () => Keyring;
  readonly people: ExportedPeople;
  readonly scope: ExportScope;
}

type PresenceEvent = DomainEventOf<
  'ParticipantJoined' | 'ParticipantAdded' | 'ParticipantLeft' | 'ParticipantRemoved'
>;
export type TextEvent = Recorded<DomainEventOf<'MessageSent' | 'MessageEdited'>>;

/** What of a room stands in an export, in the order of the log: messages and their changes, comings and goings. */
export async function* readTranscript(
  from: TranscriptSource,
  roomId: string,
): AsyncGenerator<TranscriptLine> {
  yield* presentAtStart(from, roomId);
  const { source, scope, freshKeyring, people } = from;
  const more = `AND e.room_id = $7 AND e.stream NOT LIKE 'audit-%' AND e.entity_type IN ('room', 'message')`;
  for await (const rows of eventsIn(source, scope, more, [roomId])) {
    const opened = await openRows(rows, freshKeyring());
    const texts = await textsOf(
      from,
      opened.flatMap(({ event }) =>
        event !== undefined && isMessageEvent(event) ? [event.data.messageId] : [],
      ),
    );
    const personOf = await people.among(opened.flatMap((row) => peopleIn(row, texts)));
    for (const row of opened) {
      const { event } = row;
      if (event === undefined) continue;
      if (isMessageEvent(event)) yield* messageLine(event, texts, personOf);
      else if (isPresence(event)) yield presenceLine(event, personOf);
    }
  }
}

/** Who was in the room when the exported period began. */
async function* presentAtStart(
  { source, freshKeyring, people, scope }: TranscriptSource,
  roomId: string,
): AsyncGenerator<PresenceLine> {
  const { organizationId, startLeaf } = scope;
  if (startLeaf === 0n) return;
  const there = await participantsThen(source, freshKeyring(), {
    organizationId,
    roomId,
    endLeaf: startLeaf,
  });
  const personOf = await people.among(there.map(({ userId }) => userId));
  const rows = await recordRows(
    source,
    `SELECT ${recordColumns} FROM record.event AS e WHERE e.organization_id = $1 AND e.leaf_index = $2`,
    [organizationId, startLeaf],
  );
  const atMs = rows[0]?.created.getTime() ?? 0;
  for (const { userId } of there)
    yield { kind: 'presence', change: 'present', person: personOf(userId), atMs };
}

/** Every version of these messages up to the end of the export. */
export async function textsOf(
  { source, scope, freshKeyring }: Omit<TranscriptSource, 'people'>,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, readonly TextEvent[]>> {
  const rows = await recordRows(
    source,
    `SELECT ${recordColumns} FROM record.event AS e
     WHERE e.organization_id = $1 AND e.entity_id = ANY($2::uuid[]) AND e.leaf_index < $3
       AND e.type IN ('MessageSent', 'MessageEdited')
     ORDER BY e.leaf_index`,
    [scope.organizationId, [...new Set(messageIds)], scope.endLeaf],
  );
  const texts = new Map<string, TextEvent[]>();
  for (const { event } of await openRows(rows, freshKeyring())) {
    if (event?.type !== 'MessageSent' && event?.type !== 'MessageEdited') continue;
    const versions = texts.get(event.data.messageId);
    if (versions === undefined) texts.set(event.data.messageId, [event]);
    else versions.push(event);
  }
  return texts;
}

function peopleIn({ event }: OpenedRow, texts: ReadonlyMap<string, readonly TextEvent[]>): string[] {
  if (event === undefined) return [];
  if (!isMessageEvent(event)) return 'userId' in event.data ? [event.data.userId] : [];
  const author = texts.get(event.data.messageId)?.[0]?.data.authorId;
  return author === undefined ? [event.metadata.actorId] : [author, event.metadata.actorId];
}

function isPresence(event: Recorded): event is Recorded<PresenceEvent> {
  return (
    event.type === 'ParticipantJoined' ||
    event.type === 'ParticipantAdded' ||
    event.type === 'ParticipantLeft' ||
    event.type === 'ParticipantRemoved'
  );
}

type PersonOf = Awaited<ReturnType<ExportedPeople['among']>>;

function presenceLine(event: Recorded<PresenceEvent>, personOf: PersonOf): PresenceLine {
  const hasLeft = event.type === 'ParticipantLeft' || event.type === 'ParticipantRemoved';
  return {
    kind: 'presence',
    change: hasLeft ? 'left' : 'entered',
    person: personOf(event.data.userId),
    atMs: Date.parse(event.metadata.occurredAt),
  };
}

const changes = {
  MessageSent: 'sent',
  MessageEdited: 'edited',
  MessageDeleted: 'deleted',
  ReactionAdded: 'touched',
  ReactionRemoved: 'touched',
  MessagePinned: 'touched',
  MessageUnpinned: 'touched',
} as const satisfies Record<MessageEvent['type'], MessageLine['change']>;

/** None for a message whose beginning is not on the record. */
function* messageLine(
  event: Recorded<MessageEvent>,
  texts: ReadonlyMap<string, readonly TextEvent[]>,
  personOf: PersonOf,
): Generator<MessageLine> {
  const versions = texts.get(event.data.messageId) ?? [];
  const [sent] = versions;
  const current = versions.findLast(({ position }) => position <= event.position);
  if (sent?.type !== 'MessageSent' || current === undefined) return;
  const by = event.type === 'MessageSent' ? sent.data.authorId : event.metadata.actorId;
  yield {
    kind: 'message',
    change: changes[event.type],
    messageId: event.data.messageId,
    eventId: event.id,
    author: personOf(sent.data.authorId),
    by: personOf(by),
    createdAtMs: Date.parse(sent.data.source?.at ?? sent.metadata.occurredAt),
    atMs: Date.parse(event.metadata.occurredAt),
    text: fieldsOf(current.content)?.text ?? null,
    content: current.content.status,
    isSuperseded: versions.some(({ position }) => position > event.position),
    replyTo: sent.data.replyTo,
  };
}
