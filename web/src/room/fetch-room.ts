import {
  insertPage,
  openReplica,
  type MessagePageView,
  type ParticipantView,
  type ReceiptView,
  type RoomReplica,
  type RoomView,
} from '@verbatim/shared/browser';
import type { MessagesApi } from '../api/messages-api.ts';
import type { RoomsApi } from '../api/rooms-api.ts';
import type { RoomList } from '../rooms/room-list.svelte.ts';

interface Sources {
  readonly rooms: RoomsApi;
  readonly messages: MessagesApi;
  readonly list: RoomList;
}

export interface FetchedRoom {
  readonly room: RoomView;
  /** From where its frames are to be followed. Undefined: the page does not join the room as it is by now. */
  readonly replica: RoomReplica | undefined;
  readonly receipts: readonly ReceiptView[];
}

/** Its parts, and up to where frames are in every one of them; later ones may be in already, or not. */
interface Parts {
  readonly room: RoomView;
  readonly from: number;
  readonly participants: readonly ParticipantView[];
  readonly page: MessagePageView;
  readonly receipts: readonly ReceiptView[];
}

/** More frames than this since the list was told of the room are not caught up on, but fetched with it. */
const maxBehind = 100;

/** A room with its newest page, or the one around a seq. */
export async function fetchRoom(
  sources: Sources,
  roomId: string,
  around: number | undefined,
): Promise<FetchedRoom> {
  const { room, from, participants, page, receipts } = await fetchParts(sources, roomId, around);
  const newest = openReplica({ room: { ...room, lastSeq: from }, participants, page });
  if (around === undefined) return { room, replica: newest, receipts };
  const isNewest = page.items.some(({ id }) => id === room.lastMessage?.id);
  const replica = insertPage(newest, page, 'instead', { start: false, end: isNewest });
  return { room, replica, receipts };
}

async function fetchParts(
  { rooms, messages, list }: Sources,
  roomId: string,
  around: number | undefined,
): Promise<Parts> {
  const others = () =>
    Promise.all([
      rooms.participants(roomId),
      messages.page(roomId, around === undefined ? {} : { around }),
      rooms.receipts(roomId),
    ]);
  // The list is as old as this or older than everything that is asked for now: one way to the server and back.
  const known = list.get(roomId);
  if (known !== undefined && known.role !== null) {
    const [room, [participants, page, receipts]] = await Promise.all([rooms.one(roomId), others()]);
    const isNear = room.lastSeq - known.lastSeq <= maxBehind && page.asOf >= known.lastSeq;
    if (room.epoch === known.epoch && room.role !== null && isNear)
      return { room, from: Math.min(known.lastSeq, room.lastSeq), participants, page, receipts };
  }
  // The room first: what is fetched after it is as new or newer, and frames close the difference.
  const room = await rooms.one(roomId);
  const [participants, page, receipts] = await others();
  return { room, from: room.lastSeq, participants, page, receipts };
}
