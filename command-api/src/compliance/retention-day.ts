const dayMs = 24 * 60 * 60 * 1_000;

/**
 * The last UTC day that goes by a rule: every moment of it is at least so many days ago.
 * @param today UTC, `2026-11-22`
 */
export function lastExpiredDay(days: number, today: string): string {
  return new Date(Date.parse(today) - (days + 1) * dayMs).toISOString().slice(0, 10);
}

/** @param days null keeps for ever */
export const isPastRetention = (day: string, days: number | null, today: string): boolean =>
  days !== null && day <= lastExpiredDay(days, today);
