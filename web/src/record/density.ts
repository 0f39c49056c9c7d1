/** How much happened when: each part's share of the busiest one's, from the first moment to the last. */
export function densityOf(timesMs: readonly number[], parts: number): number[] {
  const counts = Array.from({ length: parts }, () => 0);
  let [first, last] = [Infinity, -Infinity];
  for (const time of timesMs) [first, last] = [Math.min(first, time), Math.max(last, time)];
  for (const time of timesMs) {
    const share = last === first ? 1 : (time - first) / (last - first);
    const part = Math.min(parts - 1, Math.floor(share * parts));
    counts[part] = (counts[part] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  return counts.map((count) => count / most);
}
