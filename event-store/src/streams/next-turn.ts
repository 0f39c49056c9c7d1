import { setImmediate } from 'node:timers/promises';

/** Lets the event loop serve everybody else before going on. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}
