import type { PushBatch } from './push.ts';

/**
 * The JSON of the batch, cut into batches of about `partBytes` (or a single item) each, in the same order, so
 * that no line and no message of a broker grows without bound. Each item is serialised once.
 */
export function* batchParts(batch: PushBatch, partBytes: number): Generator<string> {
  const part = (items: readonly string[]): string =>
    `{"position":${JSON.stringify(batch.position)},"items":[${items.join(',')}]}`;
  let items: string[] = [];
  let bytes = 0;
  for (const item of batch.items) {
    const json = JSON.stringify(item);
    const itemBytes = Buffer.byteLength(json);
    if (items.length > 0 && bytes + itemBytes > partBytes) {
      yield part(items);
      items = [];
      bytes = 0;
    }
    items.push(json);
    bytes += itemBytes;
  }
  if (items.length > 0) yield part(items);
}
