import { namesNow } from '../entries/names.ts';
import { entryView, openRows } from '../entries/open-entries.ts';
import type { RecordRow } from '../entries/record-row.ts';
import type { RecordServices } from '../record-services.ts';
import { Pace } from './pace.ts';
import { readRoom } from './read-room.ts';

/** Shorter than an erasure waits before it is answered (1.1 s): by then nothing is told that was opened before. */
const openedForMs = 500;
/** At once, where there is no pace to keep: few enough to be opened well within that time. */
const openedEvents = 50;

/**
 * Every event of a room as a line of JSON, at `speed` times the pace of the original; speed 0 never waits. A reader may
 * take hours over a batch, so each event is opened when it is due and wanted: what is erased meanwhile stays shut.
 */
export async function* replayRoom(
  { sources, freshKeyring }: Pick<RecordServices, 'sources' | 'freshKeyring'>,
  room: { readonly organizationId: string; readonly roomId: string },
  range: { readonly from: bigint; readonly to: bigint },
  speed: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const pace = new Pace(speed, signal);
  const linesOf = async (rows: readonly RecordRow[]): Promise<string[]> => {
    const opened = await openRows(rows, freshKeyring());
    const names = await namesNow(
      sources.directory,
      room.organizationId,
      rows.map(({ actorId }) => actorId),
    );
    return opened.map((row) => `${JSON.stringify(entryView(row, names))}\n`);
  };
  for await (const batch of readRoom(sources.record, room, range))
    for (let told = 0; told < batch.length;) {
      const part = batch.slice(told, told + (speed === 0 ? openedEvents : 1));
      if (part[0] !== undefined) await pace.waitFor(part[0].created);
      const openedAt = performance.now();
      for (const line of await linesOf(part)) {
        yield line;
        told += 1;
        if (performance.now() - openedAt > openedForMs) break;
      }
    }
}
