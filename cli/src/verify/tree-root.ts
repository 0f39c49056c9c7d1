import { emptyRoot, nodeHash } from '@verbatim/shared/record-hash';

/** Told of each interior node, the root of the 2^level leaves from `index · 2^level` on, once it is complete. */
export type OnNode = (level: number, index: number, hash: Uint8Array) => void;

/** A complete subtree and, larger than it, those before it. Never changed, so that copies of a tree share them. */
interface Part {
  readonly width: number;
  readonly hash: Uint8Array;
  readonly before: Part | undefined;
}

/** Rebuilds a root from leaves and complete subtrees that come in order, holding one hash for each bit of the size. */
export class TreeRoot {
  readonly #onNode: OnNode | undefined;
  #last: Part | undefined;
  #size = 0;

  constructor(onNode?: OnNode) {
    this.#onNode = onNode;
  }

  /** As it is now, to be asked for its root later. */
  copy(): TreeRoot {
    const copy = new TreeRoot();
    copy.#last = this.#last;
    copy.#size = this.#size;
    return copy;
  }

  get size(): number {
    return this.#size;
  }

  addLeaf(hash: Uint8Array): void {
    this.addSubtree(1, hash);
  }

  /** @returns false when a subtree of that many leaves cannot stand here. */
  addSubtree(width: number, hash: Uint8Array): boolean {
    if (!isPowerOfTwo(width) || this.#size % width !== 0) return false;
    this.#size += width;
    let grown: Part = { width, hash, before: this.#last };
    for (let left = this.#last; left?.width === grown.width; left = left.before) {
      grown = { width: 2 * grown.width, hash: nodeHash(left.hash, grown.hash), before: left.before };
      this.#onNode?.(Math.log2(grown.width), this.#size / grown.width - 1, grown.hash);
    }
    this.#last = grown;
    return true;
  }

  root(): Uint8Array {
    if (this.#last === undefined) return emptyRoot;
    let { hash, before } = this.#last;
    for (; before !== undefined; before = before.before) hash = nodeHash(before.hash, hash);
    return hash;
  }
}

function isPowerOfTwo(width: number): boolean {
  return Number.isSafeInteger(width) && width >= 1 && Number.isInteger(Math.log2(width));
}
