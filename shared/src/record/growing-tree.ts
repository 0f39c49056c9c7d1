import { nodeHash } from './hash-definition.ts';
import { joinRight, subtreesOf, type NodeAddress, type TreeNode } from './tree.ts';

/**
 * The right edge of a tree: all that appending needs to know of it, one hash for each bit of its size. Interior nodes
 * are written once, when their subtree is complete, and never change.
 */
export class GrowingTree {
  #size: number;
  /** The hashes of `edgeOf(size)`, so the largest subtree first. */
  readonly #edge: Uint8Array[];

  /** @param edge the hashes of `GrowingTree.edgeOf(size)`, in that order */
  constructor(size: number, edge: readonly Uint8Array[]) {
    if (edge.length !== GrowingTree.edgeOf(size).length)
      throw new RangeError(`${edge.length} hashes are not the edge of ${size} leaves`);
    this.#size = size;
    this.#edge = [...edge];
  }

  /** The nodes to be loaded to go on with a tree of this size. */
  static edgeOf(size: number): NodeAddress[] {
    return subtreesOf({ from: 0, to: size });
  }

  get size(): number {
    return this.#size;
  }

  root(): Uint8Array {
    return joinRight(this.#edge);
  }

  /** A tree to go on with while this one stays as it is. */
  copy(): GrowingTree {
    return new GrowingTree(this.#size, this.#edge);
  }

  /** @returns the interior nodes that the leaf completes, from the bottom up */
  append(leafHash: Uint8Array): TreeNode[] {
    const completed: TreeNode[] = [];
    let hash = leafHash;
    let index = this.#size;
    for (let level = 1; index % 2 === 1; level += 1) {
      const left = this.#edge.pop();
      if (left === undefined) throw new RangeError('the edge is shorter than the size says');
      hash = nodeHash(left, hash);
      index = (index - 1) / 2;
      completed.push({ level, index, hash });
    }
    this.#edge.push(hash);
    this.#size += 1;
    return completed;
  }
}
