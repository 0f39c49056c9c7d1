import { emptyRoot, nodeHash } from '@verbatim/shared/record-hash';

/** Told of each interior node, the root of the 2^level leaves from `index · 2^level` on, once it is complete. */
export type OnNode = (level: number, index: number, hash: Uint8Array) => void;

/** Rebuilds a root from leaves and complete subtrees that come in order, holding one hash for each bit of the size. */
export class TreeRoot {
  readonly #onNode: OnNode | undefined;
  #parts: { readonly width: number; readonly hash: Uint8Array }[] = [];
  #size = 0;

  constructor(onNode?: OnNode) {
    this.#onNode = onNode;
  }

  /** As it is now, to be asked for its root later. */
  copy(): TreeRoot {
    const copy = new TreeRoot();
    copy.#parts = [...this.#parts];
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
    let grown = { width, hash };
    for (let left = this.#parts.at(-1); left?.width === grown.width; left = this.#parts.at(-1)) {
      this.#parts.pop();
      grown = { width: 2 * grown.width, hash: nodeHash(left.hash, grown.hash) };
      this.#onNode?.(Math.log2(grown.width), this.#size / grown.width - 1, grown.hash);
    }
    this.#parts.push(grown);
    return true;
  }

  root(): Uint8Array {
    const [last, ...others] = this.#parts.toReversed();
    return last === undefined
      ? emptyRoot
      : others.reduce((right, { hash }) => nodeHash(hash, right), last.hash);
  }
}

function isPowerOfTwo(width: number): boolean {
  return Number.isSafeInteger(width) && width >= 1 && Number.isInteger(Math.log2(width));
}
