import { inOrder, outboxEntrySchema, type OutboxEntry } from './outbox-entry.ts';

/** What of `localStorage` is needed; shared by all tabs and synchronous, so that a crash loses nothing typed. */
export interface KeyValueStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface OutboxStorage {
  load(): OutboxEntry[];
  save(entry: OutboxEntry): void;
  remove(id: string): void;
}

/** One key for each entry, so that two tabs never overwrite each other's. */
export function createOutboxStorage(storage: KeyValueStorage, userId: string): OutboxStorage {
  const prefix = `verbatim.outbox.${userId}.`;
  const keys = (): string[] =>
    Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((key) =>
      key.startsWith(prefix),
    );

  return {
    load: () =>
      inOrder(
        keys().flatMap((key) => {
          const entry = outboxEntrySchema.safeParse(parseJson(storage.getItem(key) ?? ''));
          if (!entry.success) storage.removeItem(key); // not ours, or of a version long gone
          return entry.success ? [entry.data] : [];
        }),
      ),
    save: (entry) => {
      try {
        storage.setItem(prefix + entry.id, JSON.stringify(entry));
      } catch {
        // The storage is full or forbidden: the entry lives as long as this tab.
      }
    },
    remove: (id) => storage.removeItem(prefix + id),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
