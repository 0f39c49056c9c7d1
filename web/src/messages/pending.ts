import type { OutboxEntry } from '@verbatim/shared/browser';
import { sentenceOfProblem } from '../problems/sentence.ts';
import type { PendingMessage } from './rows.ts';

/** What is on its way into a room, or into one of its threads. */
export function pendingOf(
  outbox: readonly OutboxEntry[],
  roomId: string,
  threadOf: string | null,
): PendingMessage[] {
  return outbox
    .filter((entry) => entry.roomId === roomId && (entry.threadOf ?? null) === threadOf)
    .map((entry) => ({
      id: entry.id,
      text: entry.text,
      createdAt: new Date(entry.queuedAtMs).toISOString(),
      replyTo: entry.replyTo ?? null,
      threadOf: entry.threadOf ?? null,
      failure: entry.status === 'failed' ? sentenceOfProblem(entry.problem) : null,
    }));
}
