/** The seeds of this run: one that was asked for, else a few, or many in a long run, or as many as are asked for. */
export function seedsOfRun({ short, long }: { readonly short: number; readonly long: number }): number[] {
  const {
    ORACLE_SEED: asked,
    ORACLE_FIRST_SEED: first = '1',
    ORACLE_SEEDS: many,
    VERBATIM_LONG,
  } = process.env;
  if (asked !== undefined) return [Number(asked)];
  const count = many === undefined ? (VERBATIM_LONG ? long : short) : Number(many);
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}
