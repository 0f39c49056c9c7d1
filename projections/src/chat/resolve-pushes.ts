import { readFramesAt, type PushItem } from '@verbatim/shared';
import type { Connection } from '../tables/connection.ts';
import type { ChatPush } from './chat-batch.ts';

type FramePush = Extract<ChatPush, { readonly kind: 'frame' }>;

/** Reads the frames to be pushed from the tables as just written, with the very query that catching up uses. */
export async function resolvePushes(
  connection: Connection,
  pushes: readonly ChatPush[],
): Promise<readonly PushItem[]> {
  const wanted = pushes.filter((push): push is FramePush => push.kind === 'frame');
  if (wanted.length === 0) return pushes.filter((push) => push.kind !== 'frame');
  const frames = await readFramesAt(connection, wanted);
  let next = 0;
  return pushes.map((push): PushItem => {
    if (push.kind !== 'frame') return push;
    const frame = frames[next];
    next += 1;
    if (frame === undefined) throw new Error('a frame that was just written cannot be read');
    return { kind: 'frame', organizationId: push.organizationId, frame };
  });
}
