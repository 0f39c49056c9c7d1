const dayMs = 24 * 3_600_000;
/** Chats are younger than this; older bounds are as good as none. */
const firstMonth = Date.UTC(1990, 0, 1);

/**
 * The days and months that together cover the time between two moments; none when nothing bounds it. The days at the
 * edges are covered whole, so what is found there is still to be looked at.
 */
export function periodsBetween(notBefore: Date | undefined, before: Date | undefined): string[][] {
  if (notBefore === undefined && before === undefined) return [];
  const start = startOfDay(Math.max(notBefore?.getTime() ?? firstMonth, firstMonth));
  const end = Math.min(before?.getTime() ?? Infinity, Date.now() + dayMs);
  const periods: string[] = [];
  for (let time = start; time < end;) {
    const next = startOfNextMonth(time);
    const isWholeMonth = new Date(time).getUTCDate() === 1 && next <= end;
    periods.push(
      new Date(time).toISOString().slice(0, isWholeMonth ? '2026-11'.length : '2026-11-22'.length),
    );
    time = isWholeMonth ? next : time + dayMs;
  }
  return [periods];
}

const startOfDay = (time: number): number => Math.floor(time / dayMs) * dayMs;

function startOfNextMonth(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
