/** The seeds of this run: one that was asked for, else a few, or many in a long run. */
export function seedsOfRun({ short, long }: { readonly short: number; readonly long: number }): number[] {
  const asked = process.env.ORACLE_SEED;
  if (asked !== undefined) return [Number(asked)];
  const first = Number(process.env.ORACLE_FIRST_SEED ?? 1);
  return Array.from({ length: process.env.VERBATIM_LONG ? long : short }, (_, index) => first + index);
}
