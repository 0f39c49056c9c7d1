/** Computes again only for another source. */
export function derivedOf<Source, Result>(compute: (source: Source) => Result): (source: Source) => Result {
  let last: { readonly source: Source; readonly result: Result } | undefined;
  return (source) => {
    if (last?.source !== source) last = { source, result: compute(source) };
    return last.result;
  };
}
