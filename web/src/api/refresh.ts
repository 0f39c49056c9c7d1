import { sessionView, type SessionView } from '@verbatim/shared/browser';
import { hasCode } from '../problems/faults.ts';
import { HttpClient } from './http-client.ts';

const markKey = 'verbatim.refresh-started';
/** How long the answer to a page that has gone may still be under way. */
const answerUnderWayMs = 1_500;

/** 204 to a visitor who has no session. */
const refreshAnswer = sessionView.optional();

/**
 * The session behind the HttpOnly cookie, undefined when there is none (any more). Called by one tab at a time.
 * Refresh tokens rotate without grace: a page that is reloaded in the middle must not use the old cookie again.
 * So the next page waits until the browser has taken the answer's cookie, which it does without the page.
 */
export async function refreshByCookie(): Promise<SessionView | undefined> {
  await answerOfGonePage();
  localStorage.setItem(markKey, String(Date.now()));
  try {
    const body = { cookie: true };
    return await new HttpClient().post(refreshAnswer, '/auth/refresh', { body, outlivesPage: true });
  } catch (fault) {
    if (hasCode(fault, 'invalid-refresh-token') || hasCode(fault, 'unauthenticated')) return undefined;
    throw fault;
  } finally {
    localStorage.removeItem(markKey);
  }
}

async function answerOfGonePage(): Promise<void> {
  const startedAtMs = Number(localStorage.getItem(markKey) ?? Number.NaN);
  const waitMs = startedAtMs + answerUnderWayMs - Date.now();
  if (waitMs > 0 && waitMs <= answerUnderWayMs) await new Promise((resolve) => setTimeout(resolve, waitMs));
}
