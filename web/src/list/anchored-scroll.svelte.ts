import { flushSync } from 'svelte';
import { layoutOf, rowAt, rowsInView, topOf, totalHeight } from './layout.ts';

export interface ListRow {
  readonly key: string;
  /** How high it will probably be, until it has been measured. */
  readonly estimate: number;
  /** Rows that come, go or move by themselves (spinners, the line of a day) are not what one holds on to. */
  readonly fleeting?: boolean;
}

/** What stays in its place on the screen while things around it change. */
type Anchor = { readonly key: string; readonly offset: number } | 'end';

/** Drawn beyond the edges, so that scrolling finds rows ready. */
const marginPx = 600;
/** This close to the end counts as being there. */
const endTolerancePx = 32;
/** Rows that come into view because others were measured are measured in turn; it ends after two or three times. */
const maxRounds = 8;

/**
 * Scrolling over rows of unknown height. Only rows near the view are drawn; each is measured as it appears.
 * After any change, of rows or of heights, the anchor is put back where it was: the first row that the reader
 * sees, or the end of the list while the reader is there and the list goes on growing.
 */
export class AnchoredScroll<Row extends ListRow> {
  readonly #rows: () => readonly Row[];
  readonly #followsEnd: () => boolean;
  readonly #heights = new Map<string, number>();
  readonly #elements = new Set<HTMLElement>();
  #measured = $state.raw(0);
  #isPlaced = $state.raw(false);
  #view = $state.raw({ top: 0, height: 0 });
  #anchor: Anchor = 'end';
  #element: HTMLElement | undefined;
  /** The last place that we scrolled to: its scroll event is no wish of the reader's. */
  #ownTop = -1;

  readonly layout = $derived.by(() => {
    void this.#measured;
    const rows = this.#rows();
    return layoutOf(rows.length, (index) => {
      const row = rows[index];
      return row === undefined ? 0 : (this.#heights.get(row.key) ?? row.estimate);
    });
  });
  readonly drawn = $derived(rowsInView(this.layout, this.#view, marginPx));
  readonly total = $derived(totalHeight(this.layout));
  readonly padding = $derived(topOf(this.layout, this.drawn.first));
  readonly isAtEnd = $derived(this.#view.top + this.#view.height >= this.total - endTolerancePx);
  readonly firstSeen = $derived(rowAt(this.layout, this.#view.top));
  readonly lastSeen = $derived(rowAt(this.layout, this.#view.top + this.#view.height - 1));

  /** Whether the rows stand where they belong, not where their estimates put them. */
  get isPlaced(): boolean {
    return this.#isPlaced;
  }

  readonly #observer = new ResizeObserver((entries) => this.#measure(entries));

  constructor(rows: () => readonly Row[], followsEnd: () => boolean) {
    this.#rows = rows;
    this.#followsEnd = followsEnd;
  }

  /** For the element that scrolls. */
  readonly scroller = (element: HTMLElement): (() => void) => {
    this.#element = element;
    this.#observer.observe(element);
    const onScroll = () => this.#scrolled();
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      element.removeEventListener('scroll', onScroll);
      this.#observer.disconnect();
      this.#element = undefined;
    };
  };

  /** For each row's element, which carries its key as `data-key`. */
  readonly row = (element: HTMLElement): (() => void) => {
    this.#observer.observe(element);
    this.#elements.add(element);
    return () => {
      this.#observer.unobserve(element);
      this.#elements.delete(element);
    };
  };

  /** To be called after every change of the rows, once they are drawn. */
  restore(): void {
    const element = this.#element;
    if (element === undefined) return;
    const top = this.#anchoredTop();
    if (top !== undefined && Math.abs(element.scrollTop - top) >= 1) element.scrollTop = top;
    this.#ownTop = element.scrollTop;
    this.#look();
  }

  toEnd(): void {
    this.#anchor = 'end';
    this.restore();
  }

  /** Brings a row to this part of the view's height from the top. False where there is no such row. */
  toRow(key: string, part = 0.25): boolean {
    if (!this.#rows().some((row) => row.key === key)) return false;
    this.#anchor = { key, offset: -Math.round(this.#view.height * part) };
    this.restore();
    return true;
  }

  /** As little as needed for the whole row to be seen. */
  reveal(index: number): void {
    const row = this.#rows()[index];
    if (row === undefined) return;
    const [top, bottom] = [topOf(this.layout, index), topOf(this.layout, index + 1)];
    const { top: viewTop, height } = this.#view;
    if (top < viewTop) this.#anchor = { key: row.key, offset: -8 };
    else if (bottom > viewTop + height) this.#anchor = { key: row.key, offset: bottom - top - height + 8 };
    else return;
    this.restore();
  }

  #anchoredTop(): number | undefined {
    const anchor = this.#anchor;
    if (anchor === 'end') return Math.max(0, this.total - this.#view.height);
    const index = this.#rows().findIndex((row) => row.key === anchor.key);
    return index < 0 ? undefined : Math.max(0, topOf(this.layout, index) + anchor.offset);
  }

  #scrolled(): void {
    const element = this.#element;
    if (element === undefined) return;
    const isOwn = Math.abs(element.scrollTop - this.#ownTop) < 1;
    this.#look();
    if (!isOwn) this.#hold();
  }

  /** The reader has moved: what they see now is what stays. */
  #hold(): void {
    this.#ownTop = -1;
    if (this.isAtEnd && this.#followsEnd()) {
      this.#anchor = 'end';
      return;
    }
    const rows = this.#rows();
    let index = this.firstSeen;
    while (index < rows.length - 1 && rows[index]?.fleeting === true) index += 1;
    const row = rows[index];
    if (row !== undefined)
      this.#anchor = { key: row.key, offset: this.#view.top - topOf(this.layout, index) };
  }

  #look(): void {
    const element = this.#element;
    if (element === undefined) return;
    const { scrollTop: top, clientHeight: height } = element;
    if (top !== this.#view.top || height !== this.#view.height) this.#view = { top, height };
  }

  /** Heights of rows that are held no more; not each time, only when they are many. */
  #forgetGone(): void {
    const rows = this.#rows();
    if (this.#heights.size <= 2 * rows.length + 1_000) return;
    const keys = new Set(rows.map(({ key }) => key));
    for (const key of this.#heights.keys()) if (!keys.has(key)) this.#heights.delete(key);
  }

  #measure(entries: readonly ResizeObserverEntry[]): void {
    let changed = false;
    for (const { target, borderBoxSize } of entries) {
      if (!(target instanceof HTMLElement)) continue;
      if (target === this.#element) changed = true;
      const { key } = target.dataset;
      const height = borderBoxSize[0]?.blockSize;
      if (key === undefined || height === undefined || !target.isConnected) continue;
      if (this.#heights.get(key) === height) continue;
      this.#heights.set(key, height);
      changed = true;
    }
    if (!changed) return;
    this.#forgetGone();
    // Between layout and paint: drawn and scrolled in this very frame, nobody sees a jump.
    for (let round = 0; changed && round < maxRounds; round += 1) {
      this.#measured += 1;
      this.#look();
      flushSync();
      this.restore();
      flushSync();
      changed = this.#measureNew();
    }
    if (this.#heights.size > 0) this.#isPlaced = true;
    flushSync();
  }

  /** The observer would tell of rows that were drawn just now only in the next frame, after they were seen. */
  #measureNew(): boolean {
    let changed = false;
    for (const element of this.#elements) {
      const { key } = element.dataset;
      if (key === undefined || this.#heights.has(key)) continue;
      this.#heights.set(key, element.getBoundingClientRect().height);
      changed = true;
    }
    return changed;
  }
}
