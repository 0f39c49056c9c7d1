import { readPng, writeIndexedPng } from './png.ts';

const maxColours = 256;
type Colour = readonly [red: number, green: number, blue: number];
type Counted = readonly [colour: number, count: number];

/** The same picture with at most 256 colours: a page of text loses nothing that one sees, and most of its bytes. */
export function smallPng(file: Buffer): Buffer {
  const { width, height, pixels } = readPng(file);
  const counts = new Map<number, number>();
  const colourAt = (pixel: number): number =>
    ((pixels[pixel * 3] ?? 0) << 16) | ((pixels[pixel * 3 + 1] ?? 0) << 8) | (pixels[pixel * 3 + 2] ?? 0);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const colour = colourAt(pixel);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = paletteOf([...counts]);
  const nearest = new Map(
    [...counts.keys()].map((colour) => [colour, nearestOf(palette, channelsOf(colour))]),
  );
  const indexes = Uint8Array.from(
    { length: width * height },
    (_, pixel) => nearest.get(colourAt(pixel)) ?? 0,
  );
  return writeIndexedPng(width, height, indexes, Uint8Array.from(palette.flat()));
}

const channelsOf = (colour: number): Colour => [colour >> 16, (colour >> 8) & 255, colour & 255];

interface Group {
  readonly colours: readonly Counted[];
  readonly channel: number;
  readonly weight: number;
}

/** Median cut: the group that varies most is split in its middle until there are enough; the commonest speaks for each. */
function paletteOf(all: readonly Counted[]): Colour[] {
  const groups = [groupOf(all)];
  while (groups.length < maxColours) {
    const widest = groups.reduce((best, group) => (group.weight > best.weight ? group : best));
    if (widest.weight === 0) break;
    const { channel } = widest;
    const sorted = widest.colours.toSorted(
      ([one], [other]) => (channelsOf(one)[channel] ?? 0) - (channelsOf(other)[channel] ?? 0),
    );
    const middle = sorted.length >> 1;
    groups.splice(groups.indexOf(widest), 1, groupOf(sorted.slice(0, middle)), groupOf(sorted.slice(middle)));
  }
  return groups.map(({ colours }) => channelsOf(commonestOf(colours)));
}

function groupOf(colours: readonly Counted[]): Group {
  const ranges = [0, 1, 2].map((channel) => {
    let [least, most] = [255, 0];
    for (const [colour] of colours) {
      const value = channelsOf(colour)[channel] ?? 0;
      [least, most] = [Math.min(least, value), Math.max(most, value)];
    }
    return Math.max(0, most - least);
  });
  const range = Math.max(...ranges);
  return { colours, channel: ranges.indexOf(range), weight: range * Math.log2(1 + colours.length) };
}

const commonestOf = (group: readonly Counted[]): number =>
  group.reduce((best, counted) => (counted[1] > best[1] ? counted : best))[0];

function nearestOf(palette: readonly Colour[], [red, green, blue]: Colour): number {
  let best = { index: 0, distance: Infinity };
  for (const [index, [otherRed, otherGreen, otherBlue]] of palette.entries()) {
    const distance = 2 * (red - otherRed) ** 2 + 4 * (green - otherGreen) ** 2 + 3 * (blue - otherBlue) ** 2;
    if (distance < best.distance) best = { index, distance };
  }
  return best.index;
}
