export interface Box {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

const gapPx = 6;
const edgePx = 8;

/** Where something floating goes: under its anchor or, where it would not fit, above; never over the screen's edge. */
export function placeBy(
  anchor: Box,
  floating: { readonly width: number; readonly height: number },
  screen: { readonly width: number; readonly height: number },
  prefer: 'above' | 'below' = 'below',
): { readonly top: number; readonly left: number } {
  const below = anchor.top + anchor.height + gapPx;
  const above = anchor.top - gapPx - floating.height;
  const fitsBelow = below + floating.height <= screen.height - edgePx;
  const fitsAbove = above >= edgePx;
  const top =
    prefer === 'below' ? (fitsBelow || !fitsAbove ? below : above) : fitsAbove || !fitsBelow ? above : below;
  return {
    top: clamp(top, edgePx, screen.height - floating.height - edgePx),
    left: clamp(anchor.left, edgePx, screen.width - floating.width - edgePx),
  };
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));
