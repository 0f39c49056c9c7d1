/**
 * A term is a number that stands for a word, a room, an author, a day or a stretch of the log in the search index. It
 * is a hash under the organization's id, so that no organization's words stand among another's; what collides is
 * found to be wrong when the text itself is looked at.
 */
export class Terms {
  readonly #low: number;
  readonly #high: number;

  constructor(organizationId: string) {
    [this.#low, this.#high] = mix(organizationId, 0x2545f491, 0x9e3779b9);
  }

  word(word: string): number {
    return this.#term(word);
  }

  // Words hold no spaces, so that none is ever taken for one of these.
  room(roomId: string): number {
    return this.#term(`room ${roomId}`);
  }

  author(userId: string): number {
    return this.#term(`author ${userId}`);
  }

  /** @param period a UTC day `2026-11-22` or month `2026-11`. */
  period(period: string): number {
    return this.#term(`period ${period}`);
  }

  has(feature: SearchFeature): number {
    return this.#term(`has ${feature}`);
  }

  section({ level, number }: Section): number {
    return this.#term(`section ${level} ${number}`);
  }

  #term(name: string): number {
    const [low, high] = mix(name, this.#low, this.#high);
    return (high & 0xfffff) * 0x1_0000_0000 + low;
  }
}

/** What a message may be asked to have; told from its text alone. */
export const searchFeatures = ['link', 'code', 'mention'] as const;
export type SearchFeature = (typeof searchFeatures)[number];

/** A stretch of the log: `2 ** level` positions, of which it is the number-th. */
export interface Section {
  readonly level: number;
  readonly number: bigint;
}

/**
 * Every message stands in one section of each level. So a search can begin with the newest messages and go as far
 * back as it must (the last level holds all there is), whether positions count events (our own store) or bytes (EventStoreDB), and however many
 * organizations share the log.
 */
export const sectionLevels = [13, 19, 25, 31, 62] as const;

export const sectionAt = (level: number, position: bigint): Section => ({
  level,
  number: position >> BigInt(level),
});

/** Two lanes of multiply and rotate, with a finish that lets every character change every bit. */
function mix(text: string, seedLow: number, seedHigh: number): [low: number, high: number] {
  let low = seedLow;
  let high = seedHigh;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x85ebca6b);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high ^ unit, 0xc2b2ae35);
    high = (high << 17) | (high >>> 15);
  }
  low = Math.imul(low ^ (low >>> 16) ^ high, 0x7feb352d);
  high = Math.imul(high ^ (high >>> 15) ^ low, 0x846ca68b);
  low = Math.imul(low ^ (low >>> 15) ^ high, 0x27d4eb2f);
  high ^= high >>> 16;
  return [(low ^ (low >>> 16)) >>> 0, high >>> 0];
}
