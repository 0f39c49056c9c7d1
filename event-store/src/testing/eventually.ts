import { setTimeout as delay } from 'node:timers/promises';

const WAIT_LIMIT_MS = 30_000;
const POLL_MS = 10;

/** Waits until the condition holds; fails, saying what was waited for, when it takes too long. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = WAIT_LIMIT_MS,
): Promise<void> {
  const giveUpAtMs = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > giveUpAtMs) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await delay(POLL_MS);
  }
}
