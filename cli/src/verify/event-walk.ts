import type { CheckedLine } from './check-lines.ts';
import { WrongEvent } from './export-line.ts';
import { TreeRoot } from './tree-root.ts';
import { openSignedCheckpoint, type VerifierKey } from './verifier-key.ts';

/** A complete subtree that stands for events which are not exported. */
export interface Gap {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** The first thing that is wrong, and as near to where as it can be told. */
export interface Fault {
  readonly position: string | undefined;
  readonly what: string;
}

/** A checkpoint is published soon after what it covers; roots further back than this are not kept. */
const keptTrees = 100_000;

/** Walks over events in the order of the log, and rebuilds the root from them and from the gaps between. */
export class EventWalk {
  readonly tree = new TreeRoot();
  readonly types = new Map<string, number>();
  readonly rooms = new Map<string, number>();
  count = 0;
  /** Checkpoints among the events that were held against the tree. */
  checkpointsHeld = 0;
  /** The position of the last of them. */
  soundUntil: string | undefined;
  readonly #key: VerifierKey;
  readonly #nextGap: () => Promise<Gap | undefined>;
  readonly #trees = new Map<number, TreeRoot>();
  #lastPosition = -1n;

  constructor(key: VerifierKey, nextGap: () => Promise<Gap | undefined>) {
    this.#key = key;
    this.#nextGap = nextGap;
  }

  get lastPosition(): string {
    return this.#lastPosition.toString();
  }

  /** Takes the next line; undefined while nothing is wrong. */
  async take(line: CheckedLine): Promise<Fault | undefined> {
    const { position, leafIndex, fault } = line;
    if (position === undefined) return { position: `after ${this.lastPosition}`, what: fault ?? '' };
    try {
      if (leafIndex > this.tree.size) await this.skipTo(leafIndex);
      if (leafIndex !== this.tree.size)
        throw new WrongEvent(`it stands as number ${leafIndex} where ${this.tree.size} is due`);
      if (fault !== undefined) throw new WrongEvent(fault);
      this.#takeInOrder(line, BigInt(position));
      this.tree.addLeaf(Buffer.from(line.leaf, 'base64'));
      this.#keepTree();
      if (line.note !== undefined) this.#holdCheckpoint(line.note, position);
      return undefined;
    } catch (error) {
      if (!(error instanceof WrongEvent)) throw error;
      return { position, what: error.message };
    }
  }

  /** @throws WrongEvent when the gaps do not lead there. */
  async skipTo(leafIndex: number): Promise<void> {
    while (this.tree.size < leafIndex) {
      const gap = await this.#nextGap();
      const width = 2 ** (gap?.level ?? 0);
      const fits =
        gap !== undefined && gap.index * width === this.tree.size && this.tree.size + width <= leafIndex;
      if (!fits || !this.tree.addSubtree(width, gap.hash))
        throw new WrongEvent(`the proof has no hash for the events from number ${this.tree.size} on`);
    }
  }

  #takeInOrder({ type, room }: CheckedLine, position: bigint): void {
    if (position <= this.#lastPosition) throw new WrongEvent('it is not in the order of the log');
    this.#lastPosition = position;
    this.count += 1;
    this.types.set(type, (this.types.get(type) ?? 0) + 1);
    if (room !== null) this.rooms.set(room, (this.rooms.get(room) ?? 0) + 1);
  }

  #keepTree(): void {
    this.#trees.set(this.tree.size, this.tree.copy());
    this.#trees.delete(this.tree.size - keptTrees);
  }

  /** Whoever rewrites history and all hashes after it cannot sign again what was published before. */
  #holdCheckpoint(note: string, position: string): void {
    const checkpoint = openSignedCheckpoint(note, this.#key);
    if (checkpoint === undefined) return; // signed by a key that was replaced since
    const tree = this.#trees.get(checkpoint.size);
    if (tree === undefined) return;
    this.checkpointsHeld += 1;
    if (!checkpoint.root.equals(tree.root()))
      throw new WrongEvent(
        `the events up to number ${checkpoint.size} are not those that were signed then` +
          (this.soundUntil === undefined ? '' : `; up to ${this.soundUntil} they are`),
      );
    this.soundUntil = position;
  }
}
