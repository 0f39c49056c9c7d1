/** Where each row of a long list lies: `offsets[i]` is the top of row i, the last one the height of all. */
export interface Layout {
  readonly offsets: Float64Array;
  readonly count: number;
}

export function layoutOf(count: number, heightAt: (index: number) => number): Layout {
  const offsets = new Float64Array(count + 1);
  for (let index = 0; index < count; index += 1) {
    offsets[index + 1] = (offsets[index] ?? 0) + heightAt(index);
  }
  return { offsets, count };
}

export const topOf = (layout: Layout, index: number): number =>
  layout.offsets[Math.max(0, Math.min(index, layout.count))] ?? 0;

export const totalHeight = (layout: Layout): number => topOf(layout, layout.count);

/** The row that covers this height; the first or last one beyond the ends. */
export function rowAt(layout: Layout, top: number): number {
  let low = 0;
  let high = Math.max(0, layout.count - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (topOf(layout, middle) <= top) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The rows to draw for a view of the list: those seen and `margin` pixels more on both sides. */
export function rowsInView(
  layout: Layout,
  view: { readonly top: number; readonly height: number },
  margin: number,
): { readonly first: number; readonly end: number } {
  if (layout.count === 0) return { first: 0, end: 0 };
  const first = rowAt(layout, view.top - margin);
  const end = rowAt(layout, view.top + view.height + margin) + 1;
  return { first, end };
}
