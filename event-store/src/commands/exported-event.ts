import { z } from 'zod';
import type { RecordedEvent } from '../log/recorded-event.ts';

/** Bytes as text where they are UTF-8, to the byte, else in base64. */
const bytesSchema = z.union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.base64() })]);

export const exportedEventSchema = z.strictObject({
  position: z.number().int().positive(),
  stream: z.string(),
  revision: z.number().int().nonnegative(),
  id: z.guid(),
  type: z.string(),
  contentType: z.string(),
  createdTicks: z.string().regex(/^\d+$/),
  metadata: bytesSchema,
  data: bytesSchema,
});

/** The last line of an export, without which it is not whole. */
export const exportEndSchema = z.strictObject({
  end: z.literal(true),
  events: z.number().int().nonnegative(),
  hash: z.string(),
});

export type ExportedEvent = z.infer<typeof exportedEventSchema>;

export function toExported(event: RecordedEvent): ExportedEvent {
  const { position, stream, revision, id, type, contentType, createdTicks, metadata, data } = event;
  return {
    position,
    stream,
    revision,
    id,
    type,
    contentType,
    createdTicks,
    metadata: toBytes(metadata),
    data: toBytes(data),
  };
}

function toBytes(bytes: Buffer): z.infer<typeof bytesSchema> {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? { text } : { base64: bytes.toString('base64') };
}

export function fromBytes(bytes: z.infer<typeof bytesSchema>): Buffer {
  return 'text' in bytes ? Buffer.from(bytes.text, 'utf8') : Buffer.from(bytes.base64, 'base64');
}
