import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 50;
const requestWithinMs = 5_000;

/**
 * Resolves when every address answers 200. There is no bound: read models may have a long log to catch up
 * with. `signal` gives up.
 */
export async function waitUntilHealthy(urls: readonly string[], signal: AbortSignal): Promise<void> {
  await Promise.all(urls.map((url) => waitFor(url, signal)));
}

async function waitFor(url: string, signal: AbortSignal): Promise<void> {
  while (!(await isHealthy(url, signal))) await delay(pollMs, undefined, { signal });
}

async function isHealthy(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(requestWithinMs)]);
    const response = await fetch(url, { signal: limit });
    await response.body?.cancel();
    return response.ok;
  } catch {
    signal.throwIfAborted();
    return false; // Not listening yet, or being restarted.
  }
}
