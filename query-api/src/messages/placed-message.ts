import { toMessageView, type PlacedMessageView } from '@verbatim/shared';
import { z } from 'zod';

const placeSchema = z.object({ roomName: z.string().nullable() });

/** A row of `messageColumns` and `room.name AS "roomName"`. */
export const toPlacedMessage = (row: unknown): PlacedMessageView => ({
  message: toMessageView(row),
  roomName: placeSchema.parse(row).roomName,
});
