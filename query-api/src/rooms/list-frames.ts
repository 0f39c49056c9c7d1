import {
  Problem,
  readableRoom,
  readFramesAfter,
  type DurableFrame,
  type Page,
  type Person,
  type SqlSource,
} from '@verbatim/shared';

/**
 * The durable frames of a room after a seq.
 * @throws Problem `not-found` when there is no such room, or none that the person may read.
 */
export async function listFrames(
  source: SqlSource,
  caller: Person,
  roomId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<Page<DurableFrame>> {
  const room = await readableRoom(source, caller, roomId);
  if (room === undefined) throw new Problem('not-found');
  // Nothing is told from after the look at the caller's rights: they may have been removed since.
  const allowed = Math.min(limit, room.lastSeq - after);
  if (allowed <= 0) return { items: [], nextCursor: null };
  const { organizationId } = caller;
  const items = await readFramesAfter(source, { organizationId, roomId }, after, allowed);
  const lastSeq = items.at(-1)?.seq ?? room.lastSeq;
  return { items, nextCursor: lastSeq < room.lastSeq ? String(lastSeq) : null };
}
