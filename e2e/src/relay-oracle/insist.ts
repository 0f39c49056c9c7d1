import { setTimeout as wait } from 'node:timers/promises';
import { Refused } from '../services/chat-api.ts';

const betweenMs = 100;

/** While services are away or behind a command is given again: what has its own id is the same one. */
export async function insist(command: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await command();
      return;
    } catch (error) {
      if (!(error instanceof Refused && error.problem.status === 503)) throw error;
      await wait(betweenMs);
    }
  }
}
