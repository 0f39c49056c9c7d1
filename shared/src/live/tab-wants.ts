export type TabPresence = 'online' | 'away' | 'gone';

interface Wants {
  readonly rooms: ReadonlySet<string>;
  readonly presence: TabPresence;
  readonly untilMs: number;
}

/** Tabs say again what they want this often; background tabs may run timers only once a minute. */
export const wantsEveryMs = 60_000;
const wantsHoldMs = 2.5 * wantsEveryMs;

/** What all tabs together want of the one socket: rooms read along, and whether anybody looks. */
export class TabWants {
  readonly #byTab = new Map<string, Wants>();

  /** True when the tab was not known. */
  put(tabId: string, rooms: readonly string[], presence: TabPresence, nowMs: number): boolean {
    for (const [other, { untilMs }] of this.#byTab) if (untilMs < nowMs) this.#byTab.delete(other);
    const isNew = !this.#byTab.has(tabId);
    if (presence === 'gone') this.#byTab.delete(tabId);
    else this.#byTab.set(tabId, { rooms: new Set(rooms), presence, untilMs: nowMs + wantsHoldMs });
    return isNew;
  }

  rooms(): Set<string> {
    return new Set([...this.#byTab.values()].flatMap(({ rooms }) => [...rooms]));
  }

  presence(): 'online' | 'away' {
    return [...this.#byTab.values()].some(({ presence }) => presence === 'online') ? 'online' : 'away';
  }
}
