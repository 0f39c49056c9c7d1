import { together, type Connection } from '../tables/connection.ts';
import { ChatBatch, placeOf } from './chat-batch.ts';
import type { ChatEvent } from './chat-event.ts';
import type { InboxRow } from './inbox.ts';

/** Loads what the handlers of these events will look at: a few statements for any number of events. */
export async function loadChatBatch(
  connection: Connection,
  events: readonly ChatEvent[],
): Promise<ChatBatch> {
  const batch = new ChatBatch();
  const wanted = wantedBy(events);
  await together(
    connection,
    () => batch.rooms.load(connection, wanted.rooms),
    () => batch.people.load(connection, wanted.people),
    () => batch.participants.load(connection, wanted.participants),
    () => batch.inboxes.load(connection, wanted.inboxes),
    () => batch.messages.load(connection, wanted.messages),
    () => batch.reactions.load(connection, wanted.reactions),
    () => loadWhatIsRewritten(connection, batch, wanted.rewritten),
    () => loadInboxesOfDeletions(connection, batch, wanted.deletions),
  );
  for (const { roomId, lastSeq, liveMessages } of batch.rooms.rows())
    batch.storedRooms.set(roomId, { lastSeq, liveMessages });
  await loadStoredCounts(connection, batch, wanted.markers);
  return batch;
}

interface InRoom {
  readonly organizationId: string;
  readonly roomId: string;
}
type Person = { readonly organizationId: string; readonly userId: string };
type Message = { readonly organizationId: string; readonly messageId: string };
type Marker = InRoom & { readonly userId: string; readonly seq: number };

class Wanted {
  readonly rooms: InRoom[] = [];
  readonly people: Person[] = [];
  readonly participants: (InRoom & Person)[] = [];
  readonly inboxes: (InRoom & Person)[] = [];
  readonly messages: Message[] = [];
  readonly reactions: (Message & { readonly emoji: string; readonly userId: string })[] = [];
  /** Messages whose mentions and versions change. */
  readonly rewritten: Message[] = [];
  /** Rooms in which messages are deleted: everybody who had passed them is counted anew. */
  readonly deletions: InRoom[] = [];
  readonly markers: Marker[] = [];
}

function wantedBy(events: readonly ChatEvent[]): Wanted {
  const wanted = new Wanted();
  for (const event of events) addWanted(wanted, event);
  return wanted;
}

function addWanted(wanted: Wanted, event: ChatEvent): void {
  const { organizationId } = event.metadata;
  if ('roomId' in event.data) wanted.rooms.push({ organizationId, roomId: event.data.roomId });
  switch (event.type) {
    case 'UserRegistered':
    case 'ProfileChanged':
    case 'UserJoined':
    case 'OrganizationRoleChanged':
    case 'UserDeactivated':
    case 'UserReactivated':
      wanted.people.push({ organizationId, userId: event.data.userId });
      return;
    case 'ParticipantJoined':
    case 'ParticipantAdded':
    case 'ParticipantLeft':
    case 'ParticipantRemoved':
    case 'ParticipantRoleChanged':
    case 'NotificationLevelSet':
    case 'RoomFavourited':
    case 'RoomUnfavourited': {
      addPersonInRoom(wanted, { ...event.data, organizationId });
      return;
    }
    case 'RoomRead':
      addPersonInRoom(wanted, { ...event.data, organizationId });
      wanted.markers.push({ ...event.data, organizationId });
      return;
    case 'RoomMarkedUnread':
      addPersonInRoom(wanted, { ...event.data, organizationId });
      wanted.markers.push({ ...event.data, organizationId, seq: Math.max(event.data.seq - 1, 0) });
      return;
    case 'MessageSent': {
      const { roomId, authorId, threadOf } = event.data;
      wanted.inboxes.push({ organizationId, roomId, userId: authorId });
      if (threadOf !== null) wanted.messages.push({ organizationId, messageId: threadOf });
      return;
    }
    case 'ReactionAdded':
    case 'ReactionRemoved': {
      const { messageId, emoji, userId } = event.data;
      wanted.reactions.push({ organizationId, messageId, emoji, userId });
      return;
    }
    case 'MessageDeleted':
      wanted.deletions.push({ organizationId, roomId: event.data.roomId });
      {
        addRewritten(wanted, { organizationId, messageId: event.data.messageId });
        return;
      }
    case 'MessageEdited': {
      addRewritten(wanted, { organizationId, messageId: event.data.messageId });
      return;
    }
    case 'MessagePinned':
    case 'MessageUnpinned':
      wanted.messages.push({ organizationId, messageId: event.data.messageId });
      return;
    default:
      return; // rooms alone, or nothing
  }
}

function addPersonInRoom(wanted: Wanted, { organizationId, roomId, userId }: InRoom & Person): void {
  const key = { organizationId, roomId, userId };
  wanted.participants.push(key);
  wanted.inboxes.push(key);
}

function addRewritten(wanted: Wanted, message: Message): void {
  wanted.messages.push(message);
  wanted.rewritten.push(message);
}

async function loadWhatIsRewritten(
  connection: Connection,
  batch: ChatBatch,
  messages: readonly Message[],
): Promise<void> {
  if (messages.length === 0) return;
  const condition = `JOIN (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[]) AS each (organization_id, message_id))
    AS given USING (organization_id, message_id)`;
  const values = [
    messages.map(({ organizationId }) => organizationId),
    messages.map(({ messageId }) => messageId),
  ];
  await together(
    connection,
    () => batch.versions.loadRows(connection, condition, values),
    () => batch.mentions.loadRows(connection, condition, values),
  );
}

async function loadInboxesOfDeletions(
  connection: Connection,
  batch: ChatBatch,
  rooms: readonly InRoom[],
): Promise<void> {
  if (rooms.length === 0) return;
  await batch.inboxes.loadRows(
    connection,
    `JOIN (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[]) AS each (organization_id, room_id))
       AS given USING (organization_id, room_id)`,
    [rooms.map(({ organizationId }) => organizationId), rooms.map(({ roomId }) => roomId)],
  );
}

/** Messages between a marker and where it goes, or between there and the end, whichever is the shorter way. */
async function loadStoredCounts(
  connection: Connection,
  batch: ChatBatch,
  markers: readonly Marker[],
): Promise<void> {
  const ways = markers.flatMap((marker) => wayTo(batch, marker));
  if (ways.length === 0) return;
  const { rows } = await connection.query<{ live: number; own: number }>(
    `SELECT between_.live, between_.own
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::integer[]) WITH ORDINALITY
       AS way (organization_id, room_id, user_id, low, high, number)
     CROSS JOIN LATERAL (
       SELECT count(*)::integer AS live,
         (count(*) FILTER (WHERE author_id = way.user_id))::integer AS own
       FROM message
       WHERE organization_id = way.organization_id AND room_id = way.room_id
         AND seq > way.low AND seq <= way.high AND content <> 'deleted'
     ) AS between_
     ORDER BY way.number`,
    [
      ways.map(({ marker }) => marker.organizationId),
      ways.map(({ marker }) => marker.roomId),
      ways.map(({ marker }) => marker.userId),
      ways.map(({ low }) => low),
      ways.map(({ high }) => high),
    ],
  );
  for (const [index, { marker, from, sign }] of ways.entries()) {
    const { live = 0, own = 0 } = rows[index] ?? {};
    batch.storedCounts.set(placeOf(marker.organizationId, marker.roomId, marker.userId, marker.seq), {
      live: from.live + sign * live,
      own: from.own - sign * own,
    });
  }
}

interface Way {
  readonly marker: Marker;
  readonly low: number;
  readonly high: number;
  /** Known counts at the end where the way begins. */
  readonly from: { readonly live: number; readonly own: number };
  /** 1 when the way leads up, -1 when it leads down. */
  readonly sign: 1 | -1;
}

function wayTo(batch: ChatBatch, marker: Marker): Way[] {
  const room = batch.storedRooms.get(marker.roomId);
  if (room === undefined || marker.seq >= room.lastSeq) return [];
  const { organizationId, roomId, userId, seq } = marker;
  const fromEnd: Way = {
    marker,
    low: seq,
    high: room.lastSeq,
    from: { live: room.liveMessages, own: 0 },
    sign: -1,
  };
  const inbox = batch.inboxes.get({ organizationId, roomId, userId });
  if (inbox === undefined || Math.abs(inbox.readSeq - seq) > room.lastSeq - seq) return [fromEnd];
  return [fromMarker(marker, inbox)];
}

function fromMarker(marker: Marker, inbox: InboxRow): Way {
  const from = { live: inbox.liveAtMarker, own: inbox.ownAfterMarker };
  return marker.seq >= inbox.readSeq
    ? { marker, low: inbox.readSeq, high: marker.seq, from, sign: 1 }
    : { marker, low: marker.seq, high: inbox.readSeq, from, sign: -1 };
}
