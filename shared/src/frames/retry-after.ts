/** What a server may ask for at most; a nonsensical value must not silence a client for a day. */
const maxRetryAfterMs = 5 * 60_000;

/** A browser shows no headers of a WebSocket, so the relay asks for a wait in the reason of its close frame. */
export const retryAfterReason = (milliseconds: number): string =>
  `Retry-After: ${(milliseconds / 1000).toFixed(3)}`;

/** The wait that a close reason asks for, if it does. */
export function retryAfterMsOf(reason: string): number | undefined {
  const seconds = /^Retry-After: (?<seconds>\d{1,9}(?:\.\d{1,3})?)$/.exec(reason)?.groups?.seconds;
  return seconds === undefined ? undefined : Math.min(Number(seconds) * 1000, maxRetryAfterMs);
}
