import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

const sourceMessageSchema = z.object({
  id: z.string(),
  room: z.string(),
  author: z.string(),
  text: z.string(),
  ts: z.string(),
  replyTo: z.string().optional(),
});
export type SourceMessage = z.infer<typeof sourceMessageSchema>;

/** The messages of an archive in the JSON lines format, in its order, by room. */
export function sourceMessages(file: string): Map<string, SourceMessage[]> {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const rooms = new Map<string, SourceMessage[]>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const message = sourceMessageSchema.parse(JSON.parse(line));
    const inRoom = rooms.get(message.room);
    if (inRoom === undefined) rooms.set(message.room, [message]);
    else inRoom.push(message);
  }
  return rooms;
}
