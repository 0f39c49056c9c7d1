const lockName = 'verbatim-refresh';
const markKey = 'verbatim-refresh-started';
/** How long the answer to a page that has gone may still be under way. */
const answerUnderWayMs = 1_500;

/**
 * Refresh tokens rotate without grace: two refreshes with one cookie end the session. So over all tabs there is
 * one at a time; and where a page was left in the middle (a reload right after a reload), the next waits until
 * the browser has taken that answer's cookie, which it does without the page (`keepalive`).
 */
export async function withRefreshLock<Result>(refresh: () => Promise<Result>): Promise<Result> {
  return navigator.locks.request(lockName, async () => {
    await answerOfGonePage();
    localStorage.setItem(markKey, String(Date.now()));
    try {
      return await refresh();
    } finally {
      localStorage.removeItem(markKey);
    }
  });
}

async function answerOfGonePage(): Promise<void> {
  const startedAtMs = Number(localStorage.getItem(markKey) ?? Number.NaN);
  const waitMs = startedAtMs + answerUnderWayMs - Date.now();
  if (waitMs > 0 && waitMs <= answerUnderWayMs) await new Promise((resolve) => setTimeout(resolve, waitMs));
}
