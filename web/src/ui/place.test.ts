import { describe, expect, it } from 'vitest';
import { placeBy } from './place.ts';

const screen = { width: 1000, height: 800 };
const size = { width: 200, height: 300 };

describe('something floating', () => {
  it('stands under its anchor', () =>
    expect(placeBy({ top: 100, left: 50, width: 20, height: 20 }, size, screen)).toEqual({
      top: 126,
      left: 50,
    }));
  it('stands above where there is no room below', () =>
    expect(placeBy({ top: 700, left: 50, width: 20, height: 20 }, size, screen)).toEqual({
      top: 394,
      left: 50,
    }));
  it('stands above where that is preferred', () =>
    expect(placeBy({ top: 400, left: 50, width: 20, height: 20 }, size, screen, 'above').top).toBe(94));
  it('stays on the screen', () =>
    expect(
      placeBy({ top: 350, left: 950, width: 20, height: 20 }, { width: 200, height: 700 }, screen),
    ).toEqual({
      top: 92,
      left: 792,
    }));
});
